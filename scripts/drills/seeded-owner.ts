import { API_KEYS } from '../../src/api-keys/api-key.ts';
import { newApiKey } from '../../src/api-keys/new-api-key.ts';
import { SYSTEM_CLOCK } from '../../src/clock/clock.ts';
import type { Config } from '../../src/config/config.ts';
import { readConfig } from '../../src/config/read-config.ts';
import type { Environment } from '../../src/config/read-settings.ts';
import { sealing } from '../../src/secrets/sealing.ts';
import { secretDigests } from '../../src/secrets/secret-digests.ts';
import { openSecrets } from '../../src/server/open-store.ts';
import { SERVICE_IDS } from '../../src/service-ids/service-id.ts';
import { openForSeeding } from '../benches/seed-keys.ts';

/** A service ID, of which many keys are put into the store. */
export interface SeededOwner {
  readonly id: string;
  readonly iamId: string;
  readonly accountId: string;
}

/** What is there of an owner. */
export interface OwnerRows {
  readonly keys: number;
  /** Whether the row of the owner itself is there, in whichever state. */
  readonly owner: boolean;
}

const KEYS_A_WRITE = 500;

/** @returns the configuration of a service that is started with these */
export function configOf(settings: Environment, dataFolder: string): Config {
  return readConfig({ ...settings, LATCHKEY_DATA: dataFolder }, () => {
    throw new Error('no setting of the drill is a file');
  });
}

/** The store of a service, opened beside it. */
export interface OwnerStore {
  /** Puts keys into the store, as the service would make them; no process may serve meanwhile. @returns their secrets */
  seed(owner: SeededOwner, count: number): Promise<readonly string[]>;
  /** @returns what is left of an owner */
  rows(owner: SeededOwner): Promise<OwnerRows>;
  close(): Promise<void>;
}

/** Opens the store of a service that has been started before. */
export async function openOwnerStore(config: Config): Promise<OwnerStore> {
  const secrets = await openSecrets(config);
  const maker = { digests: secretDigests(secrets.pepper), sealing: sealing(secrets.masterKey) };
  const store = await openForSeeding(config);
  return {
    async seed({ iamId, accountId }, count) {
      const made: string[] = [];
      while (made.length < count) {
        const issued = Array.from({ length: Math.min(KEYS_A_WRITE, count - made.length) }, () =>
          newApiKey(maker, { name: 'one of many', accountId, iamId }, iamId, SYSTEM_CLOCK.now()),
        );
        await store.append(
          API_KEYS,
          issued.map(({ apiKey }) => apiKey),
        );
        made.push(...issued.map(({ secret }) => secret));
      }
      return made;
    },

    async rows({ id, iamId, accountId }) {
      return {
        keys: await store.read(API_KEYS).count('ofIdentityByCreation', [accountId, iamId], 1_000_000),
        owner: (await store.read(SERVICE_IDS).get(id)) !== undefined,
      };
    },

    close: () => store.close(),
  };
}
