import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ACCOUNTS, type Account } from '../../src/accounts/account.ts';
import { allowedAddresses } from '../../src/accounts/allowed-addresses.ts';
import { API_KEYS } from '../../src/api-keys/api-key.ts';
import { authenticateApiKeyWith } from '../../src/api-keys/authenticate-api-key.ts';
import { type Ingestion, ingestionIn } from '../../src/ingestion/ingestion.ts';
import { INGESTION_USE } from '../../src/ingestion/ingestion-use.ts';
import type { LogEntry } from '../../src/ingestion/log-entry.ts';
import type { LogPlace } from '../../src/ingestion/log-place.ts';
import { AddressNotAllowed, ApiKeyDisabled, ApiKeyExpired } from '../../src/problems/credential-problems.ts';
import { AccessDenied } from '../../src/problems/entity-problems.ts';
import { RESOURCE_INSTANCES, type ResourceInstance } from '../../src/resource-instances/resource-instance.ts';
import { keyRingFromText, MASTER_KEY_RING, PEPPER_RING } from '../../src/secrets/key-ring.ts';
import { sealing as sealingUnder } from '../../src/secrets/sealing.ts';
import { secretDigests } from '../../src/secrets/secret-digests.ts';
import { insert, remove } from '../../src/store/changes.ts';
import { firstEntityTag } from '../../src/store/entity-tag.ts';
import type { Store } from '../../src/store/store.ts';
import { openSqliteStore } from '../../src/store-sqlite/open-sqlite-store.ts';
import { givenPlace } from './given-place.ts';

const NOW = 1_800_000_000_000;
const ADDRESS = '192.0.2.7';
const ring = (id: string): string => `${id}:${randomBytes(32).toString('base64')}`;

describe('ingestion', () => {
  const maker = {
    digests: secretDigests(keyRingFromText(PEPPER_RING, ring('p1'))),
    sealing: sealingUnder(keyRingFromText(MASTER_KEY_RING, ring('m1'))),
  };
  let folder: string;
  let store: Store;
  let room: Ingestion;
  let spooled: { instanceId: string; lines: readonly string[] }[];
  let counted: unknown[];
  let refusal: Error | undefined;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'latchkey-ingestion-'));
    store = await openSqliteStore({
      file: join(folder, 'store.sqlite'),
      clock: { now: () => NOW },
      collections: [ACCOUNTS, API_KEYS, RESOURCE_INSTANCES, INGESTION_USE],
    });
  });
  beforeEach(() => {
    spooled = [];
    counted = [];
    refusal = undefined;
    room = ingestionIn({
      store,
      clock: { now: () => NOW },
      authenticateApiKey: authenticateApiKeyWith({ store, digests: maker.digests }),
      requireAllowedAddress: allowedAddresses(),
      spool: {
        async append(instanceId, lines) {
          if (refusal !== undefined) throw refusal;
          spooled.push({ instanceId, lines: 'bytes' in lines ? lines.bytes.toString().split('\n') : lines });
        },
      },
      recorder: { recorded: () => undefined },
      onAccepted: (...accepted) => void counted.push(accepted),
    });
  });
  afterEach(() => room.use.close());
  afterAll(async () => {
    await store.close();
    await rm(folder, { recursive: true });
  });

  const givenAccount = async (allowed?: string): Promise<Account> => {
    const account: Account = {
      id: randomBytes(16).toString('hex'),
      entityTag: firstEntityTag(),
      tenantId: randomBytes(16).toString('hex'),
      name: 'An account',
      ownerIamId: 'IBMid-1',
      settings: allowed === undefined ? {} : { allowedAddresses: allowed },
      ...{ generation: 1, createdAt: NOW, modifiedAt: NOW },
    };
    await store.commit([insert(ACCOUNTS, account)]);
    return account;
  };
  const given = async (chosen: Omit<Parameters<typeof givenPlace>[2], 'accountId'> = {}) =>
    givenPlace(store, maker, { accountId: (await givenAccount()).id, ...chosen });
  const givenLogPlace = async (): Promise<LogPlace> => {
    const { secret } = await given();
    const place = await room.authenticate(secret, ADDRESS);
    if (place === undefined) throw new Error('the key was not found');
    return place;
  };

  describe('authenticate', () => {
    it('given an ingestion key, when its secret is sent, then its instance, account and key are told', async () => {
      const { secret, instance, apiKey } = await given();

      const place = await room.authenticate(secret, ADDRESS);

      expect(place).toEqual({ instance, accountId: instance.accountId, keyId: apiKey.id });
    });

    it('given a hot key, when its secret is sent again, then no store is read', async () => {
      const { secret } = await given();
      await room.authenticate(secret, ADDRESS);
      const { hits, misses } = store.recentReadCounts();

      await room.authenticate(secret, ADDRESS);

      expect(store.recentReadCounts()).toMatchObject({ hits: hits + 3, misses });
    });

    /** A flood of rubbish costs no look-up. */
    it.each(['', 'x', 'A'.repeat(32), 'a'.repeat(33)])(
      'when %p is sent, then nothing is found and no store is read',
      async (secret) => {
        const before = store.recentReadCounts();

        expect(await room.authenticate(secret, ADDRESS)).toBeUndefined();

        expect(store.recentReadCounts()).toEqual(before);
      },
    );

    it('when a secret of the right form is unknown, then nothing is found', async () => {
      expect(await room.authenticate(randomBytes(16).toString('hex'), ADDRESS)).toBeUndefined();
    });

    it('given a disabled key, when its secret is sent, then its holder is told so', async () => {
      const { secret } = await given({ key: { disabled: true } });

      await expect(room.authenticate(secret, ADDRESS)).rejects.toThrow(ApiKeyDisabled);
    });

    it('given an expired key, when its secret is sent, then its holder is told so', async () => {
      const { secret } = await given({ key: { expiresAt: NOW } });

      await expect(room.authenticate(secret, ADDRESS)).rejects.toThrow(ApiKeyExpired);
    });

    it.each<ResourceInstance['state']>(['provisioning', 'removing', 'pending_reclamation', 'removed', 'failed'])(
      'given an instance that is %s, when a key of it is sent, then it is refused',
      async (state) => {
        const { secret } = await given({ instance: { state } });

        await expect(room.authenticate(secret, ADDRESS)).rejects.toThrow(AccessDenied);
      },
    );

    it('given a removed key, when its secret is sent, then nothing is found', async () => {
      const { secret, apiKey } = await given();
      await room.authenticate(secret, ADDRESS);
      await store.commit([remove(API_KEYS, apiKey)]);

      expect(await room.authenticate(secret, ADDRESS)).toBeUndefined();
    });

    /** A key row that names the instance of another account must not send there. */
    it("given a key whose instance is another account's, when it is sent, then nothing is found", async () => {
      const { id } = await givenAccount();
      const { secret } = await given({ instance: { accountId: id } });

      expect(await room.authenticate(secret, ADDRESS)).toBeUndefined();
    });

    it('given an account that is used from other addresses, when its key is sent, then it is refused', async () => {
      const { id: accountId } = await givenAccount('198.51.100.0/24');
      const { secret } = await givenPlace(store, maker, { accountId });

      await expect(room.authenticate(secret, ADDRESS)).rejects.toThrow(AddressNotAllowed);
    });
  });

  describe('accept', () => {
    const ENTRIES: readonly LogEntry[] = [
      { timestamp: NOW - 5, text: 'first', app: 'shop', host: 'web-1', level: 'INFO', meta: { order: 7 } },
      { timestamp: NOW - 4, text: { a: 1 }, subsystem: 'pay' },
    ];

    it('when entries are accepted, then they are spooled together, each with who sent it, when and how', async () => {
      const place = await givenLogPlace();

      await room.accept(place, ENTRIES, 'door');

      const came = { received_at: NOW, key_id: place.keyId, source: 'door' };
      expect(spooled.map(({ instanceId }) => instanceId)).toEqual([place.instance.id]);
      expect(spooled[0]?.lines.map((line) => JSON.parse(line))).toEqual([
        {
          ...came,
          ...{ timestamp: NOW - 5, text: 'first', app: 'shop', host: 'web-1', level: 'INFO', meta: { order: 7 } },
        },
        { ...came, timestamp: NOW - 4, text: { a: 1 }, subsystem: 'pay' },
      ]);
    });

    /** Log injection: a text must not begin a line of its own where lines are handed over. */
    it('when a text holds line ends, quotes and lone surrogates, then it is one line, and comes back', async () => {
      const text = '},{"a":"\n{"key_id":"forged"}\r\u2028"\\\ud800';

      await room.accept(await givenLogPlace(), [{ timestamp: NOW, text }], 'door');

      const [line = ''] = spooled[0]?.lines ?? [];
      expect(line).not.toMatch(/[\n\r]/);
      expect(JSON.parse(line).text).toBe(text);
    });

    it('when nothing is sent, then nothing is spooled', async () => {
      await room.accept(await givenLogPlace(), [], 'door');

      expect(spooled).toEqual([]);
    });

    it('when lines were taken in, then lines and bytes are counted for the key and the instance', async () => {
      const place = await givenLogPlace();
      await room.accept(place, ENTRIES, 'door');
      await room.accept(place, ENTRIES, 'door');

      await room.use.flush();

      const bytes = spooled.flatMap(({ lines }) => lines).reduce((sum, line) => sum + Buffer.byteLength(line), 0);
      const use = { accountId: place.accountId, requests: 2, lines: 4, bytes, lastAt: NOW };
      expect(await room.use.useOf(place.keyId)).toMatchObject(use);
      expect(await room.use.useOf(place.instance.id)).toMatchObject(use);
      expect(counted).toEqual(Array(2).fill(['logdna', 'door', { lines: 2, bytes: bytes / 2 }]));
    });

    it('when the spool refuses them, then the refusal is passed on and nothing is counted', async () => {
      refusal = new Error('full');
      const place = await givenLogPlace();

      await expect(room.accept(place, ENTRIES, 'door')).rejects.toBe(refusal);

      await room.use.flush();
      expect(await room.use.useOf(place.keyId)).toBeUndefined();
      expect(counted).toEqual([]);
    });
  });
});
