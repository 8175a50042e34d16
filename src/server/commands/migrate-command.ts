import { SYSTEM_CLOCK } from '../../clock/clock.ts';
import { newLogger } from '../../telemetry/logger.ts';
import { openMigrations, openSecrets } from '../open-store.ts';
import type { CommandParts } from './command-parts.ts';

/** Brings the structure of the store up to date, or tells what would be done. */
export async function migrateCommand(
  { config, say }: CommandParts,
  { dryRun = false }: { dryRun?: boolean },
): Promise<number> {
  // The embedded secrets come before the store's file: a store without them is taken for one whose secrets were lost.
  if (!dryRun) await openSecrets(config);
  const migrations = await openMigrations({
    config,
    clock: SYSTEM_CLOCK,
    logger: newLogger({ level: config.logLevel }),
  });
  const steps = dryRun ? await migrations.pending() : await migrations.apply();
  for (const { name } of steps) say(`${dryRun ? 'would migrate' : 'migrated'}: ${name}`);
  if (steps.length === 0) say('the store is up to date');
  return 0;
}
