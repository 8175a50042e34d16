import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { GROUP_MEMBERS, groupMemberId } from '../../src/access-groups/group-member.ts';
import { newPolicy, samenessOfDeleted } from '../../src/policies/new-policy.ts';
import { POLICIES, type Policy, subjectKey } from '../../src/policies/policy.ts';
import { removeRightsOfRemovedUsers } from '../../src/policies/remove-policies.ts';
import { insert } from '../../src/store/changes.ts';
import { firstEntityTag } from '../../src/store/entity-tag.ts';
import type { Lease, Store } from '../../src/store/store.ts';
import { LeaseLost } from '../../src/store/store-errors.ts';
import { openSqliteStore } from '../../src/store-sqlite/open-sqlite-store.ts';
import { MEMBERSHIPS, type Membership, membershipId } from '../../src/users/user.ts';

const NOW = 1_800_000_000_000;
const ACCOUNT = 'a'.repeat(32);

describe('removeRightsOfRemovedUsers', () => {
  let store: Store;
  let lease: Lease;
  let clean: () => Promise<void>;

  beforeEach(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'latchkey-'));
    const file = join(folder, 'store.sqlite');
    const collections = [POLICIES, GROUP_MEMBERS, MEMBERSHIPS];
    store = await openSqliteStore({ file, clock: { now: () => NOW }, collections });
    lease = await leaseOf(store);
    clean = async () => {
      await store.close();
      await rm(folder, { recursive: true });
    };
  });
  afterEach(() => clean());

  const leftOf = async (iamId: string) => ({
    policies: await store.read(POLICIES).count('bySubject', [ACCOUNT, subjectKey('iam_id', iamId)], 10_000),
    groups: await store.read(GROUP_MEMBERS).count('byIdentity', [ACCOUNT, iamId], 10_000),
    membership: (await store.read(MEMBERSHIPS).get(membershipId(ACCOUNT, iamId)))?.state,
  });

  it('given a removed user with policies, deleted ones too, and groups, when it runs, then all of it goes, and nobody else’s', async () => {
    await givenUserWithRights(store, 'IBMid-GONE', { state: 'removed', policies: 250, groups: 120 });
    await givenUserWithRights(store, 'IBMid-HERE', { state: 'active', policies: 3, groups: 3 });

    await removeRightsOfRemovedUsers(store, lease);

    expect(await leftOf('IBMid-GONE')).toEqual({ policies: 0, groups: 0, membership: undefined });
    expect(await leftOf('IBMid-HERE')).toEqual({ policies: 3, groups: 3, membership: 'active' });
  });

  /** Invited again while rights are left, the user would have them back. */
  it('given more than one run removes, when it is interrupted and runs again, then the tombstone goes last', async () => {
    await givenUserWithRights(store, 'IBMid-GONE', { state: 'removed', policies: 2_100, groups: 1 });

    await removeRightsOfRemovedUsers(store, lease);
    const halfway = await leftOf('IBMid-GONE');
    await removeRightsOfRemovedUsers(store, lease);

    expect(halfway).toEqual({ policies: 100, groups: 1, membership: 'removed' });
    expect(await leftOf('IBMid-GONE')).toEqual({ policies: 0, groups: 0, membership: undefined });
  });

  /** A holder that was paused and is no longer the one must not write (fencing). */
  it('given a lease that went to another, when the old holder runs, then nothing is removed', async () => {
    await givenUserWithRights(store, 'IBMid-GONE', { state: 'removed', policies: 5, groups: 1 });
    await lease.release();
    await leaseOf(store);

    await expect(removeRightsOfRemovedUsers(store, lease)).rejects.toBeInstanceOf(LeaseLost);

    expect(await leftOf('IBMid-GONE')).toEqual({ policies: 5, groups: 1, membership: 'removed' });
  });
});

async function leaseOf(store: Store): Promise<Lease> {
  const lease = await store.lease('background-work', 60_000);
  if (lease === undefined) throw new Error('the lease is held');
  return lease;
}

async function givenUserWithRights(
  store: Store,
  iamId: string,
  { state, policies, groups }: { state: Membership['state']; policies: number; groups: number },
): Promise<void> {
  const id = membershipId(ACCOUNT, iamId);
  const membership = {
    id,
    entityTag: firstEntityTag(),
    accountId: ACCOUNT,
    iamId,
    state,
    generation: 1,
    createdAt: NOW,
  };
  const rows = [
    insert(MEMBERSHIPS, membership),
    ...Array.from({ length: policies }, (_, number) => insert(POLICIES, policyOf(iamId, number))),
    ...Array.from({ length: groups }, (_, number) => {
      const name = { accountId: ACCOUNT, groupId: `AccessGroupId-${number}`, iamId };
      const member = { id: groupMemberId(name), entityTag: firstEntityTag(), ...name, kind: 'user' as const };
      return insert(GROUP_MEMBERS, { ...member, createdAt: NOW, createdBy: 'IBMid-1' });
    }),
  ];
  for (let start = 0; start < rows.length; start += 200) await store.commit(rows.slice(start, start + 200));
}

/** Every other one is deleted. */
function policyOf(iamId: string, number: number): Policy {
  const resource = ['accountId', 'serviceName', 'serviceInstance'].map((attribute) => ({
    ...{ attribute, operator: 'stringEquals' as const, values: [`${attribute} ${number}`] },
  }));
  const content = { subject: { iam_id: iamId }, resource, tags: [], roles: ['a role'] };
  const policy = newPolicy(ACCOUNT, { type: 'access', content, sent: { form: 'v1', body: {} } }, 'IBMid-1', NOW);
  return number % 2 === 0 ? policy : { ...policy, state: 'deleted', sameness: samenessOfDeleted(policy.id) };
}
