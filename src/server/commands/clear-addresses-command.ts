import { clearAllowedAddresses } from '../../accounts/clear-allowed-addresses.ts';
import { AUDIT_EVENTS, auditEvent } from '../../audit/audit-event.ts';
import { localOrigin } from '../../audit/local-origin.ts';
import { SYSTEM_CLOCK } from '../../clock/clock.ts';
import { insert } from '../../store/changes.ts';
import { newLogger } from '../../telemetry/logger.ts';
import { openSecrets, openStore } from '../open-store.ts';
import type { CommandParts } from './command-parts.ts';

/** Takes away an account's list of allowed addresses; running services follow within a second. */
export async function clearAddressesCommand({ config, say }: CommandParts, accountId: string): Promise<number> {
  // The embedded secrets come before the store's file: a store without them is taken for one whose secrets were lost.
  await openSecrets(config);
  const store = await openStore({ config, clock: SYSTEM_CLOCK, logger: newLogger({ level: config.logLevel }) });
  try {
    const origin = localOrigin();
    const { id, name } = await clearAllowedAddresses(
      {
        store,
        clock: SYSTEM_CLOCK,
        recorded: (change) => insert(AUDIT_EVENTS, auditEvent(origin, { ...change, outcome: 'success', actor: {} })),
      },
      accountId,
    );
    say(`account ${id} (${name}) is open to all addresses again`);
    return 0;
  } finally {
    await store.close();
  }
}
