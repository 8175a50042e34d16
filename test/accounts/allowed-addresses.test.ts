import { describe, expect, it } from '@jest/globals';
import type { Account } from '../../src/accounts/account.ts';
import { allowedAddresses, refuseUnreadableList } from '../../src/accounts/allowed-addresses.ts';
import { normalizedAddress } from '../../src/http/ip-address.ts';
import { AddressNotAllowed } from '../../src/problems/credential-problems.ts';
import { ParameterInvalid } from '../../src/problems/request-problems.ts';

const account = (list: string | undefined): Account => ({
  ...{ id: '1'.repeat(32), entityTag: '1-0', tenantId: 'tenant', name: 'account', ownerIamId: 'IBMid-1' },
  ...{ settings: list === undefined ? {} : { allowedAddresses: list } },
  ...{ generation: 1, createdAt: 0, modifiedAt: 0 },
});

/** What becomes of a client whose address the connection or a trusted proxy wrote so. */
const passes = (list: string | undefined, written: string): boolean => {
  try {
    allowedAddresses()(account(list), normalizedAddress(written) ?? '');
    return true;
  } catch (error) {
    if (error instanceof AddressNotAllowed) return false;
    throw error;
  }
};

describe('the list of addresses that an account allows', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7', true],
    ['192.0.2.7', '192.0.2.8', false],
    ['192.0.2.0/24', '192.0.2.255', true],
    ['192.0.2.0/24', '192.0.3.0', false],
    [' 198.51.100.1 , 2001:DB8:0:0::/64 ', '2001:db8::42', true],
    ['2001:db8::/64', '2001:db8:0:1::', false],
    ['2001:0db8:0000::0001', '2001:db8::1', true],
    ['0.0.0.0/0', '203.0.113.1', true],
    ['0.0.0.0/0', '2001:db8::1', false],
  ])('given %j, when a client comes from %s, then it passes: %s', (list, address, expected) => {
    expect(passes(list, address)).toBe(expected);
  });

  it('given no list, when a client comes from anywhere, also from nowhere, then it passes', () => {
    expect(['192.0.2.7', '2001:db8::1', ''].map((address) => passes(undefined, address))).toEqual([true, true, true]);
  });

  it('given one account version, when it is asked again, then it is the version that counts, not the account', () => {
    const require = allowedAddresses();
    const before = account('192.0.2.7');
    require(before, '192.0.2.7');

    expect(() => require(account('192.0.2.8'), '192.0.2.7')).toThrow(AddressNotAllowed);
    require(before, '192.0.2.7');
  });

  describe('attack: IPv4 in IPv6 clothes', () => {
    it('when a client of either form comes, then both are one address', () => {
      expect(passes('192.0.2.7', '::ffff:192.0.2.7')).toBe(true);
      expect(passes('192.0.2.7', '::FFFF:c000:0207')).toBe(true);
      expect(passes('::ffff:192.0.2.0/120', '192.0.2.9')).toBe(true);
      expect(passes('192.0.2.7', '::ffff:192.0.2.8')).toBe(false);
    });

    /** `::/64` holds `::ffff:0:0/96`: in one common list every IPv4 address would be on it. */
    it('when a list holds an IPv6 network in which all of IPv4 could be written, then no IPv4 address is on it', () => {
      for (const list of ['::/0', '::/64', '::/80']) {
        expect([list, passes(list, '203.0.113.1'), passes(list, '::ffff:203.0.113.1')]).toEqual([list, false, false]);
      }
      expect(passes('::/0', '2001:db8::1')).toBe(true);
    });
  });

  describe('attack: CIDR with host bits', () => {
    it('when a network is written by one of its addresses, then it is that network and no more', () => {
      expect(passes('10.1.2.3/8', '10.255.0.1')).toBe(true);
      expect(passes('10.1.2.3/8', '11.0.0.1')).toBe(false);
      expect(passes('2001:db8::1/32', '2001:db8:ffff::')).toBe(true);
      expect(passes('2001:db8::1/32', '2001:db9::')).toBe(false);
    });
  });

  describe('attack: zone ids', () => {
    it('when a client of a link has a zone, then its address alone counts; in a list a zone is refused', () => {
      expect(passes('fe80::1', 'fe80::1%eth0')).toBe(true);
      expect(passes('fe80::2', 'fe80::1%eth0')).toBe(false);
      expect(() => refuseUnreadableList('fe80::1%eth0')).toThrow(ParameterInvalid);
    });
  });

  /** `010.0.0.1` is 8.0.0.1 to some parsers and 10.0.0.1 to others: whoever wrote it must be asked which. */
  describe('attack: leading zeros in octets, and other spellings that parsers disagree on', () => {
    it.each([
      '010.0.0.1',
      '192.0.2.07',
      '192.0.2.0/024',
      '192.0.2.0/24x',
      '0x7f.0.0.1',
      '2130706433',
      '127.1',
      '::ffff:192.0.2.07',
      '192.0.2.1/',
      '192.0.2.1/-1',
      '192.0.2.1/33',
      '2001:db8::/129',
      '192.0.2.1/24/24',
      '192.0.2.1-192.0.2.9',
      '192.0.2.1 192.0.2.2',
      '192.0.2.1;192.0.2.2',
      '192.0.2.1,',
      ',192.0.2.1',
      '192.0.2.1\u00a0,\n192.0.2.2,*',
      'example.com',
    ])('when %j is a list, then it is refused', (list) => {
      expect(() => refuseUnreadableList(list)).toThrow(ParameterInvalid);
    });
  });

  describe('attack: a list that cannot be read, or an unknown client', () => {
    it('when the stored list is no list, then nobody passes', () => {
      for (const list of ['', ' ', 'everybody', '192.0.2.7,everybody']) {
        expect([list, passes(list, '192.0.2.7')]).toEqual([list, false]);
      }
    });

    it('when the address of the client is not known, then it does not pass', () => {
      for (const written of ['', 'unknown', '_hidden', '192.0.2.7:80']) {
        expect([written, passes('0.0.0.0/0,::/0', written)]).toEqual([written, false]);
      }
    });
  });
});
