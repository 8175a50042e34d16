import { describe, expect, it } from '@jest/globals';
import { accessWith, INSTALLATION_SCOPE, type Target } from '../../src/access/access.ts';
import type { Caller } from '../../src/access/caller.ts';
import type { Grant } from '../../src/access/grant.ts';
import { policySet } from '../../src/access/policy-set.ts';
import { SYSTEM_CLOCK } from '../../src/clock/clock.ts';
import { AccessDenied } from '../../src/problems/entity-problems.ts';

const ACCOUNT = 'one';
const OWNER = 'IBMid-OWNER';
const USER = 'IBMid-USER';
const ADMINISTRATOR = 'IBMid-ADMINISTRATOR';
const READS = new Set(['logs.line.read']);
const WRITES = new Set(['logs.line.read', 'logs.line.write']);

const grant = (roles: readonly string[], actions: ReadonlySet<string>, resource?: string): Grant => ({
  ...{ service: 'logs', actions, roles },
  conditions: resource === undefined ? [] : [{ attribute: 'resource', operator: 'stringEquals', values: [resource] }],
});

/** By which roles, and on what, each has something. */
const HELD: Readonly<Record<string, readonly Grant[]>> = {
  // Two policies, and one that gives two roles at once.
  [USER]: [grant(['Reader'], READS, 'a'), grant(['Writer'], WRITES, 'b'), grant(['Reader', 'Writer'], WRITES, 'c')],
  [ADMINISTRATOR]: [grant(['Reader'], READS)],
};
const ROLES: Readonly<Record<string, readonly Grant[]>> = {
  Reader: [grant(['Reader'], READS)],
  Writer: [grant(['Writer'], WRITES)],
};
const directory = {
  ownerOfAccount: async (id: string) => (id === ACCOUNT ? OWNER : undefined),
  policySetOf: async (_: string, iamId: string) => policySet(HELD[iamId] ?? []),
  roleSetOf: async (_: string, role: string) => policySet(ROLES[role] ?? []),
};
const access = accessWith({
  operator: async () => ({ iamId: OWNER, accountId: ACCOUNT }),
  kindOfIdentity: () => 'user',
  directory,
  recentDirectory: directory,
  clock: SYSTEM_CLOCK,
});

const as = (iamId: string, inRole?: string): Caller => ({
  ...{ accountId: ACCOUNT, iamId, apiKeyId: 'ApiKey-1', address: '127.0.0.1', requestId: 'r', transactionId: 't' },
  ...(inRole !== undefined && { inRole }),
});
const lines = (resource: string): Target => ({ accountId: ACCOUNT, service: 'logs', resource });

describe('somebody who acts in one role', () => {
  it.each([
    ['what the role gives where the user has it', as(USER, 'Reader'), 'logs.line.read', 'a', true],
    ['what the role gives where the user has another', as(USER, 'Reader'), 'logs.line.read', 'b', false],
    ['what another role of the same policy gives', as(USER, 'Reader'), 'logs.line.write', 'c', false],
    ['what the role gives by a policy of two', as(USER, 'Reader'), 'logs.line.read', 'c', true],
    ['what the role gives and the user has not', as(USER, 'Writer'), 'logs.line.write', 'a', false],
    ['anything, in a role that is gone', as(USER, 'Gone'), 'logs.line.read', 'a', false],
    ['what the role gives, as the owner', as(OWNER, 'Reader'), 'logs.line.read', 'x', true],
    ['what it does not give, as the owner', as(OWNER, 'Reader'), 'logs.line.write', 'x', false],
    ['anything, as the owner in a role that is gone', as(OWNER, 'Gone'), 'logs.line.read', 'x', false],
    ['all that the user has, in no role', as(USER), 'logs.line.write', 'b', true],
  ])(
    'when %s is asked for, then the answer is the right one, also lately',
    async (_what, who, action, resource, may) => {
      expect(await access.allows(who, action, lines(resource))).toBe(may);
      expect(await access.allowsOften(who)(action, lines(resource))).toBe(may);
      expect(await access.allowsLately(who, action, lines(resource))).toBe(may);
    },
  );

  /** Way out of a role: by what is the user's own, by the installation, or by giving on what the user holds beside it. */
  it('when more than the role is asked for, then it is denied', async () => {
    const ownKey = { accountId: ACCOUNT, service: 'iam-identity', resourceType: 'apikey', ownerIamId: USER };
    const inRole = as(OWNER, 'Reader');

    expect(await access.allows(as(USER), 'iam-identity.apikey.create', ownKey)).toBe(true);
    expect(await access.allows(as(USER, 'Reader'), 'iam-identity.apikey.create', ownKey)).toBe(false);
    const installation = { accountId: INSTALLATION_SCOPE, service: 'latchkey' };
    expect(await access.allows(as(OWNER), 'latchkey.node.list', installation)).toBe(true);
    expect(await access.allows(inRole, 'latchkey.node.list', installation)).toBe(false);
    await expect(access.requireHeld(inRole, ACCOUNT, [grant([], READS)])).rejects.toBeInstanceOf(AccessDenied);
    await expect(access.requireHeldBy(inRole, ACCOUNT, OWNER)).rejects.toBeInstanceOf(AccessDenied);
    expect(await access.holdsOften(inRole)(ACCOUNT, [grant([], READS)])).toBe(false);
  });
});

describe('what somebody else has in one role', () => {
  it('when it is required of who holds just that, then nothing is thrown; of more than that it is', async () => {
    await expect(access.requireHeldBy(as(ADMINISTRATOR), ACCOUNT, USER, 'Reader')).resolves.toBeUndefined();
    await expect(access.requireHeldBy(as(ADMINISTRATOR), ACCOUNT, USER, 'Writer')).rejects.toBeInstanceOf(AccessDenied);
    await expect(access.requireHeldBy(as(ADMINISTRATOR), ACCOUNT, USER)).rejects.toBeInstanceOf(AccessDenied);
  });

  /** Takeover of the owner, in however small a role: the owner's rights are in no policy. */
  it('when it is the owner, then nobody else holds it', async () => {
    await expect(access.requireHeldBy(as(ADMINISTRATOR), ACCOUNT, OWNER, 'Reader')).rejects.toBeInstanceOf(
      AccessDenied,
    );
  });

  it.each([
    ['a user, a role of a policy', USER, 'Writer', true],
    ['a user, a role of none', ADMINISTRATOR, 'Writer', false],
    ['the owner, a role that there is', OWNER, 'Writer', true],
    ['the owner, a role that is gone', OWNER, 'Gone', false],
  ])(
    'given %s, when it is asked whether the role is there, then the answer is the right one',
    async (_who, iamId, role, has) => {
      const who = { iamId, accountId: ACCOUNT };

      expect([await access.hasRole(who, role), await access.hasRoleLately(who, role)]).toEqual([has, has]);
    },
  );
});
