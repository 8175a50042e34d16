import { randomUUID } from 'node:crypto';
import type { Access } from '../access/access.ts';
import type { Caller } from '../access/caller.ts';
import { roomInAccount } from '../accounts/room-in-account.ts';
import { audited } from '../audit/audit-event.ts';
import type { Clock } from '../clock/clock.ts';
import { EntityExists } from '../problems/entity-problems.ts';
import { changeEntity } from '../store/change-entity.ts';
import { insert } from '../store/changes.ts';
import { firstEntityTag } from '../store/entity-tag.ts';
import type { Store } from '../store/store.ts';
import { AlreadyExists } from '../store/store-errors.ts';
import { untilUndisturbed } from '../store/until-undisturbed.ts';
import type { TenantKeys } from '../tenant-keys/tenant-keys.ts';
import { existingGroup, requireGroupRight } from './existing-group.ts';
import { recordedGroupChange, removeGroup } from './group-removal.ts';
import { KEY_GROUPS, type KeyGroup, MOST_KEY_GROUPS } from './key-group.ts';

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

/** @returns the key groups of `store` */
export function keyGroupsIn(parts: KeyGroupsParts): KeyGroups {
  const { store, access, clock } = parts;
  const groups = store.read(KEY_GROUPS);

  return {
    create: (caller, chosen) =>
      untilUndisturbed(async () => {
        await requireGroupRight(access, caller, 'create');
        const { accountId, iamId } = caller;
        const room = await roomInAccount(store, accountId, {
          ...{ most: MOST_KEY_GROUPS, things: 'key groups' },
          count: () => groups.count('byCreation', [accountId], MOST_KEY_GROUPS),
        });
        const group = newGroup(accountId, chosen, iamId, clock.now());
        await whileNameIsFree(() =>
          store.commit([
            room,
            insert(KEY_GROUPS, group),
            audited(caller, recordedGroupChange({ verb: 'create', after: group, at: group.createdAt })),
          ]),
        );
        return group;
      }),

    get: (caller, id) => existingGroup(parts, caller, { id, verb: 'get' }),

    async list(caller) {
      await requireGroupRight(access, caller, 'list');
      const request = { equals: [caller.accountId], limit: 2 * MOST_KEY_GROUPS };
      const { rows } = await groups.page('byCreation', request);
      return rows.filter(({ state }) => state !== 'removing');
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
          also: (before, after) => [
            audited(caller, recordedGroupChange({ verb: 'update', before, after, at: after.modifiedAt })),
          ],
        }),
      ),

    remove: (caller, id, { recursive }) => removeGroup(parts, caller, { id, recursive }),
  };
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
