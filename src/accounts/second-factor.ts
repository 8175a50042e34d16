import type { AccountSettings, MfaTrait } from './account-settings.ts';

/** @returns which second factor log-ins of a user to the account need: what is set for the user, else for the account */
export function secondFactorOf({ mfa = 'NONE', userMfa = [] }: AccountSettings, iamId: string): MfaTrait {
  return userMfa.find((exemption) => exemption.iamId === iamId)?.mfa ?? mfa;
}
