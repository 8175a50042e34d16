import { randomUUID } from 'node:crypto';
import type { Access } from '../access/access.ts';
import type { Caller } from '../access/caller.ts';
import { type AuditedChange, audited } from '../audit/audit-event.ts';
import type { Clock } from '../clock/clock.ts';
import { EntityExists, EntityInUse, LimitReached } from '../problems/entity-problems.ts';
import { changeEntity } from '../store/change-entity.ts';
import { insert } from '../store/changes.ts';
import { firstEntityTag } from '../store/entity-tag.ts';
import { everyRow } from '../store/every-page.ts';
import type { Store } from '../store/store.ts';
import { AlreadyExists } from '../store/store-errors.ts';
import { ACCESS_GROUP_ID_PREFIX, ACCESS_GROUPS, type AccessGroup, accessGroupCrn, nameKeyOf } from './access-group.ts';
import { groupGate } from './existing-group.ts';
import { GROUP_MEMBERS } from './group-member.ts';
import { GROUP_RULES } from './group-rule.ts';
import { groupsOf } from './groups-of.ts';
import { type GroupOrder, inOrder, withRules } from './sort-groups.ts';

/** How many groups an account may have, so that a list is read in bounded time wherever it begins. */
export const MOST_GROUPS = 1_000;

/** What the maker of a group chooses. */
export interface NewAccessGroup {
  readonly accountId: string;
  readonly name: string;
  readonly description?: string | undefined;
}

/** What may be changed later; an absent field stays as it is. */
export interface AccessGroupChange {
  readonly name?: string | undefined;
  readonly description?: string | undefined;
}

/** Which groups of an account are wanted. */
export interface AccessGroupListRequest {
  readonly accountId: string;
  /** Only those in which this identity is. */
  readonly memberIamId?: string | undefined;
  /** Only those of which this is true; absent: all. */
  readonly matches?: ((group: AccessGroup) => boolean) | undefined;
  readonly order: GroupOrder;
  readonly offset: number;
  /** 0 to 100. */
  readonly limit: number;
}

/** Some of a list, and how long it is as a whole. */
export interface Window<T> {
  readonly rows: readonly T[];
  readonly total: number;
}

/** What may be done with access groups. Every function: @throws AccessDenied, NotFound (missing, or another account's). */
export interface AccessGroups {
  /** @throws EntityExists the name is taken @throws LimitReached */
  create(caller: Caller, chosen: NewAccessGroup): Promise<AccessGroup>;
  get(caller: Caller, id: string): Promise<AccessGroup>;
  list(caller: Caller, request: AccessGroupListRequest): Promise<Window<AccessGroup>>;
  /** @returns the ids of those that have rules. @param groups that the caller was given */
  federatedAmong(groups: readonly AccessGroup[]): Promise<ReadonlySet<string>>;
  /** @param ifMatch an entity tag, or `*` @throws EntityTagStale @throws EntityExists */
  update(caller: Caller, id: string, change: AccessGroupChange, ifMatch: string): Promise<AccessGroup>;
  /** Nobody has anything through the group from then on. @param force also with members or rules @throws EntityInUse */
  remove(caller: Caller, id: string, force: boolean): Promise<void>;
}

/** What the groups stand on. */
export interface AccessGroupsParts {
  readonly store: Store;
  readonly access: Access;
  readonly clock: Clock;
}

/** @returns the access groups of `store` */
export function accessGroupsIn({ store, access, clock }: AccessGroupsParts): AccessGroups {
  const { requireRight, existing } = groupGate({ store, access });
  const groups = store.read(ACCESS_GROUPS);

  const record = (verb: string, before: AccessGroup | undefined, after: AccessGroup): AuditedChange => ({
    at: clock.now(),
    action: `iam-groups.groups.${verb}`,
    accountId: after.accountId,
    target: accessGroupCrn(after),
    targetId: after.id,
    before: before && auditedGroup(before),
    after: auditedGroup(after),
  });

  const change = (caller: Caller, id: string, { verb, ifMatch, next }: Edit): Promise<AccessGroup> =>
    changeEntity({
      store,
      collection: ACCESS_GROUPS,
      read: () => existing(caller, id, `groups.${verb}`),
      ifMatch,
      next: (before) => ({ ...next(before), modifiedAt: clock.now(), modifiedBy: caller.iamId }),
      also: (before, after) => [audited(caller, record(verb, before, after))],
    });

  return {
    async create(caller, chosen) {
      await requireRight(caller, 'groups.create', { accountId: chosen.accountId });
      if ((await groups.count('byAccount', [chosen.accountId, 'active'], MOST_GROUPS)) >= MOST_GROUPS) {
        throw new LimitReached(`An account may have ${MOST_GROUPS} access groups.`);
      }
      const group = newAccessGroup(chosen, caller.iamId, clock.now());
      await whileNameIsFree(() =>
        store.commit([insert(ACCESS_GROUPS, group), audited(caller, record('create', undefined, group))]),
      );
      return group;
    },

    get: (caller, id) => existing(caller, id, 'groups.read'),

    async list(caller, { accountId, memberIamId, matches = () => true, order, offset, limit }) {
      await requireRight(caller, 'groups.list', { accountId });
      const all =
        memberIamId === undefined
          ? await groupsOfAccount(store, accountId)
          : await groupsOf(store, accountId, memberIamId);
      const wanted = all.filter(matches);
      const federated = order.by === 'is_federated' ? await withRules(store, wanted) : new Set<string>();
      return { rows: inOrder(wanted, order, federated).slice(offset, offset + limit), total: wanted.length };
    },

    federatedAmong: (wanted) => withRules(store, wanted),

    update: (caller, id, { name, description }, ifMatch) =>
      whileNameIsFree(() =>
        change(caller, id, {
          verb: 'update',
          ifMatch,
          next: (before) => ({
            name: name ?? before.name,
            nameKey: nameKeyOf(name ?? before.name),
            description: description ?? before.description,
          }),
        }),
      ),

    async remove(caller, id, force) {
      await existing(caller, id, 'groups.delete');
      if (!force && (await isUsed(store, id))) {
        throw new EntityInUse('The access group has members or rules.', { details: 'Remove them, or use force=true.' });
      }
      await change(caller, id, { verb: 'delete', ifMatch: '*', next: () => ({ state: 'deleted', nameKey: id }) });
    },
  };
}

/** One change of a group. */
interface Edit {
  readonly verb: string;
  readonly ifMatch: string;
  readonly next: (before: AccessGroup) => Partial<AccessGroup>;
}

function newAccessGroup({ accountId, name, description = '' }: NewAccessGroup, by: string, now: number): AccessGroup {
  return {
    id: `${ACCESS_GROUP_ID_PREFIX}${randomUUID()}`,
    entityTag: firstEntityTag(),
    accountId,
    name,
    nameKey: nameKeyOf(name),
    description,
    state: 'active',
    createdAt: now,
    createdBy: by,
    modifiedAt: now,
    modifiedBy: by,
  };
}

async function whileNameIsFree<T>(change: () => Promise<T>): Promise<T> {
  try {
    return await change();
  } catch (error) {
    if (!(error instanceof AlreadyExists)) throw error;
    throw new EntityExists('The account has an access group of this name.', {
      details: 'Names differ by more than case.',
      cause: error,
    });
  }
}

/** Who made a group at the same moment as others may have passed the bound: a second page, never a third. */
const groupsOfAccount = (store: Store, accountId: string): Promise<readonly AccessGroup[]> =>
  everyRow(store.read(ACCESS_GROUPS), 'byAccount', { equals: [accountId, 'active'], limit: MOST_GROUPS });

async function isUsed(store: Store, groupId: string): Promise<boolean> {
  const [members, rules] = await Promise.all([
    store.read(GROUP_MEMBERS).count('byGroup', [groupId], 1),
    store.read(GROUP_RULES).count('byGroup', [groupId], 1),
  ]);
  return members + rules > 0;
}

const auditedGroup = ({ name, description, state }: AccessGroup) => ({ name, description, state });
