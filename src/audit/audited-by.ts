import type { Caller } from '../access/caller.ts';
import { type Insert, insert } from '../store/changes.ts';
import { AUDIT_EVENTS, type AuditedChange, auditEvent, audited } from './audit-event.ts';
import { localOrigin } from './local-origin.ts';

/**
 * The audit record of a change that either a caller or the service makes, to be committed together with it.
 * @param caller `undefined`: the service by itself, or a command on its machine; the record then names nobody
 */
export function auditedBy(caller: Caller | undefined, change: AuditedChange): Insert {
  if (caller !== undefined) return audited(caller, change);
  return insert(AUDIT_EVENTS, auditEvent(localOrigin(), { ...change, outcome: 'success', actor: {} }));
}
