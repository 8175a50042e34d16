import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose';
import { secondsOf } from '../../src/clock/clock.ts';
import { NotFound } from '../../src/problems/entity-problems.ts';
import type { SigningKeys } from '../../src/signing-keys/signing-keys.ts';
import { jwtVerifier } from '../../src/signing-keys/verify-jwt.ts';
import { accessClaims, ISSUER } from '../token-format/given-claims.ts';
import {
  givenInstallation,
  LEAD_SECONDS,
  MAX_AGE_SECONDS,
  type SigningKeysUnderTest,
  VERIFY_SECONDS,
} from './given-signing-keys.ts';

describe('rotation of the signing keys', () => {
  let installation: SigningKeysUnderTest;
  let keys: SigningKeys;
  beforeEach(async () => {
    installation = await givenInstallation();
    keys = await installation.open();
  });
  afterEach(() => installation.close());

  const nowSeconds = (): number => secondsOf(installation.clock.now());
  const signNow = (lifeSeconds = 3_600): Promise<string> =>
    keys.sign('at+jwt', accessClaims({ iat: nowSeconds(), exp: nowSeconds() + lifeSeconds }));
  const published = (): JSONWebKeySet => JSON.parse(String(keys.jwks().body));
  const stages = (): Record<string, string> => Object.fromEntries(keys.list().map(({ kid, stage }) => [kid, stage]));
  const kidOf = (token: string): string =>
    JSON.parse(Buffer.from(token.slice(0, token.indexOf('.')), 'base64url').toString()).kid;
  const isGood = (token: string): Promise<boolean> =>
    jwtVerifier({ signingKeys: keys, clock: installation.clock })(token, {
      typ: 'at+jwt',
      issuer: ISSUER,
      audience: ISSUER,
    }).then(
      () => true,
      () => false,
    );

  it('when it is asked for, then the next key is published at once and signs only after a max-age and a margin', async () => {
    const before = kidOf(await signNow());

    const staged = await keys.rotate();

    expect(published().keys.map(({ kid }) => kid)).toEqual([before, staged.kid]);
    expect(stages()).toEqual({ [before]: 'current', [staged.kid]: 'next' });
    installation.clock.moveSeconds(LEAD_SECONDS - 1);
    expect(kidOf(await signNow())).toBe(before);
    installation.clock.moveSeconds(1);
    expect(kidOf(await signNow())).toBe(staged.kid);
    expect(stages()).toEqual({ [before]: 'previous', [staged.kid]: 'current' });
  });

  it('when a token was signed in the last second of a key, then it verifies to its end, and then the key goes', async () => {
    const first = kidOf(await signNow());
    await keys.rotate();
    installation.clock.moveSeconds(LEAD_SECONDS - 1);
    const last = await signNow(259_200);
    expect(kidOf(last)).toBe(first);

    installation.clock.moveSeconds(259_199);
    expect(await isGood(last)).toBe(true);

    installation.clock.moveSeconds(VERIFY_SECONDS - 259_198);
    expect(keys.verificationKey(first)).toBeUndefined();
    expect(stages()[first]).toBe('ended');
    expect((await keys.tick()).removed).toEqual([first]);
    expect(keys.list()).toHaveLength(1);
  });

  /** R23: a verifier that caches the set for its whole max-age must never meet a key that it does not hold. */
  it('when 20 rotations follow each other, then a verifier that caches for max-age never fails', async () => {
    let cached = published();
    let cachedAt = nowSeconds();
    const alive: { readonly token: string; readonly exp: number }[] = [];
    const signers = new Set<string>();

    for (let minute = 0; minute < 20 * 15; minute += 1) {
      if (minute % 15 === 0) await keys.rotate();
      installation.clock.moveSeconds(60);
      if (nowSeconds() - cachedAt >= MAX_AGE_SECONDS) [cached, cachedAt] = [published(), nowSeconds()];
      const token = await signNow();
      signers.add(kidOf(token));
      alive.push({ token, exp: nowSeconds() + 3_600 });
      const oldest = alive.find(({ exp }) => exp > nowSeconds());
      for (const each of [token, oldest?.token ?? token]) {
        const currentDate = new Date(installation.clock.now());
        await expect(jwtVerify(each, createLocalJWKSet(cached), { currentDate })).resolves.toBeDefined();
      }
    }

    expect(signers.size).toBeGreaterThanOrEqual(20);
  });

  it('when it is asked for twice, or by many at once, then one key is staged', async () => {
    const other = await installation.open();

    const staged = await Promise.all([keys.rotate(), other.rotate(), keys.rotate(), other.rotate()]);

    expect(new Set(staged.map(({ kid }) => kid)).size).toBe(1);
    expect(keys.list()).toHaveLength(2);
  });

  it('when the days of the schedule are over, then a tick rotates, and the next ticks do not', async () => {
    const scheduled = await installation.open({ rotationDays: 30 });
    installation.clock.moveSeconds(30 * 86_400 - 1);
    expect((await scheduled.tick()).rotated).toBeUndefined();

    installation.clock.moveSeconds(1);
    const { rotated } = await scheduled.tick();

    expect(rotated?.signFrom).toBe(installation.clock.now() + LEAD_SECONDS * 1_000);
    expect((await scheduled.tick()).rotated).toBeUndefined();
    installation.clock.moveSeconds(LEAD_SECONDS);
    expect((await scheduled.tick()).rotated).toBeUndefined();
  });

  it('when the installation is opened with another algorithm, then that is a staged rotation', async () => {
    const before = await signNow();

    const changed = await installation.open({ algorithm: 'RS256' });
    const again = await installation.open({ algorithm: 'RS256' });

    expect(again.list().map(({ algorithm, stage }) => `${algorithm} ${stage}`)).toEqual([
      'ES256 current',
      'RS256 next',
    ]);
    expect(kidOf(await changed.sign('at+jwt', accessClaims()))).toBe(kidOf(before));
    installation.clock.moveSeconds(LEAD_SECONDS);
    const after = await changed.sign('at+jwt', accessClaims());
    expect(JSON.parse(Buffer.from(after.slice(0, after.indexOf('.')), 'base64url').toString()).alg).toBe('RS256');
    expect(await isGood(before)).toBe(true);
  });

  it('when it is opened without an algorithm, then nothing is staged, and what is rotated keeps the newest', async () => {
    const before = keys.list();

    const kept = await installation.open({ algorithm: undefined });

    expect(kept.list()).toEqual(before);
    expect(await kept.rotate()).toMatchObject({ algorithm: 'ES256' });
    await installation.open({ algorithm: 'RS256' });
    const again = await installation.open({ algorithm: undefined });
    expect(await again.rotate()).toMatchObject({ algorithm: 'RS256' });
    expect(again.list().map(({ algorithm }) => algorithm)).toEqual(['ES256', 'ES256', 'RS256']);
  });

  it('when the clock is set back before the first key, then signing goes on', async () => {
    installation.clock.moveSeconds(-10 * 86_400);

    expect(await isGood(await signNow())).toBe(true);
  });

  it('when the clock ran years ahead during a rotation, then signing goes on and a new rotation still comes', async () => {
    const first = kidOf(await signNow());
    installation.clock.moveSeconds(10 * 365 * 86_400);
    await keys.rotate();
    installation.clock.moveSeconds(-10 * 365 * 86_400);
    expect(kidOf(await signNow())).toBe(first);

    const { kid } = await keys.rotate();
    installation.clock.moveSeconds(LEAD_SECONDS);

    expect(kidOf(await signNow())).toBe(kid);
  });

  describe('given an emergency', () => {
    it('when the current key is dropped, then its tokens are refused and a new key signs, from the answer on', async () => {
      const stolen = await signNow();

      const { kid } = await keys.drop(kidOf(stolen));

      expect(await isGood(stolen)).toBe(false);
      const fresh = await signNow();
      expect(kidOf(fresh)).toBe(kid);
      expect(await isGood(fresh)).toBe(true);
      expect(published().keys.map((key) => key.kid)).toEqual([kid]);
    });

    it('when a next key is published already, then that one takes over, because verifiers may know it', async () => {
      const staged = await keys.rotate();

      const { kid } = await keys.drop(kidOf(await signNow()));

      expect(kid).toBe(staged.kid);
      expect(kidOf(await signNow())).toBe(staged.kid);
    });

    it('when the next or a previous key is dropped, then the current one goes on', async () => {
      const first = kidOf(await signNow());
      const second = await keys.rotate();
      installation.clock.moveSeconds(LEAD_SECONDS);
      const third = await keys.rotate();

      await keys.drop(third.kid);
      await keys.drop(first);

      installation.clock.moveSeconds(LEAD_SECONDS);
      expect(kidOf(await signNow())).toBe(second.kid);
      expect(published().keys.map(({ kid }) => kid)).toEqual([second.kid]);
      expect(stages()).toEqual({ [first]: 'dropped', [second.kid]: 'current', [third.kid]: 'dropped' });
    });

    it('when another process dropped the key, then this one refuses its tokens at the next verification', async () => {
      const other = await installation.open();
      const stolen = await signNow();
      expect(await isGood(stolen)).toBe(true);

      await other.drop(kidOf(stolen));

      expect(await isGood(stolen)).toBe(false);
      expect(kidOf(await signNow())).not.toBe(kidOf(stolen));
    });

    it('when the installation is opened again, then the drop still holds', async () => {
      const stolen = await signNow();
      await keys.drop(kidOf(stolen));

      const reopened = await installation.open();

      expect(await reopened.lookUpVerificationKey(kidOf(stolen))).toBeUndefined();
    });

    it('when the key is dropped while signatures are being made, then no token of it is given out', async () => {
      const pending = Array.from({ length: 50 }, () => signNow());
      const stolen = keys.list()[0]?.kid ?? '';
      await keys.drop(stolen);

      const later = await Promise.all([...pending, ...Array.from({ length: 50 }, () => signNow())]);

      expect(later.slice(50).filter((token) => kidOf(token) === stolen)).toEqual([]);
    });

    it('when two processes drop the same key at once, then one succeeds, and one key signs', async () => {
      const other = await installation.open();
      const stolen = kidOf(await signNow());

      const outcomes = await Promise.allSettled([keys.drop(stolen), other.drop(stolen)]);

      expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      expect(keys.list()).toHaveLength(2);
    });

    it.each(['no-such-key', '', "' OR 1=1"])('when the key %j is dropped, then there is none', async (kid) => {
      await expect(keys.drop(kid)).rejects.toBeInstanceOf(NotFound);
    });

    it('when the last token that it could have signed is over, then a tick forgets the dropped key', async () => {
      const stolen = kidOf(await signNow());
      await keys.drop(stolen);
      installation.clock.moveSeconds(VERIFY_SECONDS - 1);
      expect((await keys.tick()).removed).toEqual([]);

      installation.clock.moveSeconds(1);

      expect((await keys.tick()).removed).toEqual([stolen]);
    });
  });
});
