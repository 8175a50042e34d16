import { generateKeyPairSync, type KeyPairKeyObjectResult, randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../src/clock/clock.ts';
import { type KeyRing, keyRingFromText, MASTER_KEY_RING } from '../../src/secrets/key-ring.ts';
import { sealing } from '../../src/secrets/sealing.ts';
import { SIGNING_KEYS } from '../../src/signing-keys/signing-key.ts';
import { openSigningKeys, type SigningKeys, type SigningKeysParts } from '../../src/signing-keys/signing-keys.ts';
import type { Store } from '../../src/store/store.ts';
import { openSqliteStore } from '../../src/store-sqlite/open-sqlite-store.ts';
import type { SigningAlgorithm } from '../../src/token-format/token-types.ts';

/** A clock that a test moves by hand; it begins at 1,700,000,000 seconds. */
export interface HandClock extends Clock {
  moveSeconds(seconds: number): void;
}

/** A store in a temporary folder, and everything opened over it, closed together. */
export interface SigningKeysUnderTest {
  readonly clock: HandClock;
  readonly file: string;
  /** Opens another store on the same file, as another process does. */
  openStore(): Promise<Store>;
  /** Opens the signing keys as another process does, unless a store is given. */
  open(changes?: Partial<SigningKeysParts>): Promise<SigningKeys>;
  close(): Promise<void>;
}

/** The age for which the key sets of these tests may be cached, in seconds. */
export const MAX_AGE_SECONDS = 300;
/** What a rotation waits: the age and a minute's margin. */
export const LEAD_SECONDS = MAX_AGE_SECONDS + 60;
/** How long a key verifies after its last signature: 72 hours, the age and the margin. */
export const VERIFY_SECONDS = 259_200 + LEAD_SECONDS;

/** @returns a master key ring of one random key with this id, with retired ones after it */
export function givenRing(id: string, ...retired: readonly KeyRing[]): KeyRing {
  const made = keyRingFromText(MASTER_KEY_RING, `${id}:${randomBytes(32).toString('base64')}`);
  return { current: made.current, retired: retired.map(({ current }) => current) };
}

/** @returns a key pair of nobody in particular that fits the algorithm */
export function givenKeyPair(algorithm: SigningAlgorithm): KeyPairKeyObjectResult {
  return algorithm === 'RS256'
    ? generateKeyPairSync('rsa', { modulusLength: 2048 })
    : generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

/** Opens a new installation in a temporary folder. */
export async function givenInstallation(): Promise<SigningKeysUnderTest> {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-signing-keys-'));
  const file = join(folder, 'latchkey.db');
  const seal = sealing(givenRing('m1'));
  const closers: (() => Promise<void>)[] = [];
  let now = 1_700_000_000_000;
  const clock: HandClock = {
    now: () => now,
    moveSeconds(seconds) {
      now += 1_000 * seconds;
    },
  };

  const openStore = async (): Promise<Store> => {
    const store = await openSqliteStore({ file, clock, collections: [SIGNING_KEYS] });
    closers.push(() => store.close());
    return store;
  };

  return {
    clock,
    file,
    openStore,
    async open(changes = {}) {
      const keys = await openSigningKeys({
        store: changes.store ?? (await openStore()),
        sealing: seal,
        clock,
        algorithm: 'ES256',
        jwksMaxAgeSeconds: MAX_AGE_SECONDS,
        tokenLifeSeconds: 3_600,
        rotationDays: 0,
        ...changes,
      });
      closers.push(() => keys.close());
      return keys;
    },
    async close() {
      for (const closeOne of closers.reverse()) await closeOne();
      await rm(folder, { recursive: true });
    },
  };
}
