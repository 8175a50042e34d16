import { isIP } from 'node:net';
import { networkOf } from '../http/ip-address.ts';
import { ParameterInvalid } from '../problems/request-problems.ts';

/** Most addresses and networks of one key. */
export const MOST_ADDRESSES = 100;

/**
 * @param parameter what the list is called where it is sent
 * @returns the addresses and networks, each in its one spelling and once
 * @throws ParameterInvalid  one can be read in two ways, or not at all: who believes that it keeps somebody out must be right
 */
export function readAddresses(texts: readonly string[], parameter: string): readonly string[] {
  if (texts.length > MOST_ADDRESSES) {
    throw new ParameterInvalid(parameter, `must be at most ${MOST_ADDRESSES} entries long`);
  }
  return [...new Set(texts.map((text, index) => readAddress(text, `${parameter}.${index}`)))];
}

/**
 * Way around the list: whoever has got hold of a key that is taken only from elsewhere would have it taken from where they are.
 * @param after `undefined`: it stays as it is
 * @returns whether a key with the second list is taken from where one with the first is not, as far as is seen without comparing networks
 */
export function letsMoreIn(before: readonly string[] = [], after: readonly string[] | undefined): boolean {
  // An empty list is none.
  if (after === undefined || before.length === 0) return false;
  return after.length === 0 || !after.every((entry) => before.includes(entry));
}

function readAddress(text: string, parameter: string): string {
  // A zone means something on one machine only.
  const network = text.includes('%') ? undefined : networkOf(text);
  if (network === undefined) {
    throw new ParameterInvalid(parameter, 'must be an IP address or a network (192.0.2.0/24, 2001:db8::/32)');
  }
  const { address, bits } = network;
  return bits === (isIP(address) === 4 ? 32 : 128) ? address : `${address}/${bits}`;
}
