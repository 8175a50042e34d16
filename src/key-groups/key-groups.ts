import { randomUUID } from 'node:crypto';
import type { Access } from '../access/access.ts';
import type { Caller } from '../access/caller.ts';
import { roomInAccount } from '../accounts/room-in-account.ts';
import { API_KEYS } from '../api-keys/api-key.ts';
import { type AuditedChange, audited } from '../audit/audit-event.ts';
import type { Clock } from '../clock/clock.ts';
import { EntityExists, EntityInUse, NotFound } from '../problems/entity-problems.ts';
import { changeEntity } from '../store/change-entity.ts';
import { insert } from '../store/changes.ts';
import { firstEntityTag } from '../store/entity-tag.ts';
import { removeUnused } from '../store/remove-unused.ts';
import type { Store } from '../store/store.ts';
import { AlreadyExists } from '../store/store-errors.ts';
import { untilUndisturbed } from '../store/until-undisturbed.ts';
import type { TenantKeys } from '../tenant-keys/tenant-keys.ts';
import { GROUPED_KEYS, rowsOfGroupedKeys } from './grouped-key.ts';
import { KEY_GROUPS, type KeyGroup, keyGroupAction, keyGroupCrn } from './key-group.ts';

/** How many key groups an account may have, and keys a group: they are listed at once. */
export const MOST_KEY_GROUPS = 100;
/** Keys of one group. */
export const MOST_KEYS_IN_GROUP = 100;

/** What a key group is made of. */
export interface KeyGroupContent {
  readonly name: string;
  readonly description?: string | undefined;
}

/** What may be changed later; an absent member stays as it is. */
export interface KeyGroupChange {
  readonly name?: string | undefined;
  readonly description?: string | undefined;
}

/**
 * Groups of keys that act on behalf of users, of the caller's own account. Who may do something with such keys may do it with their
 * groups. Every function: @throws AccessDenied, NotFound (missing, or another account's).
 */
export interface KeyGroups {
  /** @throws EntityExists the name is taken @throws LimitReached */
  create(caller: Caller, chosen: KeyGroupContent): Promise<KeyGroup>;
  get(caller: Caller, id: string): Promise<KeyGroup>;
  /** All of the account, the oldest first. */
  list(caller: Caller): Promise<readonly KeyGroup[]>;
  /** @throws EntityExists */
  update(caller: Caller, id: string, change: KeyGroupChange): Promise<KeyGroup>;
  /**
   * With `recursive` its keys go with it, one after the other: each is refused when this returns.
   * @throws EntityInUse it has keys; or one of them is locked
   */
  remove(caller: Caller, id: string, options: { readonly recursive: boolean }): Promise<void>;
}

/** What the key groups stand on. */
export interface KeyGroupsParts {
  readonly store: Store;
  readonly access: Access;
  readonly clock: Clock;
  readonly tenantKeys: TenantKeys;
}

/** What can be done with groups and keys: the last part of the right, which is one for both. */
export type KeyGroupVerb = 'create' | 'get' | 'list' | 'update' | 'delete';

/** @returns the existing group of the caller's account, whom it asks for the right first */
export async function existingGroup(
  { store, access }: Pick<KeyGroupsParts, 'store' | 'access'>,
  caller: Caller,
  { id, verb }: { readonly id: string; readonly verb: KeyGroupVerb },
): Promise<KeyGroup> {
  // First: who has no right learns of no group.
  await requireRight(access, caller, verb, id);
  const group = await store.read(KEY_GROUPS).get(id);
  // One answer for "missing" and "another account's": ids of other tenants cannot be probed.
  if (group?.accountId !== caller.accountId) throw new NotFound('The key group could not be found.');
  return group;
}

/** @returns the key groups of `store` */
export function keyGroupsIn(parts: KeyGroupsParts): KeyGroups {
  const { store, access, clock } = parts;
  const groups = store.read(KEY_GROUPS);

  const record = (verb: KeyGroupVerb, before: KeyGroup | undefined, after: KeyGroup | undefined): AuditedChange => {
    const { accountId = '', id = '' } = after ?? before ?? {};
    return {
      ...{ at: clock.now(), action: keyGroupAction(verb), accountId },
      ...{ target: keyGroupCrn({ accountId, id }), targetId: id },
      ...{ before: before && auditedGroup(before), after: after && auditedGroup(after) },
    };
  };

  return {
    create: (caller, chosen) =>
      untilUndisturbed(async () => {
        await requireRight(access, caller, 'create');
        const { accountId, iamId } = caller;
        const room = await roomInAccount(store, accountId, {
          ...{ most: MOST_KEY_GROUPS, things: 'key groups' },
          count: () => groups.count('byCreation', [accountId], MOST_KEY_GROUPS),
        });
        const group = newGroup(accountId, chosen, iamId, clock.now());
        await whileNameIsFree(() =>
          store.commit([room, insert(KEY_GROUPS, group), audited(caller, record('create', undefined, group))]),
        );
        return group;
      }),

    get: (caller, id) => existingGroup(parts, caller, { id, verb: 'get' }),

    async list(caller) {
      await requireRight(access, caller, 'list');
      return (await groups.page('byCreation', { equals: [caller.accountId], limit: 2 * MOST_KEY_GROUPS })).rows;
    },

    update: (caller, id, { name, description }) =>
      whileNameIsFree(() =>
        changeEntity({
          store,
          collection: KEY_GROUPS,
          read: () => existingGroup(parts, caller, { id, verb: 'update' }),
          ifMatch: '*',
          next: (before) => ({
            ...{ name: name ?? before.name, description: description ?? before.description },
            ...{ state: 'active', modifiedAt: clock.now() },
          }),
          also: (before, after) => [audited(caller, record('update', before, after))],
        }),
      ),

    remove: (caller, id, { recursive }) =>
      removeUnused({
        store,
        collection: KEY_GROUPS,
        setEnding: (ending) =>
          changeEntity({
            ...{ store, collection: KEY_GROUPS, ifMatch: '*', also: () => [] },
            read: () => existingGroup(parts, caller, { id, verb: 'delete' }),
            next: () => ({ state: ending ? 'ending' : 'active' }),
          }),
        inUse: (group) => (recursive ? keysRemoved(parts, caller, group) : keysLeft(parts, group)),
        also: (group) => [audited(caller, record('delete', group, undefined))],
      }),
  };
}

async function requireRight(access: Access, caller: Caller, verb: KeyGroupVerb, resource?: string): Promise<void> {
  const target = { accountId: caller.accountId, service: 'iam-identity', resourceType: 'key-group' };
  const named = resource === undefined ? target : { ...target, resource };
  await access.require(caller, `iam-identity.tenantkey.${verb}`, named);
}

async function keysLeft({ store }: KeyGroupsParts, { id }: KeyGroup): Promise<EntityInUse | undefined> {
  if ((await store.read(GROUPED_KEYS).count('ofGroup', [id], 1)) === 0) return undefined;
  return new EntityInUse('The key group has keys.', {
    details: 'Delete them first, or delete the group with its keys.',
  });
}

/** Nothing is removed when one cannot be. Nobody adds a key meanwhile, because the group is about to go. */
async function keysRemoved(
  { store, tenantKeys }: KeyGroupsParts,
  caller: Caller,
  { id: groupId }: KeyGroup,
): Promise<EntityInUse | undefined> {
  const { rows } = await store.read(GROUPED_KEYS).page('ofGroup', { equals: [groupId], limit: 2 * MOST_KEYS_IN_GROUP });
  const apiKeys = await Promise.all(rows.map(({ id }) => store.read(API_KEYS).get(id)));
  if (apiKeys.some((apiKey) => apiKey?.locked === true)) {
    return new EntityInUse('A key of the group is locked.', { details: 'Unlock it first.' });
  }
  const also = rowsOfGroupedKeys(store);
  for (const { id } of rows) await unlessGone(() => tenantKeys.remove(caller, 'on_behalf', id, also));
  return undefined;
}

/** Somebody else may remove it at this moment. */
async function unlessGone(removal: () => Promise<void>): Promise<void> {
  try {
    await removal();
  } catch (error) {
    if (!(error instanceof NotFound)) throw error;
  }
}

function newGroup(
  accountId: string,
  { name, description = '' }: KeyGroupContent,
  createdBy: string,
  now: number,
): KeyGroup {
  return {
    id: randomUUID(),
    entityTag: firstEntityTag(),
    ...{ accountId, name, description, state: 'active' },
    createdAt: now,
    createdBy,
    modifiedAt: now,
  };
}

async function whileNameIsFree<T>(change: () => Promise<T>): Promise<T> {
  try {
    return await change();
  } catch (error) {
    if (!(error instanceof AlreadyExists)) throw error;
    throw new EntityExists('The account has a key group of this name.', { cause: error });
  }
}

const auditedGroup = ({ name, description }: KeyGroup) => ({ name, description });
