import { BlockList, isIP, SocketAddress } from 'node:net';

/** Addresses and networks that are asked about often. */
export interface AddressSet {
  /** Whether the normalised address is in one of the networks; false for what is no address. */
  has(address: string): boolean;
  readonly empty: boolean;
}

/** Longest text that can be an address with a zone. */
const LONGEST = 100;

/**
 * One spelling for each address: IPv6 in its short lower-case form without a zone, IPv4 in IPv6 clothes
 * (`::ffff:192.0.2.1`) as IPv4. Two spellings of one address would slip past a list or a limit.
 * @returns `undefined` for what is no address
 */
export function normalizedAddress(text: string): string | undefined {
  const version = text.length > LONGEST ? 0 : isIP(text);
  if (version === 4) return text;
  if (version === 0) return undefined;
  const zone = text.indexOf('%');
  const address = zone === -1 ? text : text.slice(0, zone);
  const short = new SocketAddress({ address, family: 'ipv6' }).address;
  const mapped = short.startsWith('::ffff:') ? short.slice(7) : '';
  return isIP(mapped) === 4 ? mapped : short;
}

/**
 * A set of addresses (`192.0.2.1`) and networks (`2001:db8::/32`).
 * @throws RangeError  an entry is neither; the message names it
 */
export function addressSet(entries: readonly string[]): AddressSet {
  // One list each: in a common one an IPv4 address is also looked for in IPv6 clothes, and `::/0` or `::/64` would hold
  // every IPv4 address there is.
  const lists = { ipv4: new BlockList(), ipv6: new BlockList() };
  for (const entry of entries) {
    const network = networkOf(entry);
    if (network === undefined) throw new RangeError(`'${entry}' is not an IP address or a network.`);
    lists[network.family].addSubnet(network.address, network.bits, network.family);
  }
  return {
    has: (address) => {
      const version = isIP(address);
      if (version === 0) return false;
      return version === 4 ? lists.ipv4.check(address, 'ipv4') : lists.ipv6.check(address, 'ipv6');
    },
    empty: entries.length === 0,
  };
}

/** Addresses that begin with the same bits. */
export interface Network {
  /** Normalised. */
  readonly address: string;
  readonly family: 'ipv4' | 'ipv6';
  /** How many bits they share, of 32 or 128. */
  readonly bits: number;
}

/** @returns the network, or the one address, that the text names; `undefined` for what names neither */
export function networkOf(entry: string): Network | undefined {
  const slash = entry.indexOf('/');
  const written = slash === -1 ? entry : entry.slice(0, slash);
  const address = normalizedAddress(written);
  if (address === undefined) return undefined;
  const family = isIP(address) === 4 ? 'ipv4' : 'ipv6';
  const mostBits = family === 'ipv4' ? 32 : 128;
  if (slash === -1) return { address, family, bits: mostBits };
  // A network of mapped IPv4 addresses counts its bits from the start of the IPv6 form.
  const surplus = family === 'ipv4' && isIP(written) === 6 ? 96 : 0;
  const digits = entry.slice(slash + 1);
  // No leading zeros: to some parsers they make it octal.
  const bits = /^(?:0|[1-9]\d{0,2})$/.test(digits) ? Number(digits) - surplus : -1;
  return bits < 0 || bits > mostBits ? undefined : { address, family, bits };
}
