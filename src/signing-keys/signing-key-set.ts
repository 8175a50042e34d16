import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import type { Clock } from '../clock/clock.ts';
import { StoreUnavailable } from '../problems/request-problems.ts';
import type { Sealing } from '../secrets/sealing.ts';
import type { Store, StoredChange, Subscription } from '../store/store.ts';
import type { SigningAlgorithm } from '../token-format/token-types.ts';
import { type Jwks, jwksOf } from './jwks.ts';
import { stagesAt } from './key-stages.ts';
import { type JwtSigningKey, jwtSigningKey } from './sign-jwt.ts';
import { privateKeyContext, SIGNING_KEYS, type SigningKey } from './signing-key.ts';

/** What a signature is verified with; the algorithm is the key's own, whatever a token's header says. */
export interface VerificationKey {
  readonly algorithm: SigningAlgorithm;
  readonly publicKey: KeyObject;
}

/** The keys as they count now, ready for use. */
export interface ReadyKeys {
  readonly signer: JwtSigningKey;
  /** The closed list, by `kid`. */
  readonly verifying: ReadonlyMap<string, VerificationKey>;
  readonly live: readonly SigningKey[];
  readonly jwks: Jwks;
}

/** Where the keys report what an operator should know; pino's loggers fit. */
export interface SigningKeyLogger {
  info(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

/** What the key set stands on. */
export interface SigningKeySetParts {
  readonly store: Store;
  readonly sealing: Sealing;
  readonly clock: Clock;
  readonly jwksMaxAgeSeconds: number;
  /** How long a key verifies after it has stopped signing. */
  readonly verifyMilliseconds: number;
  readonly logger?: SigningKeyLogger | undefined;
}

/** The store's signing keys, held in memory and kept up to date. */
export interface SigningKeySet {
  /** Every row known, in the order of their ordinals. */
  rows(): readonly SigningKey[];
  /** @throws SealBroken when no live key can be opened with the master key ring */
  ready(): ReadyKeys;
  /** Takes in what this process has just committed. */
  learn(key: SigningKey): void;
  forget(kid: string): void;
  /**
   * Takes in what other processes have committed, so that what is in memory is at most a second old: by what the store
   * tells by itself, or by reading the primary; while that cannot be reached, memory is good for the grace.
   * @returns `undefined` when there is nothing to wait for
   * @throws StoreUnavailable (from what it returns) whether a key was dropped cannot be known
   */
  refresh(): Promise<void> | undefined;
  /** Reads all rows from the store. */
  reload(): Promise<void>;
  close(): Promise<void>;
}

interface Snapshot extends ReadyKeys {
  readonly from: number;
  readonly until: number;
}

/** Follows the store's changes first and loads what is there after, so that nothing committed in between is missed. */
export async function openSigningKeySet(parts: SigningKeySetParts): Promise<SigningKeySet> {
  const { store, clock } = parts;
  const known = new Map<string, SigningKey>();
  const opened = keyOpener(parts);
  let snapshot: Snapshot | undefined;

  const learn = (key: SigningKey): void => {
    const earlier = known.get(key.id);
    // A page read before a drop must not bring the key back: the higher number of the tag is the later state.
    if (earlier !== undefined && version(earlier) >= version(key)) return;
    known.set(key.id, key);
    snapshot = undefined;
  };
  const forget = (kid: string): void => {
    if (known.delete(kid)) snapshot = undefined;
  };
  const rows = () => [...known.values()].sort((a, b) => a.ordinal - b.ordinal);
  const reload = async (): Promise<void> => {
    const knownBefore = [...known.keys()];
    const stored = await storedSigningKeys(store);
    for (const key of stored) learn(key);
    // What was known before the reading and is not there any more was removed meanwhile, and nobody told of it.
    for (const kid of knownBefore) if (!stored.some(({ id }) => id === kid)) forget(kid);
  };

  const subscription: Subscription = await store.watch([SIGNING_KEYS], ({ id, entity }: StoredChange) => {
    // The subscription names one collection, so every entity that it delivers is a SigningKey.
    if (entity === undefined) forget(id);
    else learn(entity as SigningKey);
  });
  await reload();

  return {
    rows,
    learn,
    forget,
    reload,
    ready() {
      const now = clock.now();
      if (snapshot === undefined || now < snapshot.from || now >= snapshot.until) {
        snapshot = snapshotAt(rows(), now, parts, opened);
      }
      return snapshot;
    },
    refresh: refreshing(subscription, reload),
    close: () => subscription.close(),
  };
}

/** For how long what was read from the primary is as good as hearing of changes. */
const READ_MILLISECONDS = 500;
/** A reading that others began may have begun before the question; the next one has not. */
const READINGS = 2;

function refreshing(subscription: Subscription, reload: () => Promise<void>): SigningKeySet['refresh'] {
  let readAt = Number.NEGATIVE_INFINITY;
  let underWay: Promise<void> | undefined;

  const isFresh = (): boolean => subscription.isCurrent() || performance.now() - readAt <= READ_MILLISECONDS;
  // Once for all who ask: while the news do not come, every token would else be a read of the store.
  const readOnce = async (): Promise<void> => {
    const begunAt = performance.now();
    await reload();
    readAt = begunAt;
  };
  const read = async (): Promise<void> => {
    try {
      for (let reading = 0; reading < READINGS && !isFresh(); reading += 1) {
        underWay ??= readOnce().finally(() => {
          underWay = undefined;
        });
        await underWay;
      }
    } catch (error) {
      if (!(error instanceof StoreUnavailable && subscription.wasCurrentLately())) throw error;
    }
  };

  return () => {
    subscription.catchUp();
    return isFresh() ? undefined : read();
  };
}

/** Reads every signing key from the store, in the order of their ordinals. */
export async function storedSigningKeys(store: Store): Promise<readonly SigningKey[]> {
  // One page: a key a day for the longest verifying time is far below its limit.
  const page = await store.read(SIGNING_KEYS).page('byOrdinal', { equals: [], limit: 1_000 });
  return page.rows;
}

const version = ({ entityTag }: SigningKey): number => Number.parseInt(entityTag, 10);

function snapshotAt(
  rows: readonly SigningKey[],
  now: number,
  { verifyMilliseconds, jwksMaxAgeSeconds }: SigningKeySetParts,
  opened: KeyOpener,
): Snapshot {
  const { live, from, until } = stagesAt(rows, now, verifyMilliseconds);
  opened.keepOnly(new Set(live.map((key) => key.id)));
  return {
    live,
    from,
    until,
    signer: opened.signer(live),
    verifying: new Map(live.map((key) => [key.id, opened.verificationKey(key)])),
    jwks: jwksOf(live, jwksMaxAgeSeconds),
  };
}

interface KeyOpener {
  signer(live: readonly SigningKey[]): JwtSigningKey;
  verificationKey(key: SigningKey): VerificationKey;
  /** Lets go of every other key, so that a dropped private key does not stay in memory. */
  keepOnly(kids: ReadonlySet<string>): void;
}

/** Turns rows into key objects, each once; a private half only when it is the one to sign with. */
function keyOpener({ sealing, logger }: SigningKeySetParts): KeyOpener {
  const signers = new Map<string, JwtSigningKey>();
  const verifiers = new Map<string, VerificationKey>();

  const open = (key: SigningKey): JwtSigningKey => {
    const ready = signers.get(key.id) ?? openedSigner(key, sealing);
    signers.set(key.id, ready);
    return ready;
  };

  return {
    signer(live) {
      let refusal: unknown = new Error('signing keys: there is none');
      for (const key of live) {
        try {
          return open(key);
        } catch (error) {
          // Sealed under a master key that only other processes have so far: the best key that can be opened signs on,
          // and its tokens verify everywhere.
          logger?.error({ err: error, kid: key.id }, 'a signing key cannot be opened');
          refusal = error;
        }
      }
      throw refusal;
    },
    verificationKey(key) {
      const ready = verifiers.get(key.id) ?? {
        algorithm: key.algorithm,
        publicKey: createPublicKey({ key: { ...key.publicJwk }, format: 'jwk' }),
      };
      verifiers.set(key.id, ready);
      return ready;
    },
    keepOnly(kids) {
      for (const kept of [signers, verifiers]) for (const kid of kept.keys()) if (!kids.has(kid)) kept.delete(kid);
    },
  };
}

function openedSigner({ id, algorithm, sealedPrivateKey }: SigningKey, sealing: Sealing): JwtSigningKey {
  if (sealedPrivateKey === undefined) throw new Error(`signing key ${id} has no private half`);
  const pkcs8 = Buffer.from(sealing.unseal(sealedPrivateKey, privateKeyContext(id)), 'base64');
  return jwtSigningKey(id, algorithm, createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' }));
}
