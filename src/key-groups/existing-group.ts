import type { Access } from '../access/access.ts';
import type { Caller } from '../access/caller.ts';
import { NotFound } from '../problems/entity-problems.ts';
import type { Store } from '../store/store.ts';
import { KEY_GROUPS, type KeyGroup } from './key-group.ts';

/** What looking for a group stands on. */
export interface ExistingGroupParts {
  readonly store: Store;
  readonly access: Access;
}

/** What can be done with groups and keys: the last part of the right, which is one for both. */
export type KeyGroupVerb = 'create' | 'get' | 'list' | 'update' | 'delete';

/** @returns the existing group of the caller's account, whom it asks for the right first @throws AccessDenied @throws NotFound */
export async function existingGroup(
  { store, access }: ExistingGroupParts,
  caller: Caller,
  { id, verb }: { readonly id: string; readonly verb: KeyGroupVerb },
): Promise<KeyGroup> {
  // First: who has no right learns of no group.
  await requireGroupRight(access, caller, verb, id);
  const group = await store.read(KEY_GROUPS).get(id);
  // One answer for "missing" and "another account's": ids of other tenants cannot be probed.
  if (group?.accountId !== caller.accountId) throw notFound();
  // It is going with its keys, and can only be helped to.
  if (group.state === 'removing' && verb !== 'delete') throw notFound();
  return group;
}

/** @throws AccessDenied */
export async function requireGroupRight(
  access: Access,
  caller: Caller,
  verb: KeyGroupVerb,
  resource?: string,
): Promise<void> {
  const target = { accountId: caller.accountId, service: 'iam-identity', resourceType: 'key-group' };
  const named = resource === undefined ? target : { ...target, resource };
  await access.require(caller, `iam-identity.tenantkey.${verb}`, named);
}

const notFound = (): NotFound => new NotFound('The key group could not be found.');
