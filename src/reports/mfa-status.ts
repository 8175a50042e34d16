import type { Access } from '../access/access.ts';
import type { Caller } from '../access/caller.ts';
import { ACCOUNTS } from '../accounts/account.ts';
import { NotFound } from '../problems/entity-problems.ts';
import type { Store } from '../store/store.ts';
import { MEMBERSHIPS, membershipId } from '../users/user.ts';
import type { MfaNeed } from './report.ts';
import { mfaNeed } from './section-pages.ts';

/**
 * Tells which second factor one user of an account needs.
 * @throws AccessDenied @throws NotFound  the account has no such user
 */
export type MfaStatus = (caller: Caller, accountId: string, iamId: string) => Promise<MfaNeed>;

/** @returns the status over `store` */
export function mfaStatusIn({ store, access }: { readonly store: Store; readonly access: Access }): MfaStatus {
  return async (caller, accountId, iamId) => {
    const target = { accountId, service: 'iam-identity', resourceType: 'user', resource: iamId };
    await access.require(caller, 'iam-identity.mfa.get', target);
    const [account, membership] = await Promise.all([
      store.read(ACCOUNTS).get(accountId),
      store.read(MEMBERSHIPS).get(membershipId(accountId, iamId)),
    ]);
    const isMember = membership?.state === 'active' || membership?.state === 'suspended';
    if (account === undefined || !isMember) throw new NotFound('The user could not be found.');
    return mfaNeed(account.settings, iamId);
  };
}
