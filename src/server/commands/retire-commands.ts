import { keysUnderPepper, resealStoredSecrets } from '../../api-keys/rings.ts';
import { SYSTEM_CLOCK } from '../../clock/clock.ts';
import { type KeyRing, MASTER_KEY_RING, PEPPER_RING, type RingKind } from '../../secrets/key-ring.ts';
import { beginNewRingKey, endRetiredRingKeys } from '../../secrets/key-ring-file.ts';
import { sealing as sealingUnder } from '../../secrets/sealing.ts';
import type { Store } from '../../store/store.ts';
import { newLogger } from '../../telemetry/logger.ts';
import { openSecrets, openStore } from '../open-store.ts';
import type { CommandParts } from './command-parts.ts';
import { withSigningKeys } from './signing-key-commands.ts';

const COUNT_LIMIT = 1_000_000;

/** Begins a new pepper, or ends a retired one when no key is under it any more. Keys move to the current one when used. */
export async function retirePepperCommand(
  parts: CommandParts,
  { force = false }: { force?: boolean },
): Promise<number> {
  const { config, say } = parts;
  const { pepper } = await openSecrets(config);
  if (pepper.retired.length === 0) return beginNew(parts, PEPPER_RING, config.store.pepper);

  const store = await openStore({ config, clock: SYSTEM_CLOCK, logger: newLogger({ level: config.logLevel }) });
  try {
    let remaining = 0;
    for (const { id } of pepper.retired) {
      const keys = await keysUnderPepper(store, id, COUNT_LIMIT);
      say(`pepper ${id}: ${keys} keys are still under it`);
      remaining += keys;
    }
    if (remaining > 0 && !force) {
      say(
        'A key moves to the current pepper when it is used. Run this again later, or with --force: those keys stop working.',
      );
      return 1;
    }
  } finally {
    await store.close();
  }
  return endRetired(parts, PEPPER_RING, config.store.pepper);
}

/** Begins a new master key, or seals everything anew under the current one and ends the retired ones. */
export async function retireMasterKeyCommand(parts: CommandParts): Promise<number> {
  const { config, say } = parts;
  const { masterKey, pepper } = await openSecrets(config);
  if (masterKey.retired.length === 0) return beginNew(parts, MASTER_KEY_RING, config.store.masterKey);

  await withSigningKeys(parts, async (signingKeys, store: Store) => {
    say(`signing keys sealed anew: ${await signingKeys.resealAll()}`);
    const pepperIds = [pepper.current, ...pepper.retired].map(({ id }) => id);
    say(`stored API keys sealed anew: ${await resealStoredSecrets(store, sealingUnder(masterKey), pepperIds)}`);
  });
  return endRetired(parts, MASTER_KEY_RING, config.store.masterKey);
}

/** A ring that was given by setting is its operator's to change; one in the data folder is changed here. */
async function beginNew({ config, say }: CommandParts, kind: RingKind, given: KeyRing | undefined): Promise<number> {
  if (given !== undefined) {
    say(`Put a new ${kind.name} first in the ring that you give: id:base64,id:base64 (openssl rand -base64 32).`);
    say('Start every process again, then run this command again to end the old one.');
    return 0;
  }
  const ring = await beginNewRingKey(config.dataFolder, kind);
  say(`${kind.name} ${ring.current.id} is the current one now; ${retiredIds(ring)} is retired and still understood.`);
  say('Start the service again, then run this command again to end the old one.');
  return 0;
}

async function endRetired({ config, say }: CommandParts, kind: RingKind, given: KeyRing | undefined): Promise<number> {
  if (given !== undefined) {
    say(`Nothing needs ${retiredIds(given)} any more: take it out of the ring that you give.`);
    return 0;
  }
  const ring = await endRetiredRingKeys(config.dataFolder, kind);
  say(`the ${kind.name} ring holds ${ring.current.id} alone now`);
  return 0;
}

const retiredIds = ({ retired }: KeyRing): string => retired.map(({ id }) => id).join(', ');
