import { ParameterInvalid } from '../problems/request-problems.ts';
import type { Store } from '../store/store.ts';
import type { Window } from './access-groups.ts';
import { GROUP_MEMBERS, type GroupMember, type MemberKind } from './group-member.ts';
import { knownAs } from './people-and-programs.ts';

/** By what members may be sorted; whoever has no such name stands first. */
export interface MemberOrder {
  readonly by: 'id' | 'name' | 'email';
  readonly descending: boolean;
}

/** Which members of a group are wanted. */
export interface MemberListRequest {
  /** Only those of this kind. */
  readonly kind?: MemberKind | undefined;
  /** Absent: the oldest membership first. */
  readonly order?: MemberOrder | undefined;
  readonly offset: number;
  /** 0 to 100. */
  readonly limit: number;
}

/** Beyond what a group may have: those who add at the same moment may pass the bound by a little. */
const MOST_COUNTED = 100_000;

/** No index has names: members are sorted once they are all read. */
const MOST_SORTED = 1_000;

/** @returns the wanted members. @throws ParameterInvalid they are too many to be sorted. What is passed over costs a step down the index each, and how many they are is bounded. */
export async function listMembers(
  store: Store,
  groupId: string,
  { kind, order, offset, limit }: MemberListRequest,
): Promise<Window<GroupMember>> {
  const reader = store.read(GROUP_MEMBERS);
  const index = kind === undefined ? 'byGroup' : 'byKind';
  const equals = kind === undefined ? [groupId] : [groupId, kind];
  const total = await reader.count(index, equals, MOST_COUNTED);
  if (limit === 0 || offset >= total) return { rows: [], total };
  if (order === undefined) {
    const { rows } = await reader.page(index, { equals, limit, skip: offset });
    return { rows, total };
  }
  if (total > MOST_SORTED) throw new ParameterInvalid('sort', `is for groups of up to ${MOST_SORTED} members`);
  const { rows: all } = await reader.page(index, { equals, limit: MOST_SORTED });
  return { rows: (await sorted(store, all, order)).slice(offset, offset + limit), total };
}

async function sorted(store: Store, members: readonly GroupMember[], order: MemberOrder) {
  const { by, descending } = order;
  const keys = await Promise.all(
    members.map(async (member) => (by === 'id' ? member.iamId : ((await knownAs(store, member))[by] ?? ''))),
  );
  const keyed = members.map((member, index) => ({ member, key: keys[index]?.toLowerCase() ?? '' }));
  const sign = descending ? -1 : 1;
  keyed.sort((left, right) => sign * (compare(left.key, right.key) || compare(left.member.iamId, right.member.iamId)));
  return keyed.map(({ member }) => member);
}

function compare(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
