import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SealBroken, sealing } from '../../src/secrets/sealing.ts';
import { privateKeyContext, SIGNING_KEYS } from '../../src/signing-keys/signing-key.ts';
import { type Change, replace } from '../../src/store/changes.ts';
import { nextEntityTag } from '../../src/store/entity-tag.ts';
import type { Store } from '../../src/store/store.ts';
import type { SigningAlgorithm } from '../../src/token-format/token-types.ts';
import { accessClaims } from '../token-format/given-claims.ts';
import { givenInstallation, givenRing, type SigningKeysUnderTest } from './given-signing-keys.ts';

describe('openSigningKeys', () => {
  let installation: SigningKeysUnderTest;
  beforeEach(async () => {
    installation = await givenInstallation();
  });
  afterEach(() => installation.close());

  const rowsOf = async (store: Store) =>
    (await store.read(SIGNING_KEYS).page('byOrdinal', { equals: [], limit: 9 })).rows;

  it('when many processes start at once, then all end with one key set (R25)', async () => {
    const opened = await Promise.all(Array.from({ length: 6 }, () => installation.open({ algorithm: 'RS256' })));

    const sets = opened.map((keys) => String(keys.jwks().body));

    expect(new Set(sets).size).toBe(1);
    expect(JSON.parse(sets[0] ?? '').keys).toHaveLength(1);
    const token = await opened[0]?.sign('at+jwt', accessClaims());
    const { kid } = JSON.parse(Buffer.from(token?.split('.')[0] ?? '', 'base64url').toString());
    expect(opened.every((keys) => keys.verificationKey(kid) !== undefined)).toBe(true);
  });

  it('when it is opened again, then it has the same keys and tag', async () => {
    const first = await installation.open();

    const again = await installation.open();

    expect(again.jwks().etag).toBe(first.jwks().etag);
  });

  describe('given private keys at rest', () => {
    it.each<SigningAlgorithm>(['RS256', 'ES256'])(
      'when every file of the store is read, then no private part of an %s key is in it',
      async (algorithm) => {
        const store = await installation.openStore();
        const ring = givenRing('m1');
        await installation.open({ algorithm, store, sealing: sealing(ring) });
        const [row] = await rowsOf(store);
        const pkcs8 = sealing(ring).unseal(row?.sealedPrivateKey ?? '', privateKeyContext(row?.id ?? ''));
        const bytes = Buffer.from(pkcs8, 'base64');
        // Any 24 bytes of the secret part: the last bytes of the RSA structure, and the scalar of the curve key.
        const secret = algorithm === 'RS256' ? bytes.subarray(-48, -24) : bytes.subarray(36, 60);

        const files = await Promise.all(
          ['', '-wal', '-shm'].map((end) => readFile(installation.file + end).catch(() => Buffer.alloc(0))),
        );

        for (const file of files) {
          const text = file.toString('latin1');
          expect(file.includes(secret)).toBe(false);
          for (const form of ['hex', 'base64', 'base64url'] as const) {
            expect(text).not.toContain(secret.toString(form).replace(/=+$/, '').slice(0, -1));
          }
          expect(text).not.toContain(pkcs8.slice(64, 96));
          expect(text).not.toMatch(/PRIVATE KEY|"d"\s*:/);
        }
        expect(Buffer.concat(files).includes(row?.id ?? 'none')).toBe(true);
      },
    );

    /** Somebody who can write to the store gives the published name of one key the private half of another. */
    it('when a sealed key is moved into another row, then it does not open there', async () => {
      const store = await installation.openStore();
      const keys = await installation.open({ store });
      await keys.rotate();
      const [first, second] = await rowsOf(store);
      if (first === undefined || second?.sealedPrivateKey === undefined) throw new Error('two keys are expected');
      const moved = { ...first, sealedPrivateKey: second.sealedPrivateKey, entityTag: nextEntityTag(first.entityTag) };
      await store.commit([replace(SIGNING_KEYS, moved, first.entityTag)]);
      const complaints: unknown[] = [];

      const reopened = await installation.open({
        store,
        logger: { info: () => undefined, error: (facts) => complaints.push(facts) },
      });

      expect(reopened.list().find(({ stage }) => stage === 'current')?.kid).toBe(second.id);
      expect(complaints).toMatchObject([{ kid: first.id, err: expect.any(SealBroken) }]);
    });

    it('when the master key is another one, then opening fails loudly and nothing is replaced', async () => {
      const keys = await installation.open();

      await expect(installation.open({ sealing: sealing(givenRing('m2')) })).rejects.toBeInstanceOf(SealBroken);

      expect(keys.list()).toHaveLength(1);
    });

    it('when the master key is retired, then resealing leaves nothing under it, and the keys stay the same', async () => {
      const [older, store] = [givenRing('old'), await installation.openStore()];
      const before = await installation.open({ store, sealing: sealing(older) });
      await before.rotate();
      const newer = givenRing('new', older);
      const keys = await installation.open({ store, sealing: sealing(newer) });

      expect(await keys.resealAll()).toBe(2);

      expect(await keys.resealAll()).toBe(0);
      const alone = await installation.open({ sealing: sealing({ current: newer.current, retired: [] }) });
      expect(alone.jwks().etag).toBe(before.jwks().etag);
      await expect(alone.sign('at+jwt', accessClaims())).resolves.toBeDefined();
    });

    it('when a key is dropped, then its private half is gone from its row', async () => {
      const store = await installation.openStore();
      const keys = await installation.open({ store });
      const [{ kid } = { kid: '' }] = keys.list();

      await keys.drop(kid);

      const row = await store.read(SIGNING_KEYS).get(kid);
      expect(row).toMatchObject({ id: kid, droppedAt: installation.clock.now() });
      expect(row?.sealedPrivateKey).toBeUndefined();
    });
  });

  describe('given tokens with key ids that nobody knows', () => {
    /** A flood of random key ids must not become a flood of look-ups. */
    it('when 10,000 come, then the store is asked at most once a cool-down', async () => {
      const store = await installation.openStore();
      let reads = 0;
      const counted: Store = {
        ...bound(store),
        read: (collection) => {
          reads += 1;
          return store.read(collection);
        },
      };
      const keys = await installation.open({ store: counted });
      reads = 0;

      const answers = await Promise.all(
        Array.from({ length: 10_000 }, (_, number) => keys.lookUpVerificationKey(`unknown-${number}`)),
      );
      for (let number = 0; number < 100; number += 1) await keys.lookUpVerificationKey(`again-${number}`);

      expect(answers.every((answer) => answer === undefined)).toBe(true);
      expect(reads).toBe(1);
      installation.clock.moveSeconds(1);
      await keys.lookUpVerificationKey('later');
      expect(reads).toBe(2);
    });

    it('when another process has just made the key, then it is found', async () => {
      const [keys, other] = [await installation.open(), await installation.open()];

      const { kid } = await other.rotate();

      expect(await keys.lookUpVerificationKey(kid)).toMatchObject({ algorithm: 'ES256' });
      expect(keys.verificationKey(kid)).toBeDefined();
    });
  });

  it('when a change is to be recorded, then its record is asked for with the change, and both or neither happen', async () => {
    const events: string[] = [];
    const keys = await installation.open({
      recorded: (happened): readonly Change[] => {
        events.push(...happened.map(({ action }) => action));
        if (happened[0]?.action === 'drop') throw new Error('no record, no change');
        return [];
      },
    });
    await keys.rotate();
    const [{ kid } = { kid: '' }] = keys.list();

    await expect(keys.drop(kid)).rejects.toThrow('no record, no change');

    expect(events).toEqual(['create', 'rotate', 'drop', 'promote']);
    expect(keys.verificationKey(kid)).toBeDefined();
  });
});

/** The real store's calls, bound, so that one of them can be counted on its way. */
function bound(store: Store): Store {
  return {
    read: (collection) => store.read(collection),
    readRecent: (collection) => store.readRecent(collection),
    recentReadCounts: () => store.recentReadCounts(),
    commit: (changes, options) => store.commit(changes, options),
    append: (collection, events) => store.append(collection, events),
    tally: (collection, tallies) => store.tally(collection, tallies),
    watch: (collections, onChange, since) => store.watch(collections, onChange, since),
    lease: (name, milliseconds) => store.lease(name, milliseconds),
    deleteExpired: (collection, before, limit) => store.deleteExpired(collection, before, limit),
    expiring: store.expiring,
    snapshots: store.snapshots,
    ping: () => store.ping(),
    describe: () => store.describe(),
    close: () => store.close(),
  };
}
