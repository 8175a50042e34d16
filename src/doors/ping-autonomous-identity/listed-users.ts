import type { Access } from '../../access/access.ts';
import type { Caller } from '../../access/caller.ts';
import { ParameterInvalid } from '../../problems/request-problems.ts';
import type { AccountUser } from '../../users/new-user.ts';
import type { Users } from '../../users/users.ts';
import { isAdministrator, personRepresentation } from './person-form.ts';
import type { ListedUserRepresentation, UserListRequest } from './user-schemas.ts';

/** What the list stands on. */
export interface ListedUsersParts {
  readonly users: Users;
  readonly access: Access;
}

/** So many can be put into an order that no index has. */
const MOST_SORTED = 1_000;
const PAGE_ROWS = 200;

/** @returns the users of the caller's account that are asked for, by number @throws ParameterInvalid too many to be sorted */
export async function listedUsers(
  { users, access }: ListedUsersParts,
  caller: Caller,
  { rows, offset, sortBy }: UserListRequest,
): Promise<readonly ListedUserRepresentation[]> {
  const isSorted = sortBy === 'uid' || sortBy === 'displayName';
  const known = await firstUsers(users, caller, isSorted ? MOST_SORTED + 1 : offset + rows);
  if (isSorted && known.length > MOST_SORTED) {
    throw new ParameterInvalid('sortBy', `must be left out where there are more than ${MOST_SORTED} users`);
  }
  const entries = known.map(entryOf);
  if (isSorted)
    entries.sort((left, right) => compared(left[sortBy], right[sortBy]) || compared(left.email, right.email));
  const sees = await isAdministrator(access, caller);
  return Promise.all(
    entries.slice(offset, offset + rows).map(async ({ iamId, ...entry }) => {
      // Whoever may list users is not told by the way who administers the tenant: that is what policies say.
      if (!sees && iamId !== caller.iamId) return entry;
      const { email, displayName: name } = entry;
      const { _groups } = personRepresentation({
        ...{ email, name },
        isAdministrator: await isAdministrator(access, { ...caller, iamId }),
      });
      return { ...entry, _groups };
    }),
  );
}

async function firstUsers(users: Pick<Users, 'list'>, caller: Caller, count: number): Promise<readonly AccountUser[]> {
  const { accountId } = caller;
  const found: AccountUser[] = [];
  let after: Awaited<ReturnType<Users['list']>>['next'];
  do {
    const page = await users.list(caller, { accountId, after, limit: Math.min(PAGE_ROWS, count - found.length) });
    found.push(...page.rows);
    after = page.next;
  } while (after !== undefined && found.length < count);
  return found;
}

function entryOf({ user, membership }: AccountUser) {
  // Enumeration: who invites an address must not learn by the name that there is such a user in another account.
  const name = membership.state === 'pending' ? user.email : user.name;
  const { _groups, ...entry } = personRepresentation({ email: user.email, name, isAdministrator: false });
  return { iamId: user.id, ...entry, email: user.email, enabled: membership.state === 'active' };
}

/** By code units: the same everywhere, whatever the process's language. */
const compared = (left: string, right: string): number => Number(left > right) - Number(left < right);
