import { SYSTEM_CLOCK } from '../../clock/clock.ts';
import type { Config } from '../../config/config.ts';
import { ConfigProblems } from '../../config/config-problems.ts';
import { sealing } from '../../secrets/sealing.ts';
import { secretDigests } from '../../secrets/secret-digests.ts';
import { newLogger } from '../../telemetry/logger.ts';
import { adminKeyFile, bootstrap } from '../bootstrap.ts';
import { openMigrations, openReplicaSet, openSecrets, openStore } from '../open-store.ts';
import type { CommandParts } from './command-parts.ts';

/** What may be asked for besides. */
export interface BootstrapOptions {
  /** Make the servers of LATCHKEY_MONGO_URL a replica set first. Default: false. */
  readonly initiateReplicaSet?: boolean;
}

/** Prepares the store and makes the installation; a repeat changes nothing. */
export async function bootstrapCommand(
  { config, say }: CommandParts,
  { initiateReplicaSet = false }: BootstrapOptions = {},
): Promise<number> {
  if (initiateReplicaSet) await initiate(config, say);
  const parts = { config, clock: SYSTEM_CLOCK, logger: newLogger({ level: config.logLevel }) };
  const secrets = await openSecrets(config);
  for (const { name } of await (await openMigrations(parts)).apply()) say(`migrated: ${name}`);
  const store = await openStore(parts);
  try {
    const maker = { digests: secretDigests(secrets.pepper), sealing: sealing(secrets.masterKey) };
    const { installation, made } = await bootstrap({ ...maker, ...parts, store, dataFolder: config.dataFolder });
    say(`installation ${installation.installationId}: ${made ? 'made now' : 'was there already'}`);
    if (made) say(`admin API key: ${adminKeyFile(config.dataFolder)}`);
    return 0;
  } finally {
    await store.close();
  }
}

async function initiate({ store }: Config, say: CommandParts['say']): Promise<void> {
  if (store.kind !== 'mongo-redis') {
    throw new ConfigProblems([
      '--initiate-replica-set needs LATCHKEY_STORE=mongo-redis; nothing else has a replica set.',
    ]);
  }
  const { name, made } = await openReplicaSet(store);
  say(`replica set ${name}: ${made ? 'initiated now' : 'was there already'}`);
}
