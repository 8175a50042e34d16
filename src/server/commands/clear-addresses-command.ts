import { clearAllowedAddresses } from '../../accounts/clear-allowed-addresses.ts';
import { auditedBy } from '../../audit/audited-by.ts';
import { SYSTEM_CLOCK } from '../../clock/clock.ts';
import { newLogger } from '../../telemetry/logger.ts';
import { openSecrets, openStore } from '../open-store.ts';
import type { CommandParts } from './command-parts.ts';

/** Takes away an account's list of allowed addresses; running services follow within a second. */
export async function clearAddressesCommand({ config, say }: CommandParts, accountId: string): Promise<number> {
  // The embedded secrets come before the store's file: a store without them is taken for one whose secrets were lost.
  await openSecrets(config);
  const store = await openStore({ config, clock: SYSTEM_CLOCK, logger: newLogger({ level: config.logLevel }) });
  try {
    const { id, name } = await clearAllowedAddresses(
      {
        store,
        clock: SYSTEM_CLOCK,
        recorded: (change) => auditedBy(undefined, change),
      },
      accountId,
    );
    say(`account ${id} (${name}) is open to all addresses again`);
    return 0;
  } finally {
    await store.close();
  }
}
