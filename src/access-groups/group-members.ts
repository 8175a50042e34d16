import type { Access } from '../access/access.ts';
import type { Caller } from '../access/caller.ts';
import { audited } from '../audit/audit-event.ts';
import type { Clock } from '../clock/clock.ts';
import { AccessDenied, LimitReached, NotFound } from '../problems/entity-problems.ts';
import type { Problem } from '../problems/problem.ts';
import { type Change, expectUnchanged, insert, remove } from '../store/changes.ts';
import { firstEntityTag } from '../store/entity-tag.ts';
import { staleWhenTaken } from '../store/overtaken.ts';
import type { Store } from '../store/store.ts';
import { untilUndisturbed } from '../store/until-undisturbed.ts';
import { USER_REALM } from '../users/user.ts';
import { ACCESS_GROUPS, type AccessGroup, accessGroupCrn } from './access-group.ts';
import type { Window } from './access-groups.ts';
import { groupGate } from './existing-group.ts';
import { GROUP_MEMBERS, type GroupMember, groupMemberId, type MemberKind, type MemberName } from './group-member.ts';
import { MOST_GROUPS_OF_ONE } from './groups-of.ts';
import { listMembers, type MemberListRequest } from './list-members.ts';
import { type KnownAs, knownAs } from './people-and-programs.ts';

/** How many members a group may have, so that a page far into the list is read in bounded time. */
export const MOST_MEMBERS = 10_000;

/** How many members one call may add or remove: with their audit records they are one commit. */
export const MOST_AT_ONCE = 50;

/** Who is to be in a group. */
export interface NewMember {
  readonly iamId: string;
  readonly kind: MemberKind;
}

/** What became of one of many; without a problem it was done. */
export interface Outcome {
  /** Of whom or of what: an iam id, or a group's id. */
  readonly id: string;
  readonly problem?: Problem;
}

/** Who will be in a group, and what makes it so. */
export interface PlannedMembers {
  readonly members: readonly GroupMember[];
  readonly changes: readonly Change[];
}

/** Who is in which group. Every function: @throws AccessDenied, NotFound (missing, or another account's). */
export interface GroupMembers {
  /**
   * Whoever is in a group has what the group is given, so nobody adds to a group that has what they do not hold (R34).
   * @param wanted at most 50; who is in already stays as it is @throws LimitReached
   */
  add(caller: Caller, groupId: string, wanted: readonly NewMember[]): Promise<readonly GroupMember[]>;
  /** The changes that add them, to be committed by who has more to commit with them; none for who is in. @throws as `add` */
  plan(caller: Caller, groupId: string, wanted: readonly NewMember[]): Promise<PlannedMembers>;
  list(caller: Caller, groupId: string, request: MemberListRequest): Promise<Window<GroupMember>>;
  /** @throws NotFound also when the identity is not in the group */
  get(caller: Caller, groupId: string, iamId: string): Promise<GroupMember>;
  remove(caller: Caller, groupId: string, iamId: string): Promise<void>;
  /** @param iamIds at most 50 */
  removeMany(caller: Caller, groupId: string, iamIds: readonly string[]): Promise<readonly Outcome[]>;
  /** Adds one identity to many groups of the account, each by itself. */
  addToMany(
    caller: Caller,
    member: NewMember & { readonly accountId: string },
    groupIds: readonly string[],
  ): Promise<readonly Outcome[]>;
  /** @returns the ids of the groups it was removed from @throws NotFound it was in none */
  removeFromAll(caller: Caller, accountId: string, iamId: string): Promise<readonly string[]>;
  /** @returns the names that the group's account has for a member that the caller was given */
  knownAs(member: GroupMember): Promise<KnownAs>;
}

/** What the members stand on. */
export interface GroupMembersParts {
  readonly store: Store;
  readonly access: Access;
  readonly clock: Clock;
}

/** @returns who is in the groups of `store` */
export function groupMembersIn({ store, access, clock }: GroupMembersParts): GroupMembers {
  const { requireRight, existing } = groupGate({ store, access });
  const members = store.read(GROUP_MEMBERS);

  const record = (caller: Caller, verb: 'add' | 'remove', { accountId, groupId, iamId, kind }: GroupMember) =>
    audited(caller, {
      at: clock.now(),
      action: `iam-groups.members.${verb}`,
      accountId,
      target: accessGroupCrn({ accountId, id: groupId }),
      targetId: groupId,
      [verb === 'add' ? 'after' : 'before']: { member: iamId, kind },
    });

  /** Plans who is in the group after all; the commit fails when the group, or one of them, was changed meanwhile */
  const plan: GroupMembers['plan'] = async (caller, groupId, wanted) => {
    const group = await existing(caller, groupId, 'members.add');
    // Way up by a group: whoever may fill groups would join one that has more than they have, or send somebody there.
    await access.requireHeldBy(caller, group.accountId, groupId);
    const unique = [...new Map(wanted.map((member) => [member.iamId, member])).values()];
    const found = await Promise.all(unique.map(({ iamId }) => members.get(groupMemberId(nameOf(group, iamId)))));
    const planned = unique.map((member, index) => found[index] ?? newMember(group, member, caller, clock.now()));
    const added = planned.filter((_, index) => found[index] === undefined);
    if (added.length === 0) return { members: planned, changes: [] };
    await refuseTooMany(store, group, added);
    const changes = added.flatMap((member) => [insert(GROUP_MEMBERS, member), record(caller, 'add', member)]);
    return { members: planned, changes: [expectUnchanged(ACCESS_GROUPS, group), ...changes] };
  };

  const addOnce = async (caller: Caller, groupId: string, wanted: readonly NewMember[]) => {
    const planned = await plan(caller, groupId, wanted);
    if (planned.changes.length > 0) await store.commit(planned.changes);
    return planned.members;
  };

  const add: GroupMembers['add'] = (caller, groupId, wanted) =>
    // Who was added by somebody else between reading and commit is in: read again, like after every other disturbance.
    untilUndisturbed(() => staleWhenTaken(() => addOnce(caller, groupId, wanted)));

  /** Commits the end of those memberships that are there. @returns which these were */
  const removeThose = async (caller: Caller, names: readonly MemberName[]): Promise<readonly GroupMember[]> => {
    const read = await Promise.all(names.map((name) => members.get(groupMemberId(name))));
    const there = read.filter((member) => member !== undefined);
    if (there.length > 0) {
      await store.commit(there.flatMap((member) => [remove(GROUP_MEMBERS, member), record(caller, 'remove', member)]));
    }
    return there;
  };

  return {
    add,
    plan,

    async list(caller, groupId, request) {
      await existing(caller, groupId, 'members.list');
      return listMembers(store, groupId, request);
    },

    async get(caller, groupId, iamId) {
      const group = await existing(caller, groupId, 'members.list');
      const member = await members.get(groupMemberId(nameOf(group, iamId)));
      if (member === undefined) throw notIn(groupId, iamId);
      return member;
    },

    remove: (caller, groupId, iamId) =>
      untilUndisturbed(async () => {
        const group = await existing(caller, groupId, 'members.remove');
        const removed = await removeThose(caller, [nameOf(group, iamId)]);
        if (removed.length === 0) throw notIn(groupId, iamId);
      }),

    removeMany: (caller, groupId, iamIds) =>
      untilUndisturbed(async () => {
        const group = await existing(caller, groupId, 'members.remove');
        const unique = [...new Set(iamIds)];
        const removed = await removeThose(
          caller,
          unique.map((iamId) => nameOf(group, iamId)),
        );
        const gone = new Set(removed.map(({ iamId }) => iamId));
        return unique.map((id) => (gone.has(id) ? { id } : { id, problem: notIn(groupId, id) }));
      }),

    async addToMany(caller, { accountId, ...member }, groupIds) {
      await requireRight(caller, 'members.add', { accountId });
      const outcomes: Outcome[] = [];
      for (const id of new Set(groupIds)) outcomes.push(await outcomeOf(id, () => add(caller, id, [member])));
      return outcomes;
    },

    async removeFromAll(caller, accountId, iamId) {
      await requireRight(caller, 'members.remove', { accountId });
      const removed: string[] = [];
      for (;;) {
        const gone = await untilUndisturbed(async () => {
          const request = { equals: [accountId, iamId], limit: MOST_AT_ONCE };
          return removeThose(caller, (await members.page('byIdentity', request)).rows);
        });
        removed.push(...gone.map(({ groupId }) => groupId));
        if (gone.length < MOST_AT_ONCE) break;
      }
      if (removed.length === 0)
        throw new NotFound(`${shown(iamId)} could not be removed from all groups: it is in none.`);
      return removed;
    },

    knownAs: (member) => knownAs(store, member),
  };
}

const nameOf = ({ accountId, id }: AccessGroup, iamId: string): MemberName => ({ accountId, groupId: id, iamId });

function newMember(
  group: AccessGroup,
  { iamId, kind }: NewMember,
  { iamId: createdBy }: Caller,
  now: number,
): GroupMember {
  const name = nameOf(group, iamId);
  return { id: groupMemberId(name), entityTag: firstEntityTag(), ...name, kind, createdAt: now, createdBy };
}

async function refuseTooMany(
  store: Store,
  { accountId, id }: AccessGroup,
  added: readonly GroupMember[],
): Promise<void> {
  const members = store.read(GROUP_MEMBERS);
  if ((await members.count('byGroup', [id], MOST_MEMBERS)) + added.length > MOST_MEMBERS) {
    throw new LimitReached(`An access group may have ${MOST_MEMBERS} members.`);
  }
  const counts = await Promise.all(
    added.map(({ iamId }) => members.count('byIdentity', [accountId, iamId], MOST_GROUPS_OF_ONE)),
  );
  if (counts.some((count) => count >= MOST_GROUPS_OF_ONE)) {
    throw new LimitReached(`An identity may be in ${MOST_GROUPS_OF_ONE} access groups of an account.`);
  }
}

async function outcomeOf(id: string, change: () => Promise<unknown>): Promise<Outcome> {
  try {
    await change();
    return { id };
  } catch (problem) {
    if (!(problem instanceof AccessDenied || problem instanceof NotFound || problem instanceof LimitReached))
      throw problem;
    return { id, problem };
  }
}

// Linear: one class a bounded number of times. Only what has the form of an iam id is repeated: somebody may take a key for one.
const IAM_ID = new RegExp(`^(?:${USER_REALM}|iam|crn)-[A-Za-z0-9:/._@-]{1,200}$`);

const shown = (iamId: string): string => (IAM_ID.test(iamId) ? iamId : 'The identity');

const notIn = (groupId: string, iamId: string): NotFound =>
  new NotFound(`${shown(iamId)} is not a member of the access group ${groupId}.`);
