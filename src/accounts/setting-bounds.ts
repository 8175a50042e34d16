import { ParameterInvalid } from '../problems/request-problems.ts';
import { type AccountSettingsChange, NUMBER_BOUNDS } from './account-settings.ts';
import { refuseUnreadableList } from './allowed-addresses.ts';

/**
 * How much an account may keep: its record is in the memory of every node, and every exchange reads it. Each invited address
 * is compared with every pattern, which takes longer with each wildcard.
 */
export const SETTING_LIMITS = { userMfa: 200, userDomains: 10, invitationPatterns: 50, wildcards: 10 } as const;

/** @throws ParameterInvalid a setting is out of its bounds */
export function refuseOutOfBounds(change: AccountSettingsChange): void {
  for (const name of NUMBERS) {
    const value = change[name];
    const [least, most] = NUMBER_BOUNDS[name];
    if (typeof value !== 'number' || (Number.isInteger(value) && value >= least && value <= most)) continue;
    throw new ParameterInvalid(name, `must be from ${least} to ${most}`);
  }
  const { allowedAddresses, userMfa, userDomains } = change;
  if (allowedAddresses !== undefined && allowedAddresses !== 'default') refuseUnreadableList(allowedAddresses);
  refuseMore('userMfa', userMfa, SETTING_LIMITS.userMfa);
  refuseMore('userDomains', userDomains, SETTING_LIMITS.userDomains);
}

// Safe: the keys of the constant are the names that its type has.
const NUMBERS = Object.keys(NUMBER_BOUNDS) as readonly (keyof typeof NUMBER_BOUNDS)[];

function refuseMore(name: string, list: readonly unknown[] | 'default' | undefined, most: number): void {
  if (list === undefined || list === 'default' || list.length <= most) return;
  throw new ParameterInvalid(name, `must have at most ${most} entries`);
}
