import type { Socket } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { clientAddresses } from '../../src/http/client-addresses.ts';
import { addressSet, normalizedAddress } from '../../src/http/ip-address.ts';
import { problemOf } from './wire.ts';

const PROXY = '10.0.0.1';
const from = (remoteAddress: string | undefined, headers: Record<string, string> = {}) => ({
  headers,
  // Safe: only the address of the socket is looked at.
  socket: { remoteAddress } as Socket,
});
const behindProxies = clientAddresses(['10.0.0.0/8', '::1', '2001:db8:aaaa::/48']);
const forwardedFor = (chain: string) => behindProxies(from(PROXY, { 'x-forwarded-for': chain }));
const forwarded = (chain: string) => behindProxies(from(PROXY, { forwarded: chain }));

describe('clientAddresses', () => {
  it('given no trusted proxy, when headers name an address, then the connection’s own counts', () => {
    const direct = clientAddresses([]);

    expect(direct(from('192.0.2.1', { 'x-forwarded-for': '1.1.1.1', forwarded: 'for=1.1.1.1' }))).toBe('192.0.2.1');
    expect(direct(from('::ffff:192.0.2.1'))).toBe('192.0.2.1');
  });

  /** Address spoofing: anybody may send the header. */
  it('given trusted proxies, when somebody else sends the header, then it means nothing', () => {
    expect(behindProxies(from('192.0.2.1', { 'x-forwarded-for': '1.1.1.1' }))).toBe('192.0.2.1');
  });

  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['1.1.1.1, 192.0.2.7', '192.0.2.7'],
    ['192.0.2.7, 10.9.9.9', '192.0.2.7'],
    ['6.6.6.6, 192.0.2.7, ::ffff:10.9.9.9', '192.0.2.7'],
    ['nonsense, 192.0.2.7', '192.0.2.7'],
    ['10.1.1.1, 10.2.2.2', '10.1.1.1'],
    ['192.0.2.7:4711', '192.0.2.7'],
    ['[2001:DB8::7]:4711', '2001:db8::7'],
    ['2001:db8:0:0::7', '2001:db8::7'],
    ['::ffff:c000:207', '192.0.2.7'],
    ['2001:db8:1::7, 2001:db8:aaaa::1', '2001:db8:1::7'],
  ])('given X-Forwarded-For %j from a proxy, when it is read, then the client is %s', (chain, client) => {
    expect(forwardedFor(chain)).toBe(client);
  });

  it.each([
    ['for=192.0.2.7', '192.0.2.7'],
    ['For="[2001:db8::7]:4711";proto=https', '2001:db8::7'],
    ['for=1.1.1.1, proto=http;for=192.0.2.7;by=10.0.0.1', '192.0.2.7'],
  ])('given Forwarded %j from a proxy, when it is read, then the client is %s', (chain, client) => {
    expect(forwarded(chain)).toBe(client);
  });

  it('given a proxy that sends no header, when it asks by itself, then it is the client', () => {
    expect(behindProxies(from(PROXY))).toBe(PROXY);
  });

  /** Fails closed: the proxy's own address might be on an allow list. */
  it.each([
    '',
    'unknown',
    '1.2.3.4, nonsense',
    '192.0.2.7,',
    '192.0.2',
    '1.2.3.4.5',
    '[::1',
    Array(40).fill('10.1.1.1').join(),
  ])('given X-Forwarded-For %j from a proxy, when it is read, then it is refused', async (chain) => {
    expect((await problemOf(() => forwardedFor(chain))).code).toBe('request_malformed');
  });

  it.each(['for=unknown', 'for=_hidden', 'proto=https', 'for=1.1.1.1, nonsense', 'for='])(
    'given Forwarded %j from a proxy, when it is read, then it is refused',
    async (chain) => {
      expect((await problemOf(() => forwarded(chain))).code).toBe('request_malformed');
    },
  );

  /** A proxy that writes the one header passes the other on, as the client forged it. */
  it('given both headers, when they disagree, then the request is refused', async () => {
    const both = (one: string) =>
      behindProxies(from(PROXY, { 'x-forwarded-for': '192.0.2.7', forwarded: `for=${one}` }));

    expect(both('192.0.2.7')).toBe('192.0.2.7');
    expect((await problemOf(() => both('1.1.1.1'))).code).toBe('request_malformed');
  });

  it('given a connection that has ended, when its address is asked for, then that is a problem', async () => {
    expect((await problemOf(() => behindProxies(from(undefined)))).code).toBe('request_malformed');
  });
});

describe('addressSet', () => {
  it.each(['x', '10.0.0.0/33', '10.0.0.0/-1', '10.0.0.0/', '::/129', '10.0.0.0/8/8', ''])(
    'given %j, when the set is made, then it says which entry is wrong',
    (entry) => {
      expect(() => addressSet(['10.0.0.1', entry])).toThrow(RangeError);
    },
  );

  it('given networks, when addresses are asked for, then mapped IPv4 is IPv4', () => {
    const set = addressSet(['0.0.0.0/0', '::ffff:10.0.0.0/104']);

    expect(set.has('192.0.2.1')).toBe(true);
    expect(set.has('2001:db8::1')).toBe(false);
    expect(set.has('nonsense')).toBe(false);
    expect(addressSet(['::ffff:10.0.0.0/104']).has('10.200.1.1')).toBe(true);
    expect(addressSet(['::ffff:10.0.0.0/104']).has('11.0.0.1')).toBe(false);
  });

  it('given an address with a zone, when it is normalised, then the zone is gone', () => {
    expect(normalizedAddress('fe80::1%eth0')).toBe('fe80::1');
    expect(normalizedAddress('example.org')).toBeUndefined();
  });
});
