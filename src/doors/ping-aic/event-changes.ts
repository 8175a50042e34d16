import type { AuditEvent } from '../../audit/audit-event.ts';
import { commonMembers, type EventFacts, type Payload, REALM, type SourceLine } from './event-payload.ts';

/** In which source a change stands, by the beginning of its action; the first that fits. What none fits is a managed object. */
const SOURCES: readonly (readonly [beginning: RegExp, source: ChangeSource])[] = [
  [/^token\.|\.sign-out$/, 'am-activity'],
  [/^iam\.policy|^iam-access-management\.|^iam-groups\.|^iam-identity\.account\.|^latchkey\./, 'am-config'],
  [/^resource-controller\.|^logs\.|^log-analysis\./, 'idm-config'],
];

type ChangeSource = 'am-activity' | 'am-config' | 'idm-config' | 'idm-activity';

/** @returns the line of a change: what was done to which object, and which of its fields changed; values are not told */
export function changeLine(row: AuditEvent): SourceLine {
  const source = SOURCES.find(([beginning]) => beginning.test(row.action))?.[1] ?? 'idm-activity';
  return { source, payload: () => ({ ...PAYLOADS[source](row), ...(row.outcome === 'failure' && failed(row)) }) };
}

const PAYLOADS: Readonly<Record<ChangeSource, (row: AuditEvent) => Payload>> = {
  'am-activity': (row) => ({
    ...commonMembers(factsOf(row, 'activity', 'AM-SESSION-DESTROYED')),
    component: 'Session',
    realm: REALM,
    objectId: objectOf(row),
    operation: 'DELETE',
    runAs: row.actor.iamId ?? '',
    message: row.action,
  }),
  'am-config': (row) => ({
    ...commonMembers(factsOf(row, 'config', 'AM-CONFIG-CHANGE')),
    component: 'Configuration',
    realm: REALM,
    objectId: objectOf(row),
    operation: operationOf(row),
    changedFields: changedFieldsOf(row),
    runAs: row.actor.iamId ?? '',
    message: row.action,
  }),
  'idm-config': (row) => ({
    ...commonMembers(factsOf(row, 'config', 'CONFIG')),
    objectId: objectOf(row),
    operation: operationOf(row),
    changedFields: changedFieldsOf(row).map((field) => `/${field}`),
    revision: null,
    runAs: row.actor.iamId ?? '',
    message: row.action,
  }),
  'idm-activity': (row) => ({
    ...commonMembers(factsOf(row, 'activity', 'activity')),
    objectId: objectOf(row),
    operation: operationOf(row),
    changedFields: changedFieldsOf(row),
    message: row.action,
    passwordChanged: row.action.includes('password'),
    revision: null,
    runAs: row.actor.iamId ?? '',
    status: row.outcome === 'success' ? 'SUCCESS' : 'FAILURE',
  }),
};

const failed = ({ problem = 'refused' }: AuditEvent): Payload => ({ result: 'FAILED', reason: problem });

/** Of a revocation without a target, at least whose. */
const objectOf = ({ target, targetId }: AuditEvent): string => (target === '' ? targetId : target);

// Linear: a fixed text at the end.
const CREATED = /\.(?:create|add|invite|rotate)$/;
const DELETED = /\.(?:delete|remove|purge|revoke|reclaim)$/;

function operationOf({ action }: AuditEvent): 'CREATE' | 'UPDATE' | 'DELETE' {
  if (CREATED.test(action)) return 'CREATE';
  return DELETED.test(action) ? 'DELETE' : 'UPDATE';
}

/** The names alone: what stands in a field is for who may read the thing itself. */
function changedFieldsOf({ before = {}, after = {} }: AuditEvent): readonly string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name])).toSorted();
}

const factsOf = (
  { id, at, transactionId, actor }: AuditEvent,
  topic: EventFacts['topic'],
  eventName: string,
): EventFacts => ({ id, at, transactionId, ...actor, topic, eventName });
