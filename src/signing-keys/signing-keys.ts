import type { Clock } from '../clock/clock.ts';
import type { Sealing } from '../secrets/sealing.ts';
import type { Change } from '../store/changes.ts';
import type { Lease, Store } from '../store/store.ts';
import type { TokenClaims } from '../token-format/token-claims.ts';
import { REFRESH_TOKEN_LIMIT_SECONDS, type SigningAlgorithm, type TokenType } from '../token-format/token-types.ts';
import {
  type ChangeSigningKeys,
  changeSigningKeys,
  type SigningKeyEvent,
  type StagedKey,
} from './change-signing-keys.ts';
import type { Jwks } from './jwks.ts';
import { jwtSigner } from './sign-jwt.ts';
import type { SigningKey } from './signing-key.ts';
import {
  openSigningKeySet,
  type SigningKeyLogger,
  type SigningKeySet,
  type VerificationKey,
} from './signing-key-set.ts';

/**
 * This folder owns the keys that sign tokens: their sealed storage, stages, rotation, publication, signing and the one
 * verification of a signature. It knows nothing of revocation and of what a token allows.
 */

/** Where a key stands now. */
export interface SigningKeyStatus {
  readonly kid: string;
  readonly algorithm: SigningAlgorithm;
  readonly stage: 'next' | 'current' | 'previous' | 'ended' | 'dropped';
  readonly createdAt: number;
  readonly signFrom: number;
}

/** What a scheduled visit did. */
export interface SigningKeyTick {
  readonly rotated: StagedKey | undefined;
  readonly removed: readonly string[];
}

/** The installation's signing keys, as one process has them. */
export interface SigningKeys {
  /** Signs claims with the current key. @throws Overloaded  more signatures wait than can be made in time */
  sign<Type extends TokenType>(type: Type, claims: TokenClaims[Type]): Promise<string>;
  /** @returns the key of this id from the closed list in memory, or `undefined`; asks no store */
  verificationKey(kid: string): VerificationKey | undefined;
  /** The same, but an unknown id makes the process look at the store again, at most once a cool-down for all ids together. */
  lookUpVerificationKey(kid: string): Promise<VerificationKey | undefined>;
  /** @returns the key set to serve, made once per change */
  jwks(): Jwks;
  /** @returns every stored key, in the order in which they were made */
  list(): readonly SigningKeyStatus[];
  /**
   * Publishes the next key now; it signs once every cached key set holds it. A rotation that is already staged is answered
   * again.
   * @throws NotFound  there is no key yet, and no algorithm was given to make one
   */
  rotate(): Promise<StagedKey>;
  /**
   * Emergency: the key neither signs nor verifies from the answer on, its private half is destroyed.
   * @returns the key that signs now
   * @throws NotFound  no key has this id, or it was dropped before
   */
  drop(kid: string): Promise<StagedKey>;
  /** The scheduled work, for the leased runner: rotates when due and removes keys of which no token can be alive. */
  tick(under?: Lease): Promise<SigningKeyTick>;
  /** Seals every private key under the current master key. @returns how many needed it */
  resealAll(): Promise<number>;
  close(): Promise<void>;
}

/** What the signing keys stand on. */
export interface SigningKeysParts {
  readonly store: Store;
  readonly sealing: Sealing;
  readonly clock: Clock;
  /**
   * Another one than the newest key's stages a rotation to it. `undefined`: as the newest key's, and where there is no key
   * none is made. Only the service itself knows what is wanted; a command may run without the service's settings.
   */
  readonly algorithm: SigningAlgorithm | undefined;
  /** For how long anybody may cache the key set, everything counted. */
  readonly jwksMaxAgeSeconds: number;
  /** The longest life of an access token, in seconds. */
  readonly tokenLifeSeconds: number;
  /** The longest life of a refresh token, in seconds. Default: 259,200. */
  readonly refreshTokenLifeSeconds?: number;
  /** Days that a key signs before it is replaced; 0: only by hand. */
  readonly rotationDays: number;
  readonly logger?: SigningKeyLogger;
  /** What to commit together with a change of the keys, such as its audit record. Default: nothing. */
  readonly recorded?: (events: readonly SigningKeyEvent[]) => readonly Change[];
}

/** Covers the way of a new key to every process, and the difference of their clocks. */
const SPREAD_MARGIN_SECONDS = 60;
/** Between two looks at the store for key ids that nobody knows. */
const LOOK_UP_COOLDOWN_MILLISECONDS = 1_000;

/**
 * Opens the signing keys, makes the first one where there is none, and stages a rotation where the algorithm was changed;
 * both only when an algorithm is given.
 * @throws SealBroken  no key can be opened with the master key ring
 */
export async function openSigningKeys(parts: SigningKeysParts): Promise<SigningKeys> {
  const { jwksMaxAgeSeconds, tokenLifeSeconds, refreshTokenLifeSeconds = REFRESH_TOKEN_LIMIT_SECONDS } = parts;
  const leadMilliseconds = 1_000 * (jwksMaxAgeSeconds + SPREAD_MARGIN_SECONDS);
  // A refresh token outlives an access token, and both are signed by the same keys: the longer life decides.
  const verifyMilliseconds = 1_000 * Math.max(tokenLifeSeconds, refreshTokenLifeSeconds) + leadMilliseconds;
  const recorded = parts.recorded ?? (() => []);

  const keys = await openSigningKeySet({ ...parts, logger: parts.logger, verifyMilliseconds });
  const changes = changeSigningKeys({ ...parts, keys, leadMilliseconds, verifyMilliseconds, recorded });
  try {
    await prepare(keys, changes, parts);
  } catch (error) {
    await keys.close();
    throw error;
  }
  return signingKeysOver({ ...parts, keys, changes });
}

async function prepare(keys: SigningKeySet, changes: ChangeSigningKeys, parts: SigningKeysParts): Promise<void> {
  if (keys.rows().length === 0) {
    if (parts.algorithm === undefined) return;
    await changes.makeFirst();
  }
  keys.ready();
  if (parts.algorithm === undefined) return;
  const newest = keys.rows().findLast(({ droppedAt }) => droppedAt === undefined);
  if (newest === undefined || newest.algorithm === parts.algorithm) return;
  const { kid, algorithm, signFrom } = await changes.rotate();
  parts.logger?.info({ kid, algorithm, signFrom }, 'the signing algorithm changes: a rotation is staged');
}

type AssembledParts = SigningKeysParts & { readonly keys: SigningKeySet; readonly changes: ChangeSigningKeys };

function signingKeysOver({ keys, changes, clock }: AssembledParts): SigningKeys {
  const signJwt = jwtSigner();
  const verificationKey = (kid: string) => keys.ready().verifying.get(kid);

  const sign = async <Type extends TokenType>(type: Type, claims: TokenClaims[Type]): Promise<string> => {
    // A node that is not told of drops would make tokens that nobody accepts.
    const refreshed = keys.refresh();
    if (refreshed !== undefined) await refreshed;
    const { signer } = keys.ready();
    const token = await signJwt(signer, type, claims);
    // Dropped while the signature was made: nobody would accept this token, so the next key signs it.
    return verificationKey(signer.kid) === undefined ? sign(type, claims) : token;
  };

  return {
    sign,
    verificationKey,
    lookUpVerificationKey: lookUpIn(keys, clock),
    jwks: () => keys.ready().jwks,
    list: () => statuses(keys),
    rotate: () => changes.rotate(),
    drop: (kid) => changes.drop(kid),

    async tick(under) {
      const removed = await changes.removeEnded(under);
      const rotated = changes.rotationDue() ? await changes.rotate(under) : undefined;
      return { rotated, removed };
    },

    resealAll: () => changes.resealAll(),
    close: () => keys.close(),
  };
}

function lookUpIn(keys: SigningKeySet, clock: Clock): SigningKeys['lookUpVerificationKey'] {
  let lookedUpAt = Number.NEGATIVE_INFINITY;
  let underWay: Promise<void> | undefined;

  const reload = (): Promise<void> => {
    lookedUpAt = clock.now();
    underWay = keys.reload().finally(() => {
      underWay = undefined;
    });
    return underWay;
  };

  return async (kid) => {
    // A key that another process has dropped must not verify here any longer than the store's own news take.
    const refreshed = keys.refresh();
    if (refreshed !== undefined) await refreshed;
    const known = keys.ready().verifying.get(kid);
    if (known !== undefined) return known;
    // A flood of random key ids: one look-up serves them all, and the store is asked once a cool-down, never by key id.
    // The absolute value lets look-ups go on when the clock is set back.
    const cool = Math.abs(clock.now() - lookedUpAt) >= LOOK_UP_COOLDOWN_MILLISECONDS;
    if (underWay !== undefined) await underWay;
    else if (cool) await reload();
    else return undefined;
    return keys.ready().verifying.get(kid);
  };
}

function statuses(keys: SigningKeySet): readonly SigningKeyStatus[] {
  const { live, signer } = keys.ready();
  const order = new Map(live.map(({ id }, position) => [id, position]));
  const signing = order.get(signer.kid) ?? 0;

  const stageOf = ({ id, droppedAt, ordinal }: SigningKey): SigningKeyStatus['stage'] => {
    if (droppedAt !== undefined) return 'dropped';
    if (id === signer.kid) return 'current';
    const place = order.get(id);
    if (place === undefined) return 'ended';
    return place > signing && ordinal < (live[signing]?.ordinal ?? 0) ? 'previous' : 'next';
  };

  return keys.rows().map((key) => ({
    kid: key.id,
    algorithm: key.algorithm,
    stage: stageOf(key),
    createdAt: key.createdAt,
    signFrom: key.signFrom,
  }));
}
