import { SYSTEM_CLOCK } from '../../clock/clock.ts';
import { newLogger } from '../../telemetry/logger.ts';
import { openMigrations } from '../open-store.ts';
import type { CommandParts } from './command-parts.ts';

/** Brings the structure of the store up to date, or tells what would be done. */
export async function migrateCommand(
  { config, say }: CommandParts,
  { dryRun = false }: { dryRun?: boolean },
): Promise<number> {
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
