import type { IndexValue } from '../store/collection.ts';
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

/** Of one read. */
const MOST_ROWS = 1_000;
/** Beyond what a group may have: those who add at the same moment may pass the bound by a little. */
const MOST_COUNTED = 100_000;

/** @returns the wanted members. What it costs grows with the offset, which the bound of members bounds */
export async function listMembers(
  store: Store,
  groupId: string,
  { kind, offset, limit }: MemberListRequest,
): Promise<Window<GroupMember>> {
  const reader = store.read(GROUP_MEMBERS);
  const index = kind === undefined ? 'byGroup' : 'byKind';
  const equals = kind === undefined ? [groupId] : [groupId, kind];
  const total = await reader.count(index, equals, MOST_COUNTED);
  const rows: GroupMember[] = [];
  let after: readonly IndexValue[] | undefined;
  for (let passed = 0; rows.length < limit && passed < total; ) {
    const skipped = offset - passed;
    const page = await reader.page(index, { equals, after, limit: Math.min(MOST_ROWS, Math.max(skipped, 0) + limit) });
    rows.push(...page.rows.slice(Math.max(skipped, 0), Math.max(skipped, 0) + limit - rows.length));
    passed += page.rows.length;
    after = page.next;
    if (after === undefined) break;
  }
  return { rows, total };
}
