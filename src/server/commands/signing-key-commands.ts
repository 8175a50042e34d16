import { SYSTEM_CLOCK } from '../../clock/clock.ts';
import { sealing } from '../../secrets/sealing.ts';
import { openSigningKeys, type SigningKeys } from '../../signing-keys/signing-keys.ts';
import type { Store } from '../../store/store.ts';
import { newLogger } from '../../telemetry/logger.ts';
import { ACCESS_TOKEN_LIMIT_SECONDS } from '../../token-format/token-types.ts';
import { openSecrets, openStore } from '../open-store.ts';
import { signingKeysRecorded } from '../signing-key-audit.ts';
import type { CommandParts } from './command-parts.ts';

/** Publishes the next signing key; running services follow by themselves. */
export function rotateSigningKeyCommand(parts: CommandParts): Promise<number> {
  return withSigningKeys(parts, async (signingKeys) => {
    const { kid, algorithm, signFrom } = await signingKeys.rotate();
    parts.say(`key ${kid} (${algorithm}) is published and signs from ${new Date(signFrom).toISOString()} on`);
    return 0;
  });
}

/** Ends a signing key at once. */
export function dropSigningKeyCommand(parts: CommandParts, kid: string): Promise<number> {
  return withSigningKeys(parts, async (signingKeys) => {
    const current = await signingKeys.drop(kid);
    parts.say(`key ${kid} is dropped; ${current.kid} signs now`);
    return 0;
  });
}

/**
 * Opens the store and the signing keys for the length of one piece of work. Whoever types a command may not have the
 * service's settings about: the keys' algorithm stays what it is, and none is made.
 * @returns the exit code that the work came to
 */
export async function withSigningKeys(
  { config }: CommandParts,
  work: (keys: SigningKeys, store: Store) => Promise<number>,
): Promise<number> {
  const logger = newLogger({ level: config.logLevel });
  const { masterKey } = await openSecrets(config);
  const store = await openStore({ config, clock: SYSTEM_CLOCK, logger });
  try {
    const signingKeys = await openSigningKeys({
      store,
      logger,
      sealing: sealing(masterKey),
      clock: SYSTEM_CLOCK,
      algorithm: undefined,
      jwksMaxAgeSeconds: config.jwksMaxAgeSeconds,
      tokenLifeSeconds: ACCESS_TOKEN_LIMIT_SECONDS,
      rotationDays: config.signingKeyRotationDays,
      recorded: signingKeysRecorded(SYSTEM_CLOCK),
    });
    try {
      return await work(signingKeys, store);
    } finally {
      await signingKeys.close();
    }
  } finally {
    await store.close();
  }
}
