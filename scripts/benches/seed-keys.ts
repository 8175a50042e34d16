import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { INSTALLATION_ID, INSTALLATIONS } from '../../src/accounts/account.ts';
import { API_KEYS, type ApiKey } from '../../src/api-keys/api-key.ts';
import { newApiKey } from '../../src/api-keys/new-api-key.ts';
import { SYSTEM_CLOCK } from '../../src/clock/clock.ts';
import type { Config } from '../../src/config/config.ts';
import { readConfig } from '../../src/config/read-config.ts';
import { StoreUnavailable } from '../../src/problems/request-problems.ts';
import { sealing } from '../../src/secrets/sealing.ts';
import { secretDigests } from '../../src/secrets/secret-digests.ts';
import { COLLECTIONS } from '../../src/server/collections.ts';
import { openSecrets, sqliteFile } from '../../src/server/open-store.ts';
import { newServiceId } from '../../src/service-ids/new-service-id.ts';
import { SERVICE_IDS, type ServiceId } from '../../src/service-ids/service-id.ts';
import type { Collection, Entity } from '../../src/store/collection.ts';
import type { Store } from '../../src/store/store.ts';
import type { Installation } from './installation.ts';

/** What is to be there. */
export interface SeedParts {
  /** One that has been started and stopped: its store has its structure and its first account. No process serves it. */
  readonly installation: Installation;
  readonly keys: number;
  /** Told now and then how many there are. */
  readonly onProgress: (made: number) => void;
}

/** As an organisation has them: few identities of many keys. */
const SERVICE_ID_COUNT = 1_000;
const KEYS_A_WRITE = 1_000;
const PROGRESS_KEYS = 100_000;

/**
 * Puts keys into the store through its port, in bulk, as the service itself would make them.
 * @returns the file with their secrets, one a line
 */
export async function seedKeys({ installation, keys, onProgress }: SeedParts): Promise<string> {
  const config = readConfig(installation.settings, () => {
    throw new Error('no setting of the bench is a file');
  });
  const secrets = await openSecrets(config);
  const maker = { digests: secretDigests(secrets.pepper), sealing: sealing(secrets.masterKey) };
  const store = await openForSeeding(config);
  const file = join(installation.folder, 'secrets.txt');
  const written = createWriteStream(file, { mode: 0o600 });
  try {
    const owners = await seedServiceIds(store, Math.min(keys, SERVICE_ID_COUNT));
    for (let made = 0; made < keys; made += KEYS_A_WRITE) {
      const issued = Array.from({ length: Math.min(KEYS_A_WRITE, keys - made) }, (_, number) => {
        const { iamId, accountId } = ownerOf(owners, made + number);
        return newApiKey(maker, { name: `key ${made + number}`, accountId, iamId }, iamId, SYSTEM_CLOCK.now());
      });
      await appended(
        store,
        issued.map(({ apiKey }) => apiKey),
      );
      written.write(`${issued.map(({ secret }) => secret).join('\n')}\n`);
      if ((made + issued.length) % PROGRESS_KEYS === 0) onProgress(made + issued.length);
    }
  } finally {
    written.end();
    await Promise.all([once(written, 'close'), store.close()]);
  }
  return file;
}

/** A store on a busy machine may not answer in time; what is there already is passed over, so it is asked again. */
async function appended(store: Store, apiKeys: readonly ApiKey[]): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await store.append(API_KEYS, apiKeys);
    } catch (error) {
      if (!(error instanceof StoreUnavailable) || attempt >= ATTEMPTS) throw error;
    }
  }
}

const ATTEMPTS = 10;

async function seedServiceIds(store: Store, count: number): Promise<readonly ServiceId[]> {
  const installation = await store.read(INSTALLATIONS).get(INSTALLATION_ID);
  if (installation === undefined) throw new Error('the installation was never started');
  const { firstAccountId: accountId, operatorIamId } = installation;
  const made = Array.from({ length: count }, (_, number) =>
    newServiceId({ accountId, name: `service ${number}` }, operatorIamId, SYSTEM_CLOCK.now()),
  );
  await store.append(SERVICE_IDS, made);
  return made;
}

function ownerOf(owners: readonly ServiceId[], number: number): ServiceId {
  const owner = owners[number % owners.length];
  if (owner === undefined) throw new RangeError('there is no owner');
  return owner;
}

/**
 * The same store, but with collections that nobody follows: what is appended is told to nobody, and nobody listens. A
 * commit of at most 200 keys at a time, told to everybody, would take ten times as long.
 */
export async function openForSeeding({ store, dataFolder, ...config }: Config): Promise<Store> {
  const collections: readonly Collection<Entity>[] = COLLECTIONS.map((known) => ({ ...known, followed: false }));
  const clock = SYSTEM_CLOCK;
  if (store.kind === 'sqlite') {
    const { openSqliteStore } = await import('../../src/store-sqlite/open-sqlite-store.ts');
    return openSqliteStore({ file: sqliteFile({ ...config, store, dataFolder }), clock, collections });
  }
  const { mongoUrl, redisUrl } = store;
  const { openMongoRedisStore } = await import('../../src/store-mongo-redis/open-mongo-redis-store.ts');
  return openMongoRedisStore({ mongoUrl, redisUrl, clock, collections });
}
