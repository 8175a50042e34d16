import type { Access } from '../access/access.ts';
import type { Caller } from '../access/caller.ts';
import { ACCOUNTS } from '../accounts/account.ts';
import type { Store } from '../store/store.ts';
import { isUser } from '../users/is-user.ts';
import type { ApiKeyOwner } from './new-api-key.ts';

/**
 * Users make keys of their own, unless the account has restricted it: then only who has the role that is for nothing else.
 * Keys of service IDs are not concerned.
 * @throws AccessDenied
 */
export async function requireUserKeyCreation(
  { store, access }: { readonly store: Store; readonly access: Access },
  caller: Caller,
  { accountId, iamId }: ApiKeyOwner,
): Promise<void> {
  if (!isUser(iamId)) return;
  const account = await store.read(ACCOUNTS).get(accountId);
  if (account?.settings.userApiKeyCreation !== 'RESTRICTED') return;
  // Without the owner of the key: it is a right in the account, which nobody has by being the user.
  await access.require(caller, 'iam-identity.apikey.create-restricted', {
    accountId,
    service: 'iam-identity',
    resourceType: 'apikey',
  });
}
