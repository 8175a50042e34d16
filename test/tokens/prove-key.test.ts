import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Caller, Origin } from '../../src/access/caller.ts';
import { ACTIVITY } from '../../src/audit/exchange-count.ts';
import {
  AddressNotAllowed,
  ApiKeyDisabled,
  ApiKeyExpired,
  ApiKeyUnknown,
  IdentityInactive,
} from '../../src/problems/credential-problems.ts';
import { RateLimited } from '../../src/problems/request-problems.ts';
import { changeEntity } from '../../src/store/change-entity.ts';
import type { NewTenantKey, TenantKeys } from '../../src/tenant-keys/tenant-keys.ts';
import type { ProveKey } from '../../src/tokens/prove-key.ts';
import { MEMBERSHIPS, type MembershipState, membershipId } from '../../src/users/user.ts';
import { givenMembership, givenUser } from '../harness/given-credentials.ts';
import { callerOf } from '../harness/given-every-kind.ts';
import { givenOtherAccount, type OtherAccount } from '../harness/given-other-account.ts';
import { describeOnEveryBackend } from '../harness/running-service.ts';

const KIND = 'tenant_program';

describeOnEveryBackend(
  'the proof of a key in the place of a token',
  (service) => {
    let account: OtherAccount;
    let owner: Caller;
    let tenantKeys: TenantKeys;
    let proveKey: ProveKey;
    let addresses = 0;

    beforeAll(async () => {
      account = await givenOtherAccount(service());
      owner = callerOf(account);
      ({ tenantKeys, proveKey } = await service().domains.tenants());
    });

    /** Of its own for each test: failures are limited by address. */
    const newOrigin = (): Origin => {
      addresses += 1;
      return { address: `198.51.100.${addresses}`, requestId: randomUUID(), transactionId: randomUUID() };
    };
    const made = (chosen: Partial<NewTenantKey> = {}) =>
      tenantKeys.create(owner, { kind: KIND, name: 'a program', ...chosen });
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

    it('when a good key is proven, then it is who the key acts as, in its account, and the use is counted', async () => {
      const { apiKey, secret } = await made();
      const origin = newOrigin();

      const proven = await proveKey(secret, KIND, origin);

      const { iamId, accountId } = owner;
      expect(proven.caller).toEqual({ ...origin, iamId, accountId, apiKeyId: apiKey.id });
      expect([proven.account.id, proven.apiKey.id]).toEqual([accountId, apiKey.id]);
      await service().domains.recorder.flush();
      expect(await service().store.read(ACTIVITY).get(apiKey.id)).toMatchObject({ authnCount: 1 });
    });

    it.each([
      ['made up', randomUUID()],
      ['malformed', 'not-a-key'],
      ['empty', ''],
    ])('when the key is %s, then it is unknown', async (_what, secret) => {
      await expect(proveKey(secret, KIND, newOrigin())).rejects.toThrow(ApiKeyUnknown);
    });

    it('when it is a good key of another kind, then it is unknown', async () => {
      const { secret } = await made();
      const log = await made({ kind: 'log_reading' });

      await expect(proveKey(secret, 'on_behalf', newOrigin())).rejects.toThrow(ApiKeyUnknown);
      await expect(proveKey(log.secret, KIND, newOrigin())).rejects.toThrow(ApiKeyUnknown);
      await expect(proveKey(service().adminKey, KIND, newOrigin())).rejects.toThrow(ApiKeyUnknown);
    });

    it('when it is disabled, deleted or at its end, then its holder hears so', async () => {
      const off = await made();
      await proveKey(off.secret, KIND, newOrigin());
      await tenantKeys.update(owner, { kind: KIND, id: off.apiKey.id }, { disabled: true });
      const gone = await made();
      await proveKey(gone.secret, KIND, newOrigin());
      await tenantKeys.remove(owner, KIND, gone.apiKey.id);
      const ending = await made({ expiresAt: service().clock.now() + 60_000 });
      await proveKey(ending.secret, KIND, newOrigin());
      service().clock.pass(60_000);

      await expect(proveKey(off.secret, KIND, newOrigin())).rejects.toThrow(ApiKeyDisabled);
      await expect(proveKey(gone.secret, KIND, newOrigin())).rejects.toThrow(ApiKeyUnknown);
      await expect(proveKey(ending.secret, KIND, newOrigin())).rejects.toThrow(ApiKeyExpired);
    });

    it.each(['suspended', 'removed'] as const)(
      'when the user as whom it acts is %s, then it is refused, and good again with the user',
      async (state) => {
        const { iamId } = await givenUser(service());
        await givenMembership(service(), account.accountId, iamId);
        const { secret } = await made({ iamId });
        await proveKey(secret, KIND, newOrigin());
        await setState(iamId, state);

        await expect(proveKey(secret, KIND, newOrigin())).rejects.toThrow(IdentityInactive);
        await setState(iamId, 'active');
        expect((await proveKey(secret, KIND, newOrigin())).caller.iamId).toBe(iamId);
      },
    );

    it('when it comes from another address than its own list names, then it is refused, also after the list was changed', async () => {
      const origin = newOrigin();
      const { apiKey, secret } = await made({ addresses: ['203.0.113.0/24', '2001:db8::1'] });

      await expect(proveKey(secret, KIND, origin)).rejects.toThrow(AddressNotAllowed);
      await proveKey(secret, KIND, { ...origin, address: '203.0.113.9' });
      await proveKey(secret, KIND, { ...origin, address: '2001:db8::1' });
      await tenantKeys.update(owner, { kind: KIND, id: apiKey.id }, { addresses: [origin.address] });
      await proveKey(secret, KIND, origin);
      await expect(proveKey(secret, KIND, { ...newOrigin(), address: '203.0.113.9' })).rejects.toThrow(
        AddressNotAllowed,
      );
      await expect(proveKey(secret, KIND, { ...newOrigin(), address: '' })).rejects.toThrow(AddressNotAllowed);
    });

    describe('given the limit of three failures a minute', () => {
      /** Whoever guesses hears no more, and whoever holds a good key behind the same address goes on. */
      it('when an address has failed so often, then its next failure is limited, and a good key is taken', async () => {
        const origin = newOrigin();
        const { secret } = await made();
        const guess = () => proveKey(randomUUID(), KIND, origin);

        for (let failure = 0; failure < 3; failure += 1) await expect(guess()).rejects.toThrow(ApiKeyUnknown);
        await expect(guess()).rejects.toThrow(RateLimited);
        expect((await proveKey(secret, KIND, origin)).apiKey.name).toBe('a program');
      });

      it('when what else must be right is wrong again and again, then that is limited too', async () => {
        const origin = newOrigin();
        const { secret } = await made();
        const tried = () =>
          proveKey(secret, KIND, origin, () => {
            throw new AddressNotAllowed('Not from here.');
          });

        for (let failure = 0; failure < 3; failure += 1) await expect(tried()).rejects.toThrow(AddressNotAllowed);
        await expect(tried()).rejects.toThrow(RateLimited);
      });
    });

    /** A defect must not be told as a bad key: clients would throw a good one away. */
    it('when what else is looked at breaks, then the failure is its own', async () => {
      const { secret } = await made();
      const broken = proveKey(secret, KIND, newOrigin(), () => {
        throw new TypeError('broken');
      });

      await expect(broken).rejects.toThrow(TypeError);
    });
  },
  { settings: { LATCHKEY_FAILED_EXCHANGES_PER_MINUTE: '3' } },
);
