import type { Access } from '../access/access.ts';
import type { Caller } from '../access/caller.ts';
import { ACCOUNTS } from '../accounts/account.ts';
import type { Store } from '../store/store.ts';
import { isActiveMember } from '../users/is-active-member.ts';

/**
 * Refuses who may not make service IDs in the account, as the account has set it: by default who has the right by any
 * role; NOT_RESTRICTED: every active user of the account as well; RESTRICTED: who has the role that is for nothing else.
 * @throws AccessDenied
 */
export async function requireServiceIdCreation(
  { store, access }: { readonly store: Store; readonly access: Access },
  caller: Caller,
  accountId: string,
): Promise<void> {
  const account = await store.read(ACCOUNTS).get(accountId);
  const rule = account?.settings.serviceIdCreation;
  if (rule === 'NOT_RESTRICTED' && (await isActiveMember(store, caller, accountId))) return;
  const action = rule === 'RESTRICTED' ? 'create-restricted' : 'create';
  await access.require(caller, `iam-identity.serviceid.${action}`, {
    accountId,
    service: 'iam-identity',
    resourceType: 'serviceid',
  });
}
