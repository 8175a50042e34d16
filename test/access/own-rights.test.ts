import { describe, expect, it } from '@jest/globals';
import { accessWith } from '../../src/access/access.ts';
import { policySet } from '../../src/access/policy-set.ts';
import { SYSTEM_CLOCK } from '../../src/clock/clock.ts';
import { AccessDenied } from '../../src/problems/entity-problems.ts';

const OWNER = 'IBMid-OWNER';
const USER = 'IBMid-USER';
const SERVICE_ID = 'iam-ServiceId-1';
const ACCOUNT = 'one';
const directory = {
  ownerOfAccount: async () => OWNER,
  policySetOf: async () => policySet([]),
  roleSetOf: async () => policySet([]),
};
const access = accessWith({
  operator: async () => undefined,
  kindOfIdentity: (iamId) => (iamId.startsWith('IBMid-') ? 'user' : 'service-id'),
  directory,
  recentDirectory: directory,
  clock: SYSTEM_CLOCK,
});

type Row = readonly [who: string, iamId: string, accountId: string, keyOf: string, may: string];
const ALL = 'create get reveal list update extend delete lock unlock disable enable sign-out';
const LOOKING_AFTER = 'get list update delete lock disable sign-out';

/** Who asks, in which account, for whose key, and what of it is allowed; whatever is not named is denied. */
const MATRIX: readonly Row[] = [
  ['the owner of the account, for the own key', OWNER, ACCOUNT, OWNER, ALL],
  ['the owner of the account, for the key of a service ID', OWNER, ACCOUNT, SERVICE_ID, ALL],
  ['the owner, for the key of a user', OWNER, ACCOUNT, USER, 'get list delete lock unlock disable sign-out'],
  ['a user, for the own key', USER, ACCOUNT, USER, ALL],
  ['a service ID, for its own key', SERVICE_ID, ACCOUNT, SERVICE_ID, LOOKING_AFTER],
  ['a user, for the key of a service ID', USER, ACCOUNT, SERVICE_ID, ''],
  ['a user, for the key of the owner', USER, ACCOUNT, OWNER, ''],
  ['a service ID, for the key of a user', SERVICE_ID, ACCOUNT, USER, ''],
  ['a service ID, for the key of the owner', SERVICE_ID, ACCOUNT, OWNER, ''],
  ['a service ID, for the key of another', SERVICE_ID, ACCOUNT, 'iam-ServiceId-2', ''],
  ['the owner, with a token for another account, for the own key', OWNER, 'two', OWNER, ''],
  ['a user, with a token for another account, for the own key', USER, 'two', USER, ''],
  ['a service ID of another account, for its own key', SERVICE_ID, 'two', SERVICE_ID, ''],
];

describe('rights on API keys', () => {
  it.each(MATRIX)('given %s, when each right is asked for, then exactly the right ones are held', async (...row) => {
    const [, iamId, accountId, keyOf, may] = row;
    const caller = { iamId, accountId, apiKeyId: '', address: '127.0.0.1', requestId: 'r', transactionId: 't' };
    const target = { accountId: ACCOUNT, service: 'iam-identity', resourceType: 'apikey', ownerIamId: keyOf };

    const held: string[] = [];
    for (const verb of ALL.split(' ')) {
      if (await access.allows(caller, `iam-identity.apikey.${verb}`, target)) held.push(verb);
    }

    expect(held).toEqual(may === '' ? [] : ALL.split(' ').filter((verb) => may.split(' ').includes(verb)));
  });

  it('given the owner of the account, when a key for a user is required, then the refusal says whose it is to make', async () => {
    const caller = { iamId: OWNER, accountId: ACCOUNT, apiKeyId: '', address: '', requestId: '', transactionId: '' };
    const target = { accountId: ACCOUNT, service: 'iam-identity', ownerIamId: USER };

    const required = access.require(caller, 'iam-identity.apikey.create', target);

    await expect(required).rejects.toBeInstanceOf(AccessDenied);
    await expect(required).rejects.toMatchObject({ details: expect.stringMatching(/Only the user .*create/) });
  });
});
