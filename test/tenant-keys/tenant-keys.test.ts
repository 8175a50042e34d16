import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Caller } from '../../src/access/caller.ts';
import { API_KEYS } from '../../src/api-keys/api-key.ts';
import { newApiKey } from '../../src/api-keys/new-api-key.ts';
import { AUDIT_EVENTS } from '../../src/audit/audit-event.ts';
import {
  AccessDenied,
  EntityLocked,
  EntityTagStale,
  LimitReached,
  NotFound,
} from '../../src/problems/entity-problems.ts';
import { platformRoleCrn } from '../../src/resource-catalog/service-definition.ts';
import { REVOCATIONS } from '../../src/revocations/revocation.ts';
import { changeEntity } from '../../src/store/change-entity.ts';
import { insert } from '../../src/store/changes.ts';
import { MOST_TENANT_KEYS } from '../../src/tenant-keys/key-limit.ts';
import type { TenantKeys } from '../../src/tenant-keys/tenant-keys.ts';
import { MEMBERSHIPS, type MembershipState, membershipId } from '../../src/users/user.ts';
import { givenMembership, givenUser } from '../harness/given-credentials.ts';
import { callerOf } from '../harness/given-every-kind.ts';
import { givenOtherAccount, type OtherAccount } from '../harness/given-other-account.ts';
import { givenPolicy } from '../harness/given-rights.ts';
import { describeOnEveryBackend } from '../harness/running-service.ts';

const KIND = 'tenant_program';
const NEW = { kind: KIND, name: 'a program' } as const;

describeOnEveryBackend('the keys of a tenant', (service) => {
  let account: OtherAccount;
  let owner: Caller;
  let tenantKeys: TenantKeys;

  beforeAll(async () => {
    account = await givenOtherAccount(service());
    owner = callerOf(account);
    ({ tenantKeys } = await service().domains.tenants());
  });

  const stored = (id: string) => service().store.read(API_KEYS).get(id);
  const recordsOf = async ({ accountId }: Caller, id: string) =>
    (
      await service()
        .store.read(AUDIT_EVENTS)
        .page('byTarget', { equals: [accountId, id], limit: 20 })
    ).rows;
  const cutOffsOf = async (id: string): Promise<number> => {
    const request = { equals: [`key:${id}`], limit: 10 };
    return (await service().store.read(REVOCATIONS).page('bySubject', request)).rows.length;
  };
  const setState = (iamId: string, state: MembershipState) =>
    changeEntity({
      ...{ store: service().store, collection: MEMBERSHIPS, ifMatch: '*', also: () => [] },
      async read() {
        const membership = await service().store.read(MEMBERSHIPS).get(membershipId(account.accountId, iamId));
        if (membership === undefined) throw new Error(`${iamId} is not in the account`);
        return membership;
      },
      next: () => ({ state }),
    });
  /** A user of the account, who may be an Administrator of its identities. */
  async function member(role?: 'Administrator'): Promise<Caller> {
    const { iamId } = await givenUser(service());
    const { accountId } = account;
    await givenMembership(service(), accountId, iamId);
    if (role !== undefined) {
      await givenPolicy(service(), {
        accountId,
        subject: iamId,
        roles: [platformRoleCrn(role)],
        service: 'iam-identity',
      });
    }
    return { ...owner, iamId };
  }

  it('when one is made, changed and removed, then each is on record with who did it, and no record holds the secret or its digest', async () => {
    const { apiKey, secret } = await tenantKeys.create(owner, NEW);
    const { id } = apiKey;
    await tenantKeys.update(owner, { kind: KIND, id }, { name: 'another name' });
    await tenantKeys.remove(owner, KIND, id);

    const records = await recordsOf(owner, id);
    expect(records.map(({ action, actor }) => [action, actor.iamId])).toEqual(
      ['create', 'update', 'delete'].map((verb) => [`iam-identity.tenantkey.${verb}`, owner.iamId]),
    );
    const text = JSON.stringify(records);
    expect([text.includes(secret), text.includes(apiKey.digest.split(':')[1] ?? '')]).toEqual([false, false]);
    expect(await stored(id)).toBeUndefined();
  });

  it('when it is asked for by its value, then it is the key as it is now; any other value is missing', async () => {
    const { apiKey, secret } = await tenantKeys.create(owner, NEW);
    const { id } = apiKey;
    await tenantKeys.getBySecret(owner, KIND, secret);
    await tenantKeys.update(owner, { kind: KIND, id }, { name: 'renamed' });

    expect(await tenantKeys.getBySecret(owner, KIND, secret)).toMatchObject({ id, name: 'renamed' });
    await expect(tenantKeys.getBySecret(owner, 'on_behalf', secret)).rejects.toThrow(NotFound);
    await tenantKeys.remove(owner, KIND, id);
    await expect(tenantKeys.getBySecret(owner, KIND, secret)).rejects.toThrow(NotFound);
  });

  describe('given a key of one account', () => {
    it('when another account, or somebody without the right, does anything with it, then it is refused, and it stays', async () => {
      const { apiKey, secret } = await tenantKeys.create(owner, NEW);
      const { id } = apiKey;
      const stranger = callerOf(await givenOtherAccount(service()));
      const nobody = await member();

      for (const [caller, refusal] of [
        [stranger, NotFound],
        [nobody, AccessDenied],
      ] as const) {
        await expect(tenantKeys.get(caller, KIND, id)).rejects.toThrow(refusal);
        await expect(tenantKeys.getBySecret(caller, KIND, secret)).rejects.toThrow(refusal);
        await expect(tenantKeys.update(caller, { kind: KIND, id }, { disabled: true })).rejects.toThrow(refusal);
        await expect(tenantKeys.remove(caller, KIND, id)).rejects.toThrow(refusal);
      }
      await expect(tenantKeys.create(nobody, NEW)).rejects.toThrow(AccessDenied);
      await expect(tenantKeys.list(nobody, { kind: KIND, limit: 10 })).rejects.toThrow(AccessDenied);
      expect((await tenantKeys.list(stranger, { kind: KIND, limit: 10 })).rows).toEqual([]);
      expect(await stored(id)).toEqual(apiKey);
    });

    it('when it is taken for one of another kind, then it is missing', async () => {
      const { apiKey } = await tenantKeys.create(owner, NEW);

      await expect(tenantKeys.get(owner, 'log_reading', apiKey.id)).rejects.toThrow(NotFound);
      await expect(tenantKeys.remove(owner, 'log_reading', apiKey.id)).rejects.toThrow(NotFound);
    });
  });

  describe('given a locked key', () => {
    it('when it is changed, enabled or removed, then it is refused; it is disabled all the same, and unlocked', async () => {
      const { apiKey } = await tenantKeys.create(owner, NEW);
      const key = { kind: KIND, id: apiKey.id } as const;
      await tenantKeys.update(owner, key, { locked: true });

      await expect(tenantKeys.update(owner, key, { name: 'x' })).rejects.toThrow(EntityLocked);
      await expect(tenantKeys.update(owner, key, { locked: false, name: 'x' })).rejects.toThrow(EntityLocked);
      await expect(tenantKeys.remove(owner, KIND, key.id)).rejects.toThrow(EntityLocked);
      expect(await tenantKeys.update(owner, key, { disabled: true })).toMatchObject({ disabled: true, locked: true });
      await expect(tenantKeys.update(owner, key, { disabled: false })).rejects.toThrow(EntityLocked);
      await expect(tenantKeys.update(owner, key, { locked: false, disabled: false })).rejects.toThrow(EntityLocked);
      expect(await tenantKeys.update(owner, key, { locked: false })).toMatchObject({ disabled: true, locked: false });
    });

    /** Between the look at the lock and the commit somebody locks it: the lock must hold. */
    it('when it is locked while it is being removed, then it stays', async () => {
      const { apiKey } = await tenantKeys.create(owner, NEW);
      const key = { kind: KIND, id: apiKey.id } as const;
      let isLocked = false;

      const removed = tenantKeys.remove(owner, KIND, key.id, async () => {
        if (!isLocked) await tenantKeys.update(owner, key, { locked: true });
        isLocked = true;
        return [];
      });

      await expect(removed).rejects.toThrow(EntityLocked);
      expect(await stored(key.id)).toMatchObject({ locked: true });
    });
  });

  it('when it is disabled, acts as somebody else, or is taken from other addresses, then its generation grows and the old one is cut off; not by a name', async () => {
    const { apiKey } = await tenantKeys.create(owner, NEW);
    const key = { kind: KIND, id: apiKey.id } as const;
    const { iamId } = await member();
    const generations = [apiKey.generation];
    for (const change of [
      { name: 'x' },
      { disabled: true },
      { disabled: false },
      { iamId },
      { addresses: ['192.0.2.1'] },
    ]) {
      generations.push((await tenantKeys.update(owner, key, change)).generation);
    }

    expect(generations).toEqual([1, 1, 2, 2, 3, 4]);
    expect(await cutOffsOf(key.id)).toBeGreaterThan(0);
    await expect(tenantKeys.update(owner, { ...key, ifMatch: apiKey.entityTag }, { name: 'y' })).rejects.toThrow(
      EntityTagStale,
    );
  });

  describe('as whom it acts', () => {
    it('when that is nobody of the account, or a suspended user, then no key is made, nor given to them', async () => {
      const { iamId } = await member();
      const { apiKey } = await tenantKeys.create(owner, NEW);
      await setState(iamId, 'suspended');

      for (const other of [iamId, callerOf(await givenOtherAccount(service())).iamId, 'iam-ServiceId-none']) {
        await expect(tenantKeys.create(owner, { ...NEW, iamId: other })).rejects.toThrow(NotFound);
        const change = tenantKeys.update(owner, { kind: KIND, id: apiKey.id }, { iamId: other });
        await expect(change).rejects.toThrow(NotFound);
      }
    });

    /** A key that outlives its identity would act as whoever comes back under the same name. */
    it('when that one is suspended between the look and the commit, then no key is made', async () => {
      const { iamId } = await member();
      let made = '';

      const creation = tenantKeys.create(owner, { ...NEW, iamId }, async ({ id }) => {
        made = id;
        await setState(iamId, 'suspended');
        return [];
      });

      await expect(creation).rejects.toThrow(NotFound);
      expect(await stored(made)).toBeUndefined();
    });

    /** Privilege growth: an Administrator who knows the value of the owner's old key must not wake it. */
    it('when somebody enables the key of one who holds more, then it stays off', async () => {
      const administrator = await member('Administrator');
      const { apiKey } = await tenantKeys.create(owner, { ...NEW, disabled: true });
      const key = { kind: KIND, id: apiKey.id } as const;
      const own = await tenantKeys.create(administrator, { ...NEW, disabled: true });

      await expect(tenantKeys.update(administrator, key, { disabled: false })).rejects.toThrow(AccessDenied);
      expect(await stored(key.id)).toMatchObject({ disabled: true });
      await tenantKeys.update(administrator, { kind: KIND, id: own.apiKey.id }, { disabled: false });
      expect(await stored(own.apiKey.id)).toMatchObject({ disabled: false });
    });
  });

  it('when what is to be committed with it fails, then neither is there', async () => {
    const { apiKey: other } = await tenantKeys.create(owner, NEW);
    let made = '';

    const creation = tenantKeys.create(owner, NEW, ({ id }) => {
      made = id;
      return [insert(API_KEYS, other)];
    });

    await expect(creation).rejects.toThrow();
    expect([await stored(made), await recordsOf(owner, made)]).toEqual([undefined, []]);
  });

  describe('given an account that has two keys less than it may', () => {
    const secrets = { digests: { digest: (text: string) => `p:${text}` } };

    it('when six are made at once, then two are, and the others hear of the limit', async () => {
      const full = await givenOtherAccount(service());
      const caller = callerOf(full);
      const rows = Array.from({ length: MOST_TENANT_KEYS - 2 }, (_, index) => {
        // Safe: of the parts only the digest is asked for.
        const parts = secrets as unknown as Parameters<typeof newApiKey>[0];
        const chosen = {
          kind: 'on_behalf',
          name: `key ${index}`,
          accountId: full.accountId,
          iamId: caller.iamId,
        } as const;
        return insert(API_KEYS, newApiKey(parts, chosen, caller.iamId, service().clock.now()).apiKey);
      });
      for (let from = 0; from < rows.length; from += 200) await service().store.commit(rows.slice(from, from + 200));

      const made = await Promise.allSettled(
        Array.from({ length: 6 }, () => tenantKeys.create(caller, { kind: 'on_behalf', name: 'one more' })),
      );

      const refusals = made.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
      expect(refusals.map((reason) => reason instanceof LimitReached)).toEqual([true, true, true, true]);
      const equals = [full.accountId, 'on_behalf'];
      const found = await service()
        .store.read(API_KEYS)
        .count('ofAccountByKind', equals, MOST_TENANT_KEYS + 1);
      expect(found).toBe(MOST_TENANT_KEYS);
    });
  });
});
