import { SYSTEM_CLOCK } from '../../clock/clock.ts';
import { sealing } from '../../secrets/sealing.ts';
import { secretDigests } from '../../secrets/secret-digests.ts';
import { newLogger } from '../../telemetry/logger.ts';
import { adminKeyFile, bootstrap } from '../bootstrap.ts';
import { openMigrations, openSecrets, openStore } from '../open-store.ts';
import type { CommandParts } from './command-parts.ts';

/** Prepares the store and makes the installation; a repeat changes nothing. */
export async function bootstrapCommand({ config, say }: CommandParts): Promise<number> {
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
