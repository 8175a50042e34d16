import { randomUUID } from 'node:crypto';
import type { Caller, Origin } from '../access/caller.ts';
import { type Insert, insert } from '../store/changes.ts';
import { defineCollection, type Entity } from '../store/collection.ts';
import { firstEntityTag } from '../store/entity-tag.ts';

/** Who did it. An event of the service itself has no `iamId`. */
export interface AuditActor {
  readonly iamId?: string;
  readonly apiKeyId?: string;
}

/** What an audited thing looked like; never with a secret, a digest or a sealed value. */
export type AuditedState = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

/** One entry of the record of changes. Written once, never changed. */
export interface AuditEvent extends Entity {
  readonly accountId: string;
  readonly at: number;
  /** `<service>.<thing>.<verb>`, such as `iam-identity.apikey.create` or `token.exchange`. */
  readonly action: string;
  readonly outcome: 'success' | 'failure';
  readonly actor: AuditActor;
  /** The CRN of what it was done to; `''` when it is not known. */
  readonly target: string;
  /** The id of what it was done to, for the history of one thing; `''` when it is not known. */
  readonly targetId: string;
  readonly before?: AuditedState;
  readonly after?: AuditedState;
  /** The problem's code, of a failure. */
  readonly problem?: string;
  readonly address: string;
  readonly requestId: string;
  readonly transactionId: string;
}

/** The log of all changes; refused exchanges have one of their own, which ends. */
export const AUDIT_EVENTS = defineCollection<AuditEvent>()('audit_events', {
  fields: {
    id: 'string',
    entityTag: 'string',
    accountId: 'string',
    at: 'integer',
    action: 'string',
    outcome: 'string',
    actor: 'json',
    target: 'string',
    targetId: 'string',
    before: 'json',
    after: 'json',
    problem: 'string',
    address: 'string',
    requestId: 'string',
    transactionId: 'string',
  },
  indexes: {
    byAccount: { fields: ['accountId', 'at', 'id'] },
    byTarget: { fields: ['accountId', 'targetId', 'at', 'id'] },
  },
});

/** An administrative change, as its domain describes it. */
export interface AuditedChange {
  readonly at: number;
  readonly action: string;
  readonly accountId: string;
  readonly target: string;
  readonly targetId: string;
  readonly before?: AuditedState | undefined;
  readonly after?: AuditedState | undefined;
}

/**
 * The audit record of a change, to be committed together with it: if the record cannot be written, the change fails
 * (ASVS 16.3.1).
 */
export function audited(caller: Caller, change: AuditedChange): Insert {
  const { iamId, apiKeyId } = caller;
  return insert(AUDIT_EVENTS, auditEvent(caller, { ...change, outcome: 'success', actor: { iamId, apiKeyId } }));
}

/** What an event is made of; fields that are `undefined` are left out. */
export type AuditEventParts = AuditedChange & {
  readonly outcome: 'success' | 'failure';
  readonly actor: AuditActor;
  readonly problem?: string | undefined;
};

/** Makes an event; its id is new. */
export function auditEvent({ address, requestId, transactionId }: Origin, parts: AuditEventParts): AuditEvent {
  const { before, after, problem, ...always } = parts;
  return {
    id: randomUUID(),
    entityTag: firstEntityTag(),
    ...always,
    ...(before !== undefined && { before }),
    ...(after !== undefined && { after }),
    ...(problem !== undefined && { problem }),
    address,
    requestId,
    transactionId,
  };
}
