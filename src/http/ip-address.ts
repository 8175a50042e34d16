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
  const list = new BlockList();
  for (const entry of entries) addEntry(list, entry);
  return {
    has: (address) => {
      const version = isIP(address);
      return version !== 0 && list.check(address, version === 4 ? 'ipv4' : 'ipv6');
    },
    empty: entries.length === 0,
  };
}

function addEntry(list: BlockList, entry: string): void {
  const slash = entry.indexOf('/');
  const written = slash === -1 ? entry : entry.slice(0, slash);
  const address = normalizedAddress(written);
  if (address === undefined) throw new RangeError(`'${entry}' is not an IP address or a network.`);
  const family = isIP(address) === 4 ? 'ipv4' : 'ipv6';
  if (slash === -1) {
    list.addAddress(address, family);
    return;
  }
  // A network of mapped IPv4 addresses counts its bits from the start of the IPv6 form.
  const surplus = family === 'ipv4' && isIP(written) === 6 ? 96 : 0;
  const digits = entry.slice(slash + 1);
  const bits = /^\d{1,3}$/.test(digits) ? Number(digits) - surplus : -1;
  if (bits < 0 || bits > (family === 'ipv4' ? 32 : 128)) {
    throw new RangeError(`'${entry}' is not an IP address or a network.`);
  }
  list.addSubnet(address, bits, family);
}
