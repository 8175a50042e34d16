import { keysUnderPepper, moveReadableKeys, resealStoredSecrets } from '../../api-keys/rings.ts';
import { SYSTEM_CLOCK } from '../../clock/clock.ts';
import { type KeyRing, MASTER_KEY_RING, PEPPER_RING, type RingKind } from '../../secrets/key-ring.ts';
import { beginNewRingKey, endRetiredRingKeys, putRingBack } from '../../secrets/key-ring-file.ts';
import { sealing as sealingUnder } from '../../secrets/sealing.ts';
import { secretDigests } from '../../secrets/secret-digests.ts';
import type { SigningKeys } from '../../signing-keys/signing-keys.ts';
import { newLogger } from '../../telemetry/logger.ts';
import { openSecrets, openStore } from '../open-store.ts';
import type { CommandParts } from './command-parts.ts';
import { everyNodeKnowsAll, everyNodeUsesCurrent, type RingNodesParts } from './ring-nodes.ts';
import { withSigningKeys } from './signing-key-commands.ts';

const COUNT_LIMIT = 1_000_000;

/**
 * Begins a new pepper, or ends a retired one when no key is under it any more. Keys whose values are stored move to the current one
 * here, all others when they are used.
 */
export async function retirePepperCommand(
  parts: CommandParts,
  { force = false }: { force?: boolean },
): Promise<number> {
  const { config, say } = parts;
  const { pepper: ring, masterKey } = await openSecrets(config);
  const given = config.store.pepper !== undefined;
  if (ring.retired.length === 0) return beginNew(parts, PEPPER_RING, given);

  const store = await openStore({ config, clock: SYSTEM_CLOCK, logger: newLogger({ level: config.logLevel }) });
  try {
    const ending = { ...parts, store, kind: PEPPER_RING, ring, given };
    // First, so that nobody makes a key under a retired pepper after the count.
    if (!(await everyNodeUsesCurrent(ending))) return 1;
    let remaining = 0;
    const means = { digests: secretDigests(ring), sealing: sealingUnder(masterKey) };
    for (const { id } of ring.retired) {
      const moved = await moveReadableKeys(store, means, id);
      if (moved > 0) say(`pepper ${id}: ${moved} keys whose values are stored moved to the current one`);
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
    return await endRetired(ending);
  } finally {
    await store.close();
  }
}

/** Begins a new master key, or seals everything anew under the current one and ends the retired ones. */
export async function retireMasterKeyCommand(parts: CommandParts): Promise<number> {
  const { config } = parts;
  const { masterKey: ring } = await openSecrets(config);
  const given = config.store.masterKey !== undefined;
  if (ring.retired.length === 0) return beginNew(parts, MASTER_KEY_RING, given);

  return withSigningKeys(parts, async (signingKeys, store) => {
    const ending = { ...parts, store, kind: MASTER_KEY_RING, ring, given };
    if (!(await everyNodeUsesCurrent(ending))) return 1;
    await resealEverything(ending, signingKeys);
    // Again, for what was started meanwhile.
    return (await everyNodeUsesCurrent(ending)) ? endRetired(ending) : 1;
  });
}

interface EndingParts extends CommandParts, RingNodesParts {
  /** By setting, so that its operator alone can change it. */
  readonly given: boolean;
}

/** Until a whole look finds nothing that a retired key is still needed for. */
async function resealEverything({ store, ring, say }: EndingParts, signingKeys: SigningKeys): Promise<void> {
  const sealing = sealingUnder(ring);
  const total = { signingKeys: 0, secrets: 0 };
  for (;;) {
    const [resealed, secrets] = [await signingKeys.resealAll(), await resealStoredSecrets(store, sealing)];
    total.signingKeys += resealed;
    total.secrets += secrets;
    if (resealed + secrets === 0) break;
  }
  say(`signing keys sealed anew: ${total.signingKeys}`);
  say(`stored API keys sealed anew: ${total.secrets}`);
}

/** A ring that was given by setting is its operator's to change; one in the data folder is changed here. */
async function beginNew({ config, say }: CommandParts, kind: RingKind, given: boolean): Promise<number> {
  if (given) {
    say(
      `You give the ${kind.name} ring yourself. Make a value (openssl rand -base64 32), and start every process again`,
    );
    say('after each of three steps; a process must know a value before another one uses it:');
    say('  1. put the new value last: id:old,id:new. Then run this again: it says when every process knows it.');
    say('  2. put it first: id:new,id:old. Then run this again, until it says that nothing needs the old one.');
    say('  3. take the old one out: id:new.');
    return 0;
  }
  const ring = await beginNewRingKey(config.dataFolder, kind);
  say(`${kind.name} ${ring.current.id} is the current one now; ${retiredIds(ring)} is retired and still understood.`);
  say(
    'Start the service again, then run this command again to end the old one. With several processes on this folder,',
  );
  say(
    'stop all of them before you start the first again: one that knows only the old one cannot read what the others make.',
  );
  return 0;
}

async function endRetired(parts: EndingParts): Promise<number> {
  const { config, say, kind, ring, given } = parts;
  if (given) {
    if (!(await everyNodeKnowsAll(parts))) return 1;
    say(`Nothing needs ${retiredIds(ring)} any more, and every process knows the whole ring.`);
    say('If it is the old one, take it out of the ring that you give. If it is the new one, put it first now.');
    return 0;
  }
  const left = await endRetiredRingKeys(config.dataFolder, kind, ring);
  // A process that read the ring before this line has told of itself by now, or reads it again before it serves.
  if (!(await everyNodeUsesCurrent(parts))) {
    await putRingBack(config.dataFolder, kind, ring);
    return 1;
  }
  say(`the ${kind.name} ring holds ${left.current.id} alone now`);
  return 0;
}

const retiredIds = ({ retired }: KeyRing): string => retired.map(({ id }) => id).join(', ');
