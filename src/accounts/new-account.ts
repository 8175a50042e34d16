import { randomBytes, randomUUID } from 'node:crypto';
import type { AuditedState } from '../audit/audit-event.ts';
import { firstEntityTag } from '../store/entity-tag.ts';
import type { Account } from './account.ts';

/** What the maker of an account chooses. */
export interface NewAccount {
  readonly name: string;
  readonly ownerIamId: string;
  readonly hostNames?: readonly string[];
}

/** A name for a new account. */
export const newAccountId = (): string => randomBytes(16).toString('hex');

/** Makes an account; it is not stored yet. */
export function newAccount(id: string, { name, ownerIamId, hostNames = [] }: NewAccount, now: number): Account {
  return {
    id,
    entityTag: firstEntityTag(),
    tenantId: randomUUID(),
    name,
    ownerIamId,
    ...(hostNames.length > 0 && { hostNames }),
    settings: {},
    generation: 1,
    createdAt: now,
    modifiedAt: now,
  };
}

/** What the audit record keeps of an account; its settings have records of their own. */
export function auditedAccount({ name, ownerIamId, hostNames = [] }: Account): AuditedState {
  return { name, ownerIamId, hostNames };
}
