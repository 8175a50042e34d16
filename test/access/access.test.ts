import { describe, expect, it } from '@jest/globals';
import { accessWith, INSTALLATION_SCOPE, type Target } from '../../src/access/access.ts';
import type { Caller } from '../../src/access/caller.ts';
import { policySet } from '../../src/access/policy-set.ts';
import { SYSTEM_CLOCK } from '../../src/clock/clock.ts';
import { AccessDenied } from '../../src/problems/entity-problems.ts';

const OWNER = 'IBMid-OWNER';
const OPERATOR = 'IBMid-OPERATOR';
const ACCOUNTS: ReadonlyMap<string, string> = new Map([
  ['one', OWNER],
  ['two', OWNER],
  ['three', 'IBMid-SOMEBODY'],
]);

const directory = {
  ownerOfAccount: async (id: string) => ACCOUNTS.get(id),
  policySetOf: async () => policySet([]),
  roleSetOf: async () => policySet([]),
};
const access = accessWith({
  operator: async () => ({ iamId: OPERATOR, accountId: 'one' }),
  kindOfIdentity: (iamId) => (iamId.startsWith('IBMid-') ? 'user' : 'service-id'),
  directory,
  recentDirectory: directory,
  clock: SYSTEM_CLOCK,
});

const callerIn = (accountId: string, iamId: string): Caller => ({
  ...{ accountId, iamId, apiKeyId: 'ApiKey-1', address: '127.0.0.1', requestId: 'r', transactionId: 't' },
});
const targetIn = (accountId: string, ownerIamId?: string): Target => ({
  ...{ accountId, service: 'iam-identity', resourceType: 'apikey' },
  ...(ownerIamId !== undefined && { ownerIamId }),
});

describe('access', () => {
  it.each([
    ['the owner of the account', callerIn('one', OWNER), targetIn('one'), true],
    ['the owner, on what is of another identity', callerIn('one', OWNER), targetIn('one', 'iam-ServiceId-1'), true],
    ['an identity, on what is its own', callerIn('one', 'iam-ServiceId-1'), targetIn('one', 'iam-ServiceId-1'), true],
    [
      'an identity, on what is of another',
      callerIn('one', 'iam-ServiceId-1'),
      targetIn('one', 'iam-ServiceId-2'),
      false,
    ],
    ['an identity, on what is of nobody', callerIn('one', 'iam-ServiceId-1'), targetIn('one'), false],
    ['anybody, in an account that does not exist', callerIn('none', 'iam-ServiceId-1'), targetIn('none'), false],
  ])('given %s, when it is asked for, then the answer is the right one', async (_words, caller, target, allowed) => {
    expect(await access.allows(caller, 'iam-identity.apikey.update', target)).toBe(allowed);
  });

  /** A token names one account: the same person's rights in another must not reach across (confused deputy). */
  it('given the owner of two accounts, when a token for one is used on the other, then it is denied, also on what is its own', async () => {
    const caller = callerIn('one', OWNER);

    expect(await access.allows(caller, 'iam-identity.apikey.get', targetIn('two'))).toBe(false);
    expect(await access.allows(caller, 'iam-identity.apikey.get', targetIn('two', OWNER))).toBe(false);
  });

  it.each([
    ['the operator, in the first account', callerIn('one', OPERATOR), true],
    ['the owner of the first account, who is not the operator', callerIn('one', OWNER), false],
    ['a service ID of the first account', callerIn('one', 'iam-ServiceId-1'), false],
  ])('given %s, when the installation is the target, then the answer is the right one', async (_words, caller, may) => {
    const target = { accountId: INSTALLATION_SCOPE, service: 'latchkey' };

    expect(await access.allows(caller, 'latchkey.node.list', target)).toBe(may);
  });

  /** A token of the operator for somebody else's account, taken by a service there, must not open the installation. */
  it('given the operator with a token for another account, when the installation is the target, then it is denied', async () => {
    const target = { accountId: INSTALLATION_SCOPE, service: 'latchkey' };

    expect(await access.allows(callerIn('two', OPERATOR), 'latchkey.node.list', target)).toBe(false);
  });

  it('given the operator, when something in the account of another is the target, then it is denied', async () => {
    expect(await access.allows(callerIn('one', OPERATOR), 'iam-identity.apikey.get', targetIn('one'))).toBe(false);
  });

  it('given a denied action, when it is required, then the problem names the missing right', async () => {
    const required = access.require(callerIn('three', OWNER), 'iam-identity.serviceid.create', targetIn('three'));

    await expect(required).rejects.toBeInstanceOf(AccessDenied);
    await expect(required).rejects.toMatchObject({ details: 'Missing right: iam-identity.serviceid.create.' });
  });

  it('given an allowed action, when it is required, then nothing is thrown', async () => {
    await expect(access.require(callerIn('one', OWNER), 'x', targetIn('one'))).resolves.toBeUndefined();
  });

  /** A list of a thousand things must not compile a thousand sets (exhaustion by who may read nothing). */
  it('given many decisions within one call, when they are asked for, then what policies give is read once', async () => {
    let read = 0;
    const counted = {
      ...directory,
      policySetOf: async () => {
        read += 1;
        return policySet([{ service: 'iam-identity', actions: new Set(['x']), conditions: [] }]);
      },
    };
    const parts = { operator: async () => undefined, kindOfIdentity: () => 'service-id' as const, clock: SYSTEM_CLOCK };
    const allows = accessWith({ ...parts, directory: counted, recentDirectory: directory }).allowsOften(
      callerIn('one', 'iam-ServiceId-1'),
    );

    const answers = await Promise.all([allows('x', targetIn('one')), allows('y', targetIn('one'))]);
    const foreign = await allows('x', targetIn('two'));

    expect([answers, foreign, read]).toEqual([[true, false], false, 1]);
  });
});
