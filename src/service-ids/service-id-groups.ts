import { randomUUID } from 'node:crypto';
import type { Access } from '../access/access.ts';
import type { Caller } from '../access/caller.ts';
import { type AuditedChange, audited } from '../audit/audit-event.ts';
import type { Clock } from '../clock/clock.ts';
import { EntityExists, EntityInUse, LimitReached } from '../problems/entity-problems.ts';
import { changeEntity } from '../store/change-entity.ts';
import { insert } from '../store/changes.ts';
import { firstEntityTag } from '../store/entity-tag.ts';
import { everyPage } from '../store/every-page.ts';
import { removeUnused } from '../store/remove-unused.ts';
import type { Store } from '../store/store.ts';
import { AlreadyExists } from '../store/store-errors.ts';
import { noSuchGroup } from './expect-group.ts';
import { SERVICE_IDS } from './service-id.ts';
import { SERVICE_ID_GROUPS, type ServiceIdGroup, serviceIdGroupCrn } from './service-id-group.ts';

/** How many service ID groups an account may have: they are listed at once. */
export const MOST_SERVICE_ID_GROUPS = 500;

/** What the maker of a service ID group chooses. */
export interface NewServiceIdGroup extends ServiceIdGroupChange {
  readonly accountId: string;
}

/** What may be changed later; an absent description stays as it is. */
export interface ServiceIdGroupChange {
  readonly name: string;
  readonly description?: string | undefined;
}

/** What may be done with service ID groups. Every function: @throws AccessDenied, NotFound (missing, or another account's). */
export interface ServiceIdGroups {
  /** @throws EntityExists the name is taken @throws LimitReached */
  create(caller: Caller, chosen: NewServiceIdGroup): Promise<ServiceIdGroup>;
  get(caller: Caller, id: string): Promise<ServiceIdGroup>;
  /** All of the account, the oldest first. */
  list(caller: Caller, accountId: string): Promise<readonly ServiceIdGroup[]>;
  /** @param ifMatch an entity tag, or `*` @throws EntityTagStale @throws EntityExists */
  update(caller: Caller, id: string, change: ServiceIdGroupChange, ifMatch: string): Promise<ServiceIdGroup>;
  /** @throws EntityInUse it has service IDs */
  remove(caller: Caller, id: string): Promise<void>;
  /** @returns the iam ids of the service IDs in it */
  membersOf(caller: Caller, id: string): Promise<ReadonlySet<string>>;
}

/** What the service ID groups stand on. */
export interface ServiceIdGroupsParts {
  readonly store: Store;
  readonly access: Access;
  readonly clock: Clock;
}

const PAGE_ROWS = 1_000;

/** @returns the service ID groups of `store` */
export function serviceIdGroupsIn({ store, access, clock }: ServiceIdGroupsParts): ServiceIdGroups {
  const groups = store.read(SERVICE_ID_GROUPS);

  const requireRight = (caller: Caller, verb: string, accountId: string, id?: string): Promise<void> =>
    access.require(caller, `iam-identity.serviceidgroup.${verb}`, {
      ...{ accountId, service: 'iam-identity', resourceType: 'serviceid_group' },
      ...(id !== undefined && { resource: id }),
    });

  const existing = async (caller: Caller, id: string, verb: string): Promise<ServiceIdGroup> => {
    const group = await groups.get(id);
    // One answer for "missing" and "another account's": ids of other tenants cannot be probed.
    if (group?.accountId !== caller.accountId) throw noSuchGroup();
    await requireRight(caller, verb, group.accountId, id);
    return group;
  };

  const record = (
    verb: string,
    before: ServiceIdGroup | undefined,
    after: ServiceIdGroup | undefined,
  ): AuditedChange => {
    const { accountId = '', id = '' } = after ?? before ?? {};
    return {
      ...{ at: clock.now(), action: `iam-identity.serviceidgroup.${verb}`, accountId },
      ...{ target: serviceIdGroupCrn({ accountId, id }), targetId: id },
      ...{ before: before && auditedGroup(before), after: after && auditedGroup(after) },
    };
  };

  return {
    async create(caller, chosen) {
      const { accountId } = chosen;
      await requireRight(caller, 'create', accountId);
      if ((await groups.count('byCreation', [accountId], MOST_SERVICE_ID_GROUPS)) >= MOST_SERVICE_ID_GROUPS) {
        throw new LimitReached(`An account may have ${MOST_SERVICE_ID_GROUPS} service ID groups.`);
      }
      const group = newGroup(chosen, caller.iamId, clock.now());
      await whileNameIsFree(() =>
        store.commit([insert(SERVICE_ID_GROUPS, group), audited(caller, record('create', undefined, group))]),
      );
      return group;
    },

    get: (caller, id) => existing(caller, id, 'get'),

    async list(caller, accountId) {
      await requireRight(caller, 'list', accountId);
      return (await groups.page('byCreation', { equals: [accountId], limit: PAGE_ROWS })).rows;
    },

    update: (caller, id, { name, description }, ifMatch) =>
      whileNameIsFree(() =>
        changeEntity({
          store,
          collection: SERVICE_ID_GROUPS,
          read: () => existing(caller, id, 'update'),
          ifMatch,
          next: (before) => ({
            ...{ name, description: description ?? before.description },
            ...{ state: 'active', modifiedAt: clock.now() },
          }),
          also: (before, after) => [audited(caller, record('update', before, after))],
        }),
      ),

    remove: (caller, id) =>
      removeUnused({
        store,
        collection: SERVICE_ID_GROUPS,
        setEnding: (ending) =>
          changeEntity({
            ...{ store, collection: SERVICE_ID_GROUPS, ifMatch: '*', also: () => [] },
            read: () => existing(caller, id, 'delete'),
            next: () => ({ state: ending ? 'ending' : 'active' }),
          }),
        async inUse({ accountId }) {
          const count = await store.read(SERVICE_IDS).count('byGroup', [accountId, 'active', id], 1);
          if (count === 0) return undefined;
          return new EntityInUse('The service ID group has service IDs.', { details: 'Delete them first.' });
        },
        also: (group) => [audited(caller, record('delete', group, undefined))],
      }),

    async membersOf(caller, id) {
      const { accountId } = await existing(caller, id, 'get');
      return membersOf(store, accountId, id);
    },
  };
}

async function membersOf(store: Store, accountId: string, groupId: string): Promise<ReadonlySet<string>> {
  const iamIds = new Set<string>();
  const request = { equals: [accountId, 'active', groupId], limit: PAGE_ROWS };
  for await (const rows of everyPage(store.read(SERVICE_IDS), 'byGroup', request)) {
    for (const { iamId } of rows) iamIds.add(iamId);
  }
  return iamIds;
}

function newGroup({ accountId, name, description = '' }: NewServiceIdGroup, by: string, now: number): ServiceIdGroup {
  return {
    id: `ServiceIdGroup-${randomUUID()}`,
    entityTag: firstEntityTag(),
    ...{ accountId, name, description },
    state: 'active',
    createdAt: now,
    createdBy: by,
    modifiedAt: now,
  };
}

async function whileNameIsFree<T>(change: () => Promise<T>): Promise<T> {
  try {
    return await change();
  } catch (error) {
    if (!(error instanceof AlreadyExists)) throw error;
    throw new EntityExists('The account has a service ID group of this name.', { cause: error });
  }
}

const auditedGroup = ({ name, description }: ServiceIdGroup) => ({ name, description });
