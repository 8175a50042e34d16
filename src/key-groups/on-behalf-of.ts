import type { Access } from '../access/access.ts';
import type { Caller } from '../access/caller.ts';
import { ParameterInvalid, ParameterMissing } from '../problems/request-problems.ts';
import type { Store } from '../store/store.ts';
import { emailOf } from '../users/email.ts';
import { isUser } from '../users/is-user.ts';
import { USERS } from '../users/user.ts';
import type { Users } from '../users/users.ts';

/** What naming users stands on. */
export interface OnBehalfOfParts {
  readonly store: Store;
  readonly access: Access;
  readonly users: Pick<Users, 'find'>;
}

/** What the user is called where one is named. */
const PARAMETER = 'on_behalf_of';

/**
 * @param named an iam id or an e-mail address; `undefined`: the caller
 * @returns the iam id of the user as whom a key is to act
 * @throws ParameterInvalid  the account has no such active user
 * @throws ParameterMissing  none is named, and the caller is no user
 * @throws AccessDenied      the caller may not see who the users of the account are
 */
export async function namedUser(
  { store, users }: OnBehalfOfParts,
  caller: Caller,
  named: string | undefined,
): Promise<string> {
  const { iamId, accountId } = caller;
  if (isUser(iamId) && (named === undefined || named === iamId)) return iamId;
  if (named === undefined) throw new ParameterMissing(PARAMETER);
  // Who may not see the others may still name themselves.
  const email = isUser(iamId) ? emailOf(named) : undefined;
  if (email !== undefined && email === (await store.read(USERS).get(iamId))?.email) return iamId;
  const found = await users.find(caller, accountId, named);
  if (found?.membership.state !== 'active') {
    throw new ParameterInvalid(PARAMETER, 'must be the iam id or the e-mail address of an active user of the account');
  }
  return found.user.id;
}

/** The right to let keys act as others; part of Administrator. */
const FOR_OTHERS = 'iam-identity.tenantkey.create-for-others';

/**
 * Whoever makes a key can act as its user from then on (R34).
 * @throws AccessDenied unless the caller is the user, or may do this for others and holds all that the user has (in the role)
 */
export async function requireOnBehalfOf(
  access: Access,
  caller: Caller,
  { iamId, role }: { readonly iamId: string; readonly role: string | undefined },
): Promise<void> {
  const { accountId } = caller;
  if (iamId !== caller.iamId) {
    await access.require(caller, FOR_OTHERS, { accountId, service: 'iam-identity', resourceType: 'tenantkey' });
  }
  await access.requireHeldBy(caller, accountId, iamId, role);
}
