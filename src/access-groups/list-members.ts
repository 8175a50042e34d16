import type { Store } from '../store/store.ts';
import type { Window } from './access-groups.ts';
import { GROUP_MEMBERS, type GroupMember, type MemberKind } from './group-member.ts';

/** Which members of a group are wanted, the oldest first. */
export interface MemberListRequest {
  /** Only those of this kind. */
  readonly kind?: MemberKind | undefined;
  readonly offset: number;
  /** 0 to 100. */
  readonly limit: number;
}

/** Beyond what a group may have: those who add at the same moment may pass the bound by a little. */
const MOST_COUNTED = 100_000;

/** @returns the wanted members. What is passed over costs a step down the index each, and how many they are is bounded. */
export async function listMembers(
  store: Store,
  groupId: string,
  { kind, offset, limit }: MemberListRequest,
): Promise<Window<GroupMember>> {
  const reader = store.read(GROUP_MEMBERS);
  const index = kind === undefined ? 'byGroup' : 'byKind';
  const equals = kind === undefined ? [groupId] : [groupId, kind];
  const total = await reader.count(index, equals, MOST_COUNTED);
  if (limit === 0 || offset >= total) return { rows: [], total };
  const { rows } = await reader.page(index, { equals, limit, skip: offset });
  return { rows, total };
}
