import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { INSTALLATION_ID, INSTALLATIONS, type Installation } from '../../src/accounts/account.ts';
import { API_KEYS, type ApiKey } from '../../src/api-keys/api-key.ts';
import { authenticateApiKeyWith, requireUsable } from '../../src/api-keys/authenticate-api-key.ts';
import { newApiKey } from '../../src/api-keys/new-api-key.ts';
import { ApiKeyDisabled, ApiKeyExpired } from '../../src/problems/credential-problems.ts';
import { newApiKeySecret } from '../../src/secrets/api-key-secret.ts';
import { keyRingFromText, MASTER_KEY_RING, PEPPER_RING } from '../../src/secrets/key-ring.ts';
import { sealing as sealingUnder } from '../../src/secrets/sealing.ts';
import { secretDigests } from '../../src/secrets/secret-digests.ts';
import { insert, replace } from '../../src/store/changes.ts';
import type { Store } from '../../src/store/store.ts';
import { StaleEntityTag } from '../../src/store/store-errors.ts';
import { openSqliteStore } from '../../src/store-sqlite/open-sqlite-store.ts';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_';
const NOW = 1_800_000_000_000;
const INSTALLATION: Installation = {
  ...{ id: INSTALLATION_ID, entityTag: `1-${'0'.repeat(32)}`, installationId: 'i', firstAccountId: 'a' },
  ...{ operatorIamId: 'IBMid-1', generation: 1, createdAt: NOW },
};
const ring = (id: string): string => `${id}:${randomBytes(32).toString('base64')}`;

describe('authenticateApiKey', () => {
  const pepperText = ring('p1');
  const digests = secretDigests(keyRingFromText(PEPPER_RING, pepperText));
  const sealing = sealingUnder(keyRingFromText(MASTER_KEY_RING, ring('m1')));
  let folder: string;
  let store: Store;
  let calls: string[];
  let counted: Store;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'latchkey-keys-'));
    store = await openSqliteStore({
      file: join(folder, 'store.sqlite'),
      clock: { now: () => NOW },
      collections: [API_KEYS, INSTALLATIONS],
    });
    counted = countingCalls(store, (name) => calls.push(name));
    await store.commit([insert(INSTALLATIONS, INSTALLATION)]);
  });
  beforeEach(() => {
    calls = [];
  });
  afterAll(async () => {
    await store.close();
    await rm(folder, { recursive: true });
  });

  const givenKey = async (): Promise<{ apiKey: ApiKey; secret: string }> => {
    const owner = { accountId: 'a', iamId: 'IBMid-1' };
    const issued = newApiKey({ digests, sealing }, { name: 'a key', ...owner }, 'IBMid-1', NOW);
    await store.commit([insert(API_KEYS, issued.apiKey)]);
    return issued;
  };

  it('given a key, when its secret is asked, then the key comes back after one look-up', async () => {
    const { apiKey, secret } = await givenKey();

    const found = await authenticateApiKeyWith({ store: counted, digests })(secret);

    expect(found).toEqual(apiKey);
    expect(calls).toEqual(['readRecent']);
  });

  it('given a well-formed secret of no key, when it is asked, then nothing comes back after one look-up', async () => {
    expect(await authenticateApiKeyWith({ store: counted, digests })(newApiKeySecret())).toBeUndefined();
    expect(calls).toEqual(['readRecent']);
  });

  /** R1: a flood of rubbish costs no look-up, nor a digest. */
  it('given malformed secrets, when they are asked, then no key is looked up', async () => {
    const { secret } = await givenKey();
    const authenticate = authenticateApiKeyWith({ store: counted, digests });
    const malformed = [
      '',
      'lk_',
      'no-such-key',
      secret.slice(0, -1),
      `${secret}0`,
      ` ${secret}`,
      `${secret}\n`,
      secret.toUpperCase(),
      secret.replace('lk_', 'LK_'),
      secret.slice(3),
      `${secret.slice(0, 20)}\0${secret.slice(21)}`,
      `lk_${'А'.repeat(49)}`,
      `lk_${'0'.repeat(49)}`,
      'x'.repeat(1_000_000),
      '{"$ne":""}',
      "' OR '1'='1",
      '44a1b2c3-0000-4000-8000-000000000000',
      'eyJhbGciOiJSUzI1NiJ9.e30.x',
    ];

    const found = await Promise.all(malformed.map((text) => authenticate(text)));

    expect(found.every((key) => key === undefined)).toBe(true);
    expect(calls).toEqual([]);
  });

  /** R1, where values may be chosen: any long text could be one, but for as long as none is, none is looked up. */
  it('given no key of a chosen value, when long rubbish is asked, then no key is looked up', async () => {
    const authenticate = authenticateApiKeyWith({ store: counted, digests });

    const found = await Promise.all([`${'r'.repeat(40)}`, ` ${newApiKeySecret()}`].map((text) => authenticate(text)));

    expect(found).toEqual([undefined, undefined]);
    expect(calls).toEqual([]);
  });

  it('given keys of chosen values, when one is asked, and what no key can be, then only the first costs a look-up', async () => {
    const owner = { accountId: 'a', iamId: 'iam-ServiceId-1' };
    const value = 'a value of 32 characters or more: \u{1F511}';
    const { apiKey } = newApiKey({ digests, sealing }, { name: 'a key', value, ...owner }, 'IBMid-1', NOW);
    await store.commit([insert(API_KEYS, apiKey)]);
    await store.commit([replace(INSTALLATIONS, { ...INSTALLATION, hasChosenKeys: true }, INSTALLATION.entityTag)]);
    const authenticate = authenticateApiKeyWith({ store: counted, digests });

    expect(await authenticate(value)).toEqual(apiKey);
    expect(calls).toEqual(['readRecent']);
    for (const rubbish of ['x'.repeat(31), 'x'.repeat(513), randomUUID(), `${value}\0`, 'eyJ'.repeat(20)]) {
      expect(await authenticate(rubbish)).toBeUndefined();
    }
    expect(calls).toEqual(['readRecent']);
    expect(await authenticate(value, ['platform'])).toBeUndefined();
    await store.commit([replace(INSTALLATIONS, INSTALLATION, INSTALLATION.entityTag)]);
  });

  /** R3: a key that were right but for one character would be many keys. */
  it('given a key, when any one character is any other, then it is refused without asking the store', async () => {
    const { secret } = await givenKey();
    const authenticate = authenticateApiKeyWith({ store: counted, digests });
    const accepted: string[] = [];

    for (let position = 0; position < secret.length; position += 1) {
      for (const character of ALPHABET) {
        if (character === secret[position]) continue;
        const changed = `${secret.slice(0, position)}${character}${secret.slice(position + 1)}`;
        if ((await authenticate(changed)) !== undefined) accepted.push(`${position}: ${character}`);
      }
    }

    expect(accepted).toEqual([]);
    // CRC-32 finds every change of one character, so none of these 3,200 guesses costs a look-up.
    expect(calls).toEqual([]);
  });

  it('given two characters that changed places, when it is asked, then it is refused', async () => {
    const { secret } = await givenKey();
    const authenticate = authenticateApiKeyWith({ store, digests });

    for (let position = 3; position < secret.length - 1; position += 1) {
      const [left, right] = [secret.charAt(position), secret.charAt(position + 1)];
      if (left === right) continue;
      const swapped = `${secret.slice(0, position)}${right}${left}${secret.slice(position + 2)}`;
      expect([position, await authenticate(swapped)]).toEqual([position, undefined]);
    }
  });

  describe('given a pepper that was retired', () => {
    const newPepperText = ring('p2');
    const rotated = secretDigests(keyRingFromText(PEPPER_RING, `${newPepperText},${pepperText}`));

    it('when a key that was made under it is used, then it works and moves to the current pepper', async () => {
      const { apiKey, secret } = await givenKey();

      const found = await authenticateApiKeyWith({ store, digests: rotated })(secret);

      const stored = await store.read(API_KEYS).get(apiKey.id);
      const entityTag = expect.stringMatching(/^2-[0-9a-f]{32}$/);
      expect(found).toEqual({ ...apiKey, entityTag, pepperId: 'p2', digest: rotated.digest(secret) });
      expect(stored).toEqual(found);
    });

    /** Attack, or accident: ABA. A change that was read before the move must not put the old digest back. */
    it('when a change that was read before the move is committed after it, then it is stale, and the key keeps its digest', async () => {
      const { apiKey, secret } = await givenKey();
      const moved = await authenticateApiKeyWith({ store, digests: rotated })(secret);

      const late = store.commit([replace(API_KEYS, { ...apiKey, name: 'late', entityTag: '2-0' }, apiKey.entityTag)]);

      await expect(late).rejects.toBeInstanceOf(StaleEntityTag);
      expect(await store.read(API_KEYS).get(apiKey.id)).toEqual(moved);
    });

    it('when many use the key at once, then each of them finds it', async () => {
      const { apiKey, secret } = await givenKey();
      const authenticate = authenticateApiKeyWith({ store, digests: rotated });

      const found = await Promise.all(Array.from({ length: 8 }, () => authenticate(secret)));

      expect(found.map((key) => key?.id)).toEqual(Array.from({ length: 8 }, () => apiKey.id));
    });

    /** A good key is not called unknown because it moved between two look-ups. */
    it('when another process moves the key between the look-ups of a third, then it is found', async () => {
      const { apiKey, secret } = await givenKey();
      const readRecent: Store['readRecent'] = (collection) => {
        const reader = store.readRecent(collection);
        return {
          ...reader,
          async find(index, values) {
            const found = await reader.find(index, values);
            await authenticateApiKeyWith({ store, digests: rotated })(secret);
            return found;
          },
        };
      };
      const interrupted: Store = { ...store, readRecent };

      expect((await authenticateApiKeyWith({ store: interrupted, digests: rotated })(secret))?.id).toBe(apiKey.id);
    });

    it('when it is thrown away, then a key that was used since still works, and one that was not does not', async () => {
      const [used, unused] = [await givenKey(), await givenKey()];
      await authenticateApiKeyWith({ store, digests: rotated })(used.secret);

      const authenticate = authenticateApiKeyWith({
        store,
        digests: secretDigests(keyRingFromText(PEPPER_RING, newPepperText)),
      });

      expect((await authenticate(used.secret))?.id).toBe(used.apiKey.id);
      expect(await authenticate(unused.secret)).toBeUndefined();
    });
  });
});

/** R6: expiry is exclusive. */
describe('requireUsable', () => {
  // Only the two fields that the decision reads.
  const key = (fields: { disabled: boolean; expiresAt?: number }) => fields as ApiKey;

  it('given an expiry, when it is a millisecond away, then the key is good, and at the very instant it is not', () => {
    const expiring = key({ disabled: false, expiresAt: NOW });

    expect(() => requireUsable(expiring, NOW - 1)).not.toThrow();
    expect(() => requireUsable(expiring, NOW)).toThrow(ApiKeyExpired);
    expect(() => requireUsable(expiring, NOW + 1)).toThrow(ApiKeyExpired);
  });

  it('given no expiry, when a thousand years pass, then the key is good', () => {
    expect(() => requireUsable(key({ disabled: false }), NOW * 20)).not.toThrow();
  });

  it('given a disabled key that has expired too, when it is asked, then it is called disabled', () => {
    expect(() => requireUsable(key({ disabled: true, expiresAt: 1 }), NOW)).toThrow(ApiKeyDisabled);
  });
});

/** @returns the same store, which tells of every call to it; nothing of its behaviour is changed */
function countingCalls(store: Store, onCall: (name: string) => void): Store {
  return new Proxy(store, {
    get(target, name, receiver) {
      const member: unknown = Reflect.get(target, name, receiver);
      if (typeof member !== 'function') return member;
      return (...parameters: unknown[]) => {
        // The installation is kept in memory by both back-ends.
        if (parameters[0] !== INSTALLATIONS) onCall(String(name));
        return Reflect.apply(member, target, parameters);
      };
    },
  });
}
