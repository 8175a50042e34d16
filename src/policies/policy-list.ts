import type { Caller } from '../access/caller.ts';
import { AccessDenied } from '../problems/entity-problems.ts';
import type { IndexValue } from '../store/collection.ts';
import { type Listing, readListing } from '../store/listing.ts';
import type { Store } from '../store/store.ts';
import { POLICIES, POLICY_ORDERS, type Policy, type PolicyState } from './policy.ts';
import type { PolicyRights } from './policy-rights.ts';

/** One page of the policies of an account. */
export interface PolicyListRequest {
  readonly accountId: string;
  readonly state: PolicyState;
  /** Only those of this subject (`subjectKey`). */
  readonly subjectKey?: string | undefined;
  readonly order: keyof typeof POLICY_ORDERS;
  readonly descending: boolean;
  readonly after?: readonly IndexValue[] | undefined;
  readonly limit: number;
  /** Only policies of which this is true; absent: all. */
  readonly matches?: ((policy: Policy) => boolean) | undefined;
}

/** What a list stands on. */
export interface PolicyListParts {
  readonly store: Store;
  readonly rights: PolicyRights;
}

/**
 * Reads one page; of what the caller may not read nothing is told.
 * @throws AccessDenied  the account is not the caller's
 */
export async function listPolicies(
  { store, rights }: PolicyListParts,
  caller: Caller,
  { accountId, state, subjectKey, order, matches, ...page }: PolicyListRequest,
): Promise<Listing<Policy>> {
  if (accountId !== caller.accountId) throw new AccessDenied('You are not authorized to perform this action.');
  const mayRead = rights.readerOf(caller);
  const bySubject = subjectKey !== undefined && order === 'created_at';
  const listing = await readListing({
    reader: store.read(POLICIES),
    collection: POLICIES,
    index: bySubject ? 'bySubject' : POLICY_ORDERS[order],
    request: { ...page, equals: bySubject ? [accountId, subjectKey, state] : [accountId, state] },
    matches: bySubject || subjectKey === undefined ? matches : both(matches, (row) => row.subjectKey === subjectKey),
  });
  const rows: Policy[] = [];
  for (const row of listing.rows) {
    if (await mayRead(row)) rows.push(row);
  }
  return { ...listing, rows };
}

type Matches = (policy: Policy) => boolean;

const both =
  (one: Matches | undefined, other: Matches): Matches =>
  (policy) =>
    other(policy) && (one === undefined || one(policy));
