import { describe, expect, it } from '@jest/globals';
import { StoreUnavailable } from '../../src/problems/request-problems.ts';
import { type LiveSet, openLiveSet } from '../../src/revocations/live-set.ts';
import { jwtVerifier } from '../../src/signing-keys/verify-jwt.ts';
import type { Store } from '../../src/store/store.ts';
import { AlreadyExists } from '../../src/store/store-errors.ts';
import { revocationSubjects } from '../../src/token-format/revocation-subjects.ts';
import { ACCESS_TOKEN_TYPE } from '../../src/token-format/token-types.ts';
import { revocation } from '../../src/tokens/revoke.ts';
import { asOwner, givenServiceId, storedKey } from '../harness/given-credentials.ts';
import { describeOnEveryBackend } from '../harness/running-service.ts';

const ORIGIN = { address: '127.0.0.1', requestId: 'r', transactionId: 't' };

const DEAF = {
  catchUp: () => undefined,
  isCurrent: () => true,
  wasCurrentLately: () => true,
  lags: () => ({}),
  close: async () => undefined,
};

/** The same store, whose news does not come, and who believes that there are none. */
const withoutNews = (store: Store): Store =>
  new Proxy(store, {
    get: (target, name, receiver) => (name === 'watch' ? async () => DEAF : Reflect.get(target, name, receiver)),
  });

/** Whoever is told "revoked" by a node must not be let in by that node afterwards, however late its news. */
describeOnEveryBackend('a node that is asked to revoke what another has revoked before', (service) => {
  /** A second node, whose live set was loaded before the revocation and hears nothing of it. */
  const givenLateNode = async (): Promise<{ revocations: LiveSet; isRevoked: (token: string) => Promise<boolean> }> => {
    const { store, clock, domains, publicUrl } = service();
    const revocations = await openLiveSet({ store: withoutNews(store), clock });
    const verify = jwtVerifier({ signingKeys: domains.signingKeys, clock });
    const issuer = `${publicUrl}/identity`;
    const isRevoked = async (token: string) => {
      const claims = await verify(token, { typ: ACCESS_TOKEN_TYPE, issuer, audience: undefined });
      return await revocations.revokes(revocationSubjects(claims));
    };
    return { revocations, isRevoked };
  };
  const revocationAt = (revocations: LiveSet, secret?: { id: string }) => {
    const { store, clock, domains } = service();
    const verify = jwtVerifier({ signingKeys: domains.signingKeys, clock });
    const authenticate = async () => (secret === undefined ? undefined : storedKey(service(), secret));
    return revocation({ store, verify, revocations, authenticate, apiKeys: domains.apiKeys, clock });
  };

  describe('given an access token', () => {
    it('when it was revoked elsewhere, then after the answer it is refused here as well', async () => {
      const token = await service().ownerToken();
      const late = await givenLateNode();
      await service().call('POST', '/identity/revoke', { form: { token } });
      expect(await late.isRevoked(token)).toBe(false);

      await revocationAt(late.revocations).token(token, ORIGIN);

      expect(await late.isRevoked(token)).toBe(true);
    });
  });

  describe('given a key', () => {
    it('when it was disabled elsewhere, then after the answer its tokens are refused here as well', async () => {
      const { key } = await givenServiceId(service());
      const token = await service().tokenOf(key.secret);
      const late = await givenLateNode();
      await asOwner(service(), 'POST', `/v1/apikeys/${key.id}/disable`);
      expect(await late.isRevoked(token)).toBe(false);

      await revocationAt(late.revocations, key).apiKey(key.secret, ORIGIN);

      expect(await late.isRevoked(token)).toBe(true);
    });

    /** Stale memory: "it is disabled anyway" would leave a thief the key that its owner has just enabled again. */
    it('when it was enabled elsewhere a moment ago, then it is disabled again before the answer', async () => {
      const { key } = await givenServiceId(service(), { disabled: true });
      const stale = await storedKey(service(), key);
      await asOwner(service(), 'DELETE', `/v1/apikeys/${key.id}/disable`);
      const { store, clock, domains } = service();
      const verify = jwtVerifier({ signingKeys: domains.signingKeys, clock });
      const { revocations, apiKeys } = domains;
      const late = revocation({ store, verify, revocations, authenticate: async () => stale, apiKeys, clock });

      expect(await late.apiKey(key.secret, ORIGIN)).toBe(true);

      expect((await storedKey(service(), key)).disabled).toBe(true);
    });
  });

  describe('given a record of the token that only its primary has so far', () => {
    /** The store, in which something that is not durable yet stands in the way of so many commits. */
    const withUndurable = (times: number): { store: Store; attempts: () => number } => {
      const { store } = service();
      let attempts = 0;
      const commit: Store['commit'] = async (changes, options) => {
        attempts += 1;
        if (attempts <= times) throw new AlreadyExists('revocations');
        await store.commit(changes, options);
      };
      const get = (target: Store, name: string | symbol, receiver: unknown) =>
        name === 'commit' ? commit : Reflect.get(target, name, receiver);
      return { store: new Proxy(store, { get }), attempts: () => attempts };
    };
    const revoking = (store: Store) => {
      const { clock, domains } = service();
      const verify = jwtVerifier({ signingKeys: domains.signingKeys, clock });
      const authenticate = async () => undefined;
      return revocation({ store, verify, ...domains, authenticate, clock });
    };

    /** Lost revocation: that primary dies, its record with it, and the second caller has been told that it holds. */
    it('when it is lost, then the second revocation makes it anew before it answers', async () => {
      const token = await service().ownerToken();
      const { store, attempts } = withUndurable(2);

      await revoking(store).token(token, ORIGIN);

      expect(attempts()).toBe(3);
      const { body } = await service().call('POST', '/identity/introspect', { form: { token } });
      expect(body.active).toBe(false);
    });

    it('when it does not become durable, then the answer is that it cannot be known', async () => {
      const { store } = withUndurable(Number.POSITIVE_INFINITY);

      await expect(revoking(store).token(await service().ownerToken(), ORIGIN)).rejects.toThrow(StoreUnavailable);
    });
  });
});
