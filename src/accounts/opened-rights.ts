import type { Access } from '../access/access.ts';
import type { Caller } from '../access/caller.ts';
import type { AccountSettings, AccountSettingsChange } from './account-settings.ts';

/** What every active user may do once a setting is NOT_RESTRICTED. */
const OPENED = [
  { name: 'serviceIdCreation', service: 'iam-identity', actions: ['iam-identity.serviceid.create'] },
  {
    name: 'userListVisibility',
    service: 'user-management',
    actions: ['user-management.user.list', 'user-management.user.get'],
  },
] as const;

/**
 * Privilege growth: whoever opens something to every user opens it to themselves as well, so they must hold what they open
 * (R34). To close something needs no more than the right to change settings.
 * @throws AccessDenied
 */
export async function requireOpenedRights(
  access: Access,
  caller: Caller,
  { accountId, before, change }: { accountId: string; before: AccountSettings; change: AccountSettingsChange },
): Promise<void> {
  for (const { name, service, actions } of OPENED) {
    if (change[name] !== 'NOT_RESTRICTED' || before[name] === 'NOT_RESTRICTED') continue;
    for (const action of actions) await access.require(caller, action, { accountId, service });
  }
}
