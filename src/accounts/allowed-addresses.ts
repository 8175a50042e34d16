import { type AddressSet, addressSet, networkOf } from '../http/ip-address.ts';
import { AddressNotAllowed } from '../problems/credential-problems.ts';
import { ParameterInvalid } from '../problems/request-problems.ts';
import type { Account } from './account.ts';

/** Longest list of allowed addresses, characters, and most entries of it. */
export const ALLOWED_ADDRESSES_LIMITS = { characters: 10_000, entries: 500 } as const;

/** @returns the entries of a list of addresses and networks, without the spaces around them; none for an empty list */
export function listedEntries(text: string): readonly string[] {
  return text.trim() === '' ? [] : text.split(',').map((entry) => entry.trim());
}

/**
 * Refuses a list that could be read in two ways, or not at all: who believes that it keeps somebody out must be right.
 * @throws ParameterInvalid
 */
export function refuseUnreadableList(text: string): void {
  const { characters, entries: mostEntries } = ALLOWED_ADDRESSES_LIMITS;
  const entries = listedEntries(text);
  if (text.length > characters || entries.length > mostEntries) {
    throw invalid(`must have at most ${mostEntries} entries and ${characters} characters`);
  }
  // Octets with a leading zero are octal to some and decimal to others; a zone means something on one machine only.
  const unreadable = entries.findIndex((entry) => entry.includes('%') || networkOf(entry) === undefined);
  if (unreadable === -1) return;
  throw invalid(
    `must be IPv4 or IPv6 addresses and networks (192.0.2.0/24), separated by commas; entry ${unreadable + 1} is neither`,
  );
}

const invalid = (rule: string): ParameterInvalid => new ParameterInvalid('allowed_ip_addresses', rule);

/**
 * Lets a request of an account pass by its client's normalised address, or not.
 * @throws AddressNotAllowed  the account has a list, and the address is not on it, or one of both cannot be read
 */
export type RequireAllowedAddress = (account: Account, address: string) => void;

/**
 * Compares with each account's list, which is made once for each version of the account: the back-ends answer the same
 * frozen entity until it changes. Without a list it costs nothing.
 */
export function allowedAddresses(): RequireAllowedAddress {
  const compiled = new WeakMap<Account, AddressSet>();
  return (account, address) => {
    const { allowedAddresses: list } = account.settings;
    if (list === undefined) return;
    let allowed = compiled.get(account);
    if (allowed === undefined) {
      allowed = readable(list);
      compiled.set(account, allowed);
    }
    if (allowed.has(address)) return;
    throw new AddressNotAllowed('The account does not allow requests from this IP address.', {
      details: `The IP address ${address === '' ? '(unknown)' : address} is not among the account's allowed_ip_addresses.`,
    });
  };
}

const NOBODY: AddressSet = { has: () => false, empty: true };

/** Fails closed: a stored list that cannot be read, or is empty, lets nobody in rather than everybody. */
function readable(list: string): AddressSet {
  try {
    return addressSet(listedEntries(list));
  } catch (error) {
    if (error instanceof RangeError) return NOBODY;
    throw error;
  }
}
