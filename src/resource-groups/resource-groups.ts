import { randomBytes } from 'node:crypto';
import type { Access, Target } from '../access/access.ts';
import type { Caller } from '../access/caller.ts';
import { ACCOUNTS } from '../accounts/account.ts';
import { defaultResourceGroup } from '../accounts/default-resource-group.ts';
import { type AuditedChange, audited } from '../audit/audit-event.ts';
import type { Clock } from '../clock/clock.ts';
import { AccessDenied, EntityExists, EntityInUse, LimitReached, NotFound } from '../problems/entity-problems.ts';
import { changeEntity } from '../store/change-entity.ts';
import { insert } from '../store/changes.ts';
import { firstEntityTag } from '../store/entity-tag.ts';
import { removeUnused } from '../store/remove-unused.ts';
import type { Store } from '../store/store.ts';
import { AlreadyExists } from '../store/store-errors.ts';
import {
  isDefaultGroup,
  RESOURCE_GROUPS,
  type ResourceGroup,
  resourceGroupCrn,
  takenNameOf,
  unchangedDefaultGroup,
} from './resource-group.ts';

/** How many resource groups an account may have beside the default one: they are listed at once. */
export const MOST_RESOURCE_GROUPS = 500;

/** How many deleted ones are shown, the latest made: what was ever made and deleted has no bound. */
const MOST_DELETED_SHOWN = 500;

/** What the maker of a resource group chooses. */
export interface NewResourceGroup {
  readonly accountId: string;
  readonly name: string;
}

/** What may be changed later; an absent field stays as it is. */
export interface ResourceGroupChange {
  readonly name?: string | undefined;
  readonly state?: 'active' | 'suspended' | undefined;
}

/** Which groups of an account are wanted. */
export interface ResourceGroupListRequest {
  readonly accountId: string;
  readonly name?: string | undefined;
  /** True: only the default one. False: only the others. */
  readonly default?: boolean | undefined;
  readonly withDeleted: boolean;
  /** Of the deleted ones, only those that were deleted then or later; absent: all. */
  readonly deletedSince?: number | undefined;
}

/** What may be done with resource groups. Every function: @throws AccessDenied, NotFound (missing, or another account's). */
export interface ResourceGroups {
  /** @throws EntityExists the name is taken @throws LimitReached */
  create(caller: Caller, chosen: NewResourceGroup): Promise<ResourceGroup>;
  get(caller: Caller, id: string): Promise<ResourceGroup>;
  /** Those that the caller may retrieve, the oldest first. */
  list(caller: Caller, request: ResourceGroupListRequest): Promise<readonly ResourceGroup[]>;
  /**
   * Needs no right: the default group of an account of the caller's. Beside it, in the account of the token, those that the
   * caller may retrieve; a token for one account opens nothing else of another.
   */
  knownOf(caller: Caller, accountId: string): Promise<readonly ResourceGroup[]>;
  /** @throws EntityExists the name is taken */
  update(caller: Caller, id: string, change: ResourceGroupChange): Promise<ResourceGroup>;
  /** @throws EntityInUse it is the default one, or something belongs to it */
  remove(caller: Caller, id: string): Promise<void>;
}

/** What the resource groups stand on. */
export interface ResourceGroupsParts {
  readonly store: Store;
  readonly access: Access;
  readonly clock: Clock;
  /** @returns whether anything that can still be used, or restored, belongs to the group */
  readonly inUse: (group: ResourceGroup) => Promise<boolean>;
}

const SERVICE = 'resource-controller';
const targetOf = (accountId: string, resource?: string): Target => ({
  ...{ accountId, service: SERVICE, resourceType: 'resource-group' },
  ...(resource !== undefined && { resource }),
});

/** @returns the resource groups of `store` */
export function resourceGroupsIn({ store, access, clock, inUse }: ResourceGroupsParts): ResourceGroups {
  const groups = store.read(RESOURCE_GROUPS);

  const defaultOf = async (accountId: string): Promise<ResourceGroup | undefined> => {
    const stored = await groups.get(defaultResourceGroup(accountId).id);
    if (stored !== undefined) return stored;
    const account = await store.read(ACCOUNTS).get(accountId);
    return account && unchangedDefaultGroup(account);
  };

  const existing = async (caller: Caller, id: string, verb: string): Promise<ResourceGroup> => {
    const { accountId } = caller;
    const group = isDefaultGroup({ id, accountId }) ? await defaultOf(accountId) : await groups.get(id);
    // One answer for "missing", "deleted" and "another account's": ids of other tenants cannot be probed.
    if (group?.accountId !== accountId || group.gone) throw new NotFound('The resource group could not be found.');
    await access.require(caller, `${SERVICE}.group.${verb}`, targetOf(accountId, id));
    return group;
  };

  /** The default group and the others, as far as they are still there or, if wanted, were. */
  const allOf = async (accountId: string, withDeleted: boolean): Promise<readonly ResourceGroup[]> => {
    const { rows } = await groups.page('byCreation', { equals: [accountId, false], limit: 2 * MOST_RESOURCE_GROUPS });
    const first = rows.some(isDefaultGroup) ? undefined : await defaultOf(accountId);
    const deleted = withDeleted
      ? await groups.page('byCreation', { equals: [accountId, true], limit: MOST_DELETED_SHOWN, descending: true })
      : { rows: [] };
    return [...(first === undefined ? [] : [first]), ...rows, ...deleted.rows].toSorted(
      (left, right) => left.createdAt - right.createdAt,
    );
  };

  const shown = async (caller: Caller, all: readonly ResourceGroup[]): Promise<readonly ResourceGroup[]> => {
    const allows = access.allowsOften(caller);
    const may = await Promise.all(
      all.map(({ accountId, id }) => allows(`${SERVICE}.group.retrieve`, targetOf(accountId, id))),
    );
    return all.filter((_, index) => may[index]);
  };

  const record = (verb: string, before: ResourceGroup | undefined, after: ResourceGroup): AuditedChange => ({
    ...{ at: clock.now(), action: `${SERVICE}.group.${verb}`, accountId: after.accountId },
    ...{ target: resourceGroupCrn(after), targetId: after.id },
    ...{ before: before && auditedGroup(before), after: auditedGroup(after) },
  });

  return {
    async create(caller, chosen) {
      const { accountId, name } = chosen;
      await access.require(caller, `${SERVICE}.group.create`, targetOf(accountId));
      refuseDefaultName(name);
      if ((await groups.count('byCreation', [accountId, false], MOST_RESOURCE_GROUPS)) >= MOST_RESOURCE_GROUPS) {
        throw new LimitReached(`An account may have ${MOST_RESOURCE_GROUPS} resource groups.`);
      }
      const group = newGroup(chosen, caller.iamId, clock.now());
      await whileNameIsFree(() =>
        store.commit([insert(RESOURCE_GROUPS, group), audited(caller, record('create', undefined, group))]),
      );
      return group;
    },

    get: (caller, id) => existing(caller, id, 'retrieve'),

    async list(caller, { accountId, name, withDeleted, deletedSince = 0, default: wanted }) {
      if (accountId !== caller.accountId) throw new AccessDenied('You are not authorized to perform this action.');
      const asked = (group: ResourceGroup): boolean =>
        (name === undefined || group.name === name) &&
        (wanted === undefined || isDefaultGroup(group) === wanted) &&
        (!group.gone || group.modifiedAt >= deletedSince);
      return shown(caller, (await allOf(accountId, withDeleted)).filter(asked));
    },

    async knownOf(caller, accountId) {
      const theDefault = await defaultOf(accountId);
      const others = accountId === caller.accountId ? await allOf(accountId, false) : [];
      return [
        ...(theDefault === undefined ? [] : [theDefault]),
        ...(await shown(
          caller,
          others.filter((group) => !isDefaultGroup(group)),
        )),
      ];
    },

    async update(caller, id, { name, state }) {
      await keepDefault(store, await existing(caller, id, 'update'));
      return whileNameIsFree(() =>
        changeEntity({
          ...{ store, collection: RESOURCE_GROUPS, ifMatch: '*' },
          read: () => existing(caller, id, 'update'),
          next(before) {
            if (name !== undefined && !isDefaultGroup(before)) refuseDefaultName(name);
            return {
              name: name ?? before.name,
              takenName: takenNameOf(name ?? before.name),
              state: state ?? before.state,
              ending: false,
              modifiedAt: clock.now(),
            };
          },
          also: (before, after) => [audited(caller, record('update', before, after))],
        }),
      );
    },

    remove: (caller, id) =>
      removeUnused({
        store,
        collection: RESOURCE_GROUPS,
        setEnding: (ending) =>
          changeEntity({
            ...{ store, collection: RESOURCE_GROUPS, ifMatch: '*', also: () => [] },
            read: async () => {
              const group = await existing(caller, id, 'delete');
              if (isDefaultGroup(group)) throw new EntityInUse('The default resource group of an account stays.');
              return group;
            },
            next: () => ({ ending }),
          }),
        async inUse(group) {
          if (!(await inUse(group))) return undefined;
          return new EntityInUse('The resource group has resource instances.', { details: 'Delete them first.' });
        },
        left: (group) => deletedNow(group, clock.now()),
        also: (group) => [audited(caller, record('delete', group, { ...group, ...deletedNow(group, clock.now()) }))],
      }),
  };
}

const deletedNow = ({ id }: ResourceGroup, now: number) =>
  ({ state: 'deleted', ending: false, gone: true, takenName: id, modifiedAt: now }) as const;

/** Gives the default group the row that it needs to be changed; somebody else may have done it a moment ago. */
async function keepDefault(store: Store, group: ResourceGroup): Promise<void> {
  if (!isDefaultGroup(group) || (await store.read(RESOURCE_GROUPS).get(group.id)) !== undefined) return;
  try {
    await store.commit([insert(RESOURCE_GROUPS, group)]);
  } catch (error) {
    if (!(error instanceof AlreadyExists)) throw error;
  }
}

function newGroup({ accountId, name }: NewResourceGroup, by: string, now: number): ResourceGroup {
  return {
    id: randomBytes(16).toString('hex'),
    ...{ entityTag: firstEntityTag(), accountId, name, state: 'active', ending: false, gone: false },
    takenName: takenNameOf(name),
    createdAt: now,
    createdBy: by,
    modifiedAt: now,
  };
}

/**
 * Mistaken identity: who says `default` means the group that every account has, which has no row until it is changed. Nor may
 * another be read so: with spaces, characters of no width, or wide forms.
 */
function refuseDefaultName(name: string): void {
  if (takenNameOf(name.normalize('NFKC').replace(/[\s\p{Cf}]/gu, '')) === 'default') throw nameTaken();
}

const nameTaken = (cause?: unknown): EntityExists =>
  new EntityExists('The account has a resource group of this name.', {
    details: 'Names differ by more than case; `default` is kept for the default group.',
    cause,
  });

async function whileNameIsFree<T>(change: () => Promise<T>): Promise<T> {
  try {
    return await change();
  } catch (error) {
    throw error instanceof AlreadyExists ? nameTaken(error) : error;
  }
}

const auditedGroup = ({ name, state }: ResourceGroup) => ({ name, state });
