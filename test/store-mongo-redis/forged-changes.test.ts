import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { SYSTEM_CLOCK } from '../../src/clock/clock.ts';
import { type LiveSet, openLiveSet } from '../../src/revocations/live-set.ts';
import { cutOff, REVOCATIONS, tokenRevocation } from '../../src/revocations/revocation.ts';
import { sealing } from '../../src/secrets/sealing.ts';
import { SIGNING_KEYS } from '../../src/signing-keys/signing-key.ts';
import { openSigningKeys, type SigningKeys } from '../../src/signing-keys/signing-keys.ts';
import { anyCollection } from '../../src/store/collection.ts';
import type { Store } from '../../src/store/store.ts';
import { openMongoRedisStore } from '../../src/store-mongo-redis/open-mongo-redis-store.ts';
import { eventually } from '../contract/eventually.ts';
import { serverAddresses } from '../harness/servers/test-addresses.ts';
import { givenNames, inDatabase } from './given-mongo-redis-store.ts';

const HOUR = 3_600_000;
const TWO_TO_THE_32_SECONDS = 2 ** 32 * 1_000;

/** Whoever can write to Redis writes to the stream by which nodes hear of each other; it is not authenticated. */
describe('forged entries in the stream of changes in Redis', () => {
  const names = givenNames();
  let redis: Redis;
  let store: Store;
  let live: LiveSet;
  let signingKeys: SigningKeys;

  beforeAll(async () => {
    const addresses = serverAddresses();
    redis = new Redis(addresses.redisUrl);
    const collections = [anyCollection(REVOCATIONS), anyCollection(SIGNING_KEYS)];
    store = await openMongoRedisStore({ ...addresses, ...names, collections, pendingMigrations: 'apply' });
    live = await openLiveSet({ store, clock: SYSTEM_CLOCK });
    const masterKey = { current: { id: 'a', bytes: randomBytes(32) }, retired: [] };
    const life = { jwksMaxAgeSeconds: 60, tokenLifeSeconds: 3_600, rotationDays: 0 };
    const parts = { store, sealing: sealing(masterKey), clock: SYSTEM_CLOCK, ...life };
    signingKeys = await openSigningKeys({ ...parts, algorithm: 'ES256' });
    // Until what is written to the stream is heard.
    await eventually(async () => {
      await forge('revocations', { ...revocationOf('token:first'), expiresAt: Date.now() + HOUR });
      expect(await live.revokes([['token:first', 0]])).toBe(true);
    });
  });
  afterAll(async () => {
    await Promise.all([live.close(), signingKeys.close()]);
    await store.close();
    await redis.del(`${names.installationKeyPrefix}:changes`);
    redis.disconnect();
    await inDatabase({ ...serverAddresses(), ...names }, (database) => database.dropDatabase());
  });

  async function forge(collection: string, entity: Readonly<Record<string, unknown>>, text?: string): Promise<void> {
    const fields = ['p', 'forger', 'n', '0', 'c', collection, 'i', String(entity['id'])];
    await redis.xadd(`${names.installationKeyPrefix}:changes`, '*', ...fields, 'e', text ?? JSON.stringify(entity));
  }

  /** What was written before has been heard, when what is written after it has. */
  async function heardAll(): Promise<void> {
    const subject = `token:${randomUUID()}`;
    await forge('revocations', revocationOf(subject));
    await eventually(async () => expect(await live.revokes([[subject, 0]])).toBe(true));
  }

  function revocationOf(subject: string): Readonly<Record<string, unknown>> {
    const now = Date.now();
    const times = { createdAt: now, expiresAt: now + HOUR };
    return { id: `${subject}@9`, entityTag: '1-forged', accountId: 'a', subject, minimum: 9, ...times };
  }

  /** Whoever gets a key of his own into the closed list signs tokens for everybody. */
  it('given a signing key of a forger, when it is heard, then nothing is verified with it', async () => {
    const publicJwk = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' });
    const [own] = signingKeys.list();
    const now = Date.now();
    const times = { createdAt: now, signFrom: now + HOUR };
    const forged = { entityTag: '999-forged', ordinal: 99, algorithm: 'ES256', publicJwk, ...times };

    await forge('signing_keys', { ...forged, id: 'forged-key' });
    await forge('signing_keys', { ...forged, id: own?.kid });
    await heardAll();

    expect(signingKeys.verificationKey('forged-key')).toBeUndefined();
    expect(signingKeys.list().map(({ kid, signFrom }) => [kid, signFrom])).toEqual([[own?.kid, own?.signFrom]]);
  });

  /** Un-revocation by a revocation that is none. */
  it.each([
    ['expires so late that its seconds overflow', { expiresAt: TWO_TO_THE_32_SECONDS }, undefined],
    ['expires never', {}, '1e999'],
    ['does not say when it expires', { expiresAt: undefined }, undefined],
    ['has no minimum', { minimum: undefined }, undefined],
    ['has a text for a minimum', { minimum: 'none' }, undefined],
    ['has a lower minimum', { minimum: 0 }, undefined],
  ])('given a forged one that %s, when it is heard, then what was revoked stays so', async (_, forged, expiry) => {
    const now = Date.now();
    const name = randomUUID();
    await store.commit([tokenRevocation(name, 'a', now + HOUR, now), cutOff(`key:${name}`, 5, 'a', now)]);

    for (const subject of [`token:${name}`, `key:${name}`]) {
      const entity = { ...revocationOf(subject), ...forged };
      const text = JSON.stringify(entity).replace(/"expiresAt":\d+/, (known) =>
        expiry ? `"expiresAt":${expiry}` : known,
      );
      await forge('revocations', entity, text);
    }
    await heardAll();

    await live.sweep();
    expect(await live.revokes([[`token:${name}`, 0]])).toBe(true);
    expect(await live.revokes([[`key:${name}`, 4]])).toBe(true);
  });
});
