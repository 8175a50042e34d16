import type { Access } from '../access/access.ts';
import type { Caller } from '../access/caller.ts';
import { API_KEYS, type ApiKey } from '../api-keys/api-key.ts';
import { apiKeyCrn } from '../api-keys/new-api-key.ts';
import { refuseLockedKey } from '../api-keys/refuse-locked.ts';
import { type AuditedState, audited } from '../audit/audit-event.ts';
import type { Clock } from '../clock/clock.ts';
import { EntityTagStale, LimitReached, NotFound } from '../problems/entity-problems.ts';
import { type Change, insert, replace } from '../store/changes.ts';
import { firstEntityTag, nextEntityTag } from '../store/entity-tag.ts';
import type { Store } from '../store/store.ts';
import { StaleEntityTag } from '../store/store-errors.ts';
import { untilUndisturbed } from '../store/until-undisturbed.ts';
import type { TenantKeyChange, TenantKeys } from '../tenant-keys/tenant-keys.ts';
import type { Users } from '../users/users.ts';
import { existingGroup } from './existing-group.ts';
import { GROUPED_KEYS, type GroupedKey, groupedKeyAction, rowsOfGroupedKeys } from './grouped-key.ts';
import { letsMoreIn, readAddresses } from './key-addresses.ts';
import { KEY_GROUPS, type KeyGroup, MOST_KEYS_IN_GROUP } from './key-group.ts';
import { keyRole } from './key-role.ts';
import { namedUser, requireOnBehalfOf } from './on-behalf-of.ts';

/** A key with the row that says of which group it is: the two rows that are one thing. */
export interface HeldGroupedKey {
  readonly apiKey: ApiKey;
  readonly groupedKey: GroupedKey;
}

/** What the maker of a key chooses; of a change an absent member stays as it is. */
export interface GroupedKeyContent {
  readonly description?: string | undefined;
  /** Whether it is taken. Default: true. */
  readonly activated?: boolean | undefined;
  /** The iam id or e-mail address of a user of the account. Default: the maker. */
  readonly onBehalfOf?: string | undefined;
  /** The name or CRN of a role that the user has. `null`, the default: all that the user may. */
  readonly inRole?: string | null | undefined;
  /** Addresses and networks from which alone it is taken. Default, and empty: from everywhere. */
  readonly addresses?: readonly string[] | undefined;
}

/** Which key of which group. */
export interface GroupedKeyName {
  readonly groupId: string;
  /** That of the API key. */
  readonly id: string;
}

/**
 * Keys in groups, of the caller's own account. Every function: @throws AccessDenied, NotFound (the group or the key is missing, another
 * account's, or of another group).
 */
export interface GroupKeys {
  /** @throws ParameterInvalid @throws ParameterMissing @throws LimitReached */
  create(
    caller: Caller,
    groupId: string,
    chosen: GroupedKeyContent,
  ): Promise<HeldGroupedKey & { readonly secret: string }>;
  get(caller: Caller, name: GroupedKeyName): Promise<HeldGroupedKey>;
  /** All of the group, the oldest first. */
  list(caller: Caller, groupId: string): Promise<readonly HeldGroupedKey[]>;
  /** Whoever makes it act as more than it does, or from more places, must hold that (R34). @throws ParameterInvalid @throws EntityLocked */
  update(caller: Caller, name: GroupedKeyName, change: GroupedKeyContent): Promise<HeldGroupedKey>;
  /** It is refused when this returns. @throws EntityLocked */
  remove(caller: Caller, name: GroupedKeyName): Promise<void>;
}

/** What keys in groups stand on. */
export interface GroupKeysParts {
  readonly store: Store;
  readonly access: Access;
  readonly clock: Clock;
  readonly tenantKeys: TenantKeys;
  readonly users: Pick<Users, 'find'>;
}

const KIND = 'on_behalf';
/** What the list of addresses is called where it is sent. */
const ADDRESSES = 'ips';

/** @returns the keys in the groups of `store` */
export function groupKeysIn(parts: GroupKeysParts): GroupKeys {
  const { store, access, tenantKeys } = parts;

  const held = async (caller: Caller, { groupId, id }: GroupedKeyName): Promise<HeldGroupedKey> => {
    const apiKey = await tenantKeys.get(caller, KIND, id);
    const groupedKey = await store.read(GROUPED_KEYS).get(id);
    if (groupedKey?.groupId !== groupId) throw new NotFound('The key could not be found.');
    return { apiKey, groupedKey };
  };

  return {
    async create(caller, groupId, chosen) {
      const { description = '', activated = true, addresses = [] } = chosen;
      const group = await existingGroup(parts, caller, { id: groupId, verb: 'create' });
      const iamId = await namedUser(parts, caller, chosen.onBehalfOf);
      const role = await roleOf(parts, iamId, caller, chosen.inRole);
      await requireOnBehalfOf(access, caller, { iamId, role });
      let groupedKey: GroupedKey | undefined;
      const { apiKey, secret } = await tenantKeys.create(
        caller,
        {
          ...{ kind: KIND, name: nameOf(description, group), description, iamId, disabled: !activated },
          addresses: readAddresses(addresses, ADDRESSES),
        },
        async (made) => {
          groupedKey = newGroupedKey(made, groupId, role);
          const after = auditedMembership(groupedKey);
          return [
            await roomInGroup(parts, caller, groupId),
            insert(GROUPED_KEYS, groupedKey),
            recordOf(parts, caller, made, { verb: 'create', after }),
          ];
        },
      );
      // Safe: it is what was committed last, and without it there is no key.
      return { apiKey, secret, groupedKey: groupedKey as GroupedKey };
    },

    get: held,

    async list(caller, groupId) {
      await existingGroup(parts, caller, { id: groupId, verb: 'list' });
      const request = { equals: [groupId], limit: 2 * MOST_KEYS_IN_GROUP };
      const { rows } = await store.read(GROUPED_KEYS).page('ofGroup', request);
      const keys = rows.map(async (groupedKey): Promise<readonly HeldGroupedKey[]> => {
        const apiKey = await store.read(API_KEYS).get(groupedKey.id);
        return apiKey === undefined ? [] : [{ apiKey, groupedKey }];
      });
      return (await Promise.all(keys)).flat();
    },

    update: (caller, name, change) =>
      untilUndisturbed(async () => {
        const before = await held(caller, name);
        try {
          return await changed(parts, caller, before, change);
        } catch (error) {
          // Both rows are read anew, and what is to be refused is decided anew.
          throw error instanceof EntityTagStale ? new StaleEntityTag(API_KEYS.name, name.id) : error;
        }
      }),

    async remove(caller, name) {
      await held(caller, name);
      await tenantKeys.remove(caller, KIND, name.id, rowsOfGroupedKeys(store));
    },
  };
}

/** @throws EntityTagStale somebody else was faster */
async function changed(
  parts: GroupKeysParts,
  caller: Caller,
  { apiKey, groupedKey }: HeldGroupedKey,
  change: GroupedKeyContent,
): Promise<HeldGroupedKey> {
  const { access, tenantKeys } = parts;
  const { description, activated, onBehalfOf, inRole, addresses } = change;
  const iamId = onBehalfOf === undefined ? apiKey.iamId : await namedUser(parts, caller, onBehalfOf);
  // A role that the new user does not have is refused, also when it is not named again.
  const named = inRole === undefined && iamId !== apiKey.iamId ? groupedKey.role : inRole;
  const role = named === undefined ? groupedKey.role : await roleOf(parts, iamId, caller, named);
  const addressesAfter = addresses && readAddresses(addresses, ADDRESSES);
  const isOther = iamId !== apiKey.iamId || role !== groupedKey.role;
  const isMore = isOther || (activated === true && apiKey.disabled) || letsMoreIn(apiKey.addresses, addressesAfter);
  if (isMore) await requireOnBehalfOf(access, caller, { iamId, role });
  const ofKey: TenantKeyChange = {
    ...(description !== undefined && { description, name: description === '' ? apiKey.name : description }),
    ...(activated !== undefined && { disabled: !activated }),
    ...(iamId !== apiKey.iamId && { iamId }),
    ...(addressesAfter !== undefined && { addresses: addressesAfter }),
  };
  // A lock keeps the role as well, also when the key is disabled by the same change.
  refuseLockedKey(apiKey, { ...ofKey, ...(role !== groupedKey.role && { role: true }) });
  const after = inNewRole(groupedKey, role);
  const also = (): readonly Change[] =>
    role === groupedKey.role
      ? []
      : [
          replace(GROUPED_KEYS, after, groupedKey.entityTag),
          recordOf(parts, caller, apiKey, {
            ...{ verb: 'update', before: auditedMembership(groupedKey), after: auditedMembership(after) },
          }),
        ];
  const key = { kind: KIND, id: apiKey.id, ifMatch: apiKey.entityTag } as const;
  return { apiKey: await tenantKeys.update(caller, key, ofKey, also), groupedKey: after };
}

async function roleOf(
  parts: GroupKeysParts,
  iamId: string,
  { accountId }: Caller,
  named: string | null | undefined,
): Promise<string | undefined> {
  return named === undefined || named === null ? undefined : keyRole(parts, { accountId, iamId, named });
}

/**
 * @returns what the commit of a new key does to its group, so that of two keys that are made at once for the last place one is
 * @throws NotFound  the group is gone, or about to go @throws LimitReached
 */
async function roomInGroup(parts: GroupKeysParts, caller: Caller, groupId: string): Promise<Change> {
  const group = await existingGroup(parts, caller, { id: groupId, verb: 'create' });
  if (group.state === 'ending') throw new NotFound('The key group could not be found.');
  const known = await parts.store.read(GROUPED_KEYS).count('ofGroup', [groupId], MOST_KEYS_IN_GROUP);
  if (known >= MOST_KEYS_IN_GROUP) {
    throw new LimitReached(`A key group may have ${MOST_KEYS_IN_GROUP} keys.`, {
      details: 'Delete one that is not used any more, or use another group.',
    });
  }
  return replace(KEY_GROUPS, { ...group, entityTag: nextEntityTag(group.entityTag) }, group.entityTag);
}

/** Lists of all keys show a name; these have none of their own. */
const nameOf = (description: string, { name }: KeyGroup): string => (description === '' ? name : description);

const newGroupedKey = (
  { id, accountId, createdAt }: ApiKey,
  groupId: string,
  role: string | undefined,
): GroupedKey => ({
  ...{ id, entityTag: firstEntityTag(), accountId, groupId },
  ...(role !== undefined && { role }),
  createdAt,
});

/** The same row in another role, or in none; a new tag only with a change. */
function inNewRole({ role: before, ...rest }: GroupedKey, role: string | undefined): GroupedKey {
  const entityTag = role === before ? rest.entityTag : nextEntityTag(rest.entityTag);
  return { ...rest, entityTag, ...(role !== undefined && { role }) };
}

const auditedMembership = ({ groupId, role }: GroupedKey): AuditedState => ({ groupId, role });

/** The record of the key itself says the rest. */
function recordOf(
  { clock }: GroupKeysParts,
  caller: Caller,
  apiKey: ApiKey,
  change: { readonly verb: 'create' | 'update'; readonly before?: AuditedState; readonly after: AuditedState },
): Change {
  const { verb, before, after } = change;
  return audited(caller, {
    ...{ at: clock.now(), action: groupedKeyAction(verb), accountId: apiKey.accountId },
    ...{ target: apiKeyCrn(apiKey), targetId: apiKey.id, before, after },
  });
}
