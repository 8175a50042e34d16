import type { Clock } from '../clock/clock.ts';
import { NotFound } from '../problems/entity-problems.ts';
import type { Sealing } from '../secrets/sealing.ts';
import { type Change, insert, remove, replace } from '../store/changes.ts';
import { nextEntityTag } from '../store/entity-tag.ts';
import type { CommitOptions, Lease, Store } from '../store/store.ts';
import { AlreadyExists, StaleEntityTag } from '../store/store-errors.ts';
import type { SigningAlgorithm } from '../token-format/token-types.ts';
import { endedKeys, stagesAt } from './key-stages.ts';
import { newSigningKey, privateKeyContext, SIGNING_KEYS, type SigningKey } from './signing-key.ts';
import type { SigningKeySet } from './signing-key-set.ts';

/** What happened to which key, for the audit record. */
export interface SigningKeyEvent {
  readonly action: 'create' | 'rotate' | 'drop' | 'promote' | 'remove' | 'reseal';
  readonly kid: string;
}

/** What the changes of signing keys stand on. */
export interface ChangeSigningKeysParts {
  readonly store: Store;
  readonly sealing: Sealing;
  readonly clock: Clock;
  readonly keys: SigningKeySet;
  /** Of keys made from now on; `undefined`: as the newest key's. */
  readonly algorithm: SigningAlgorithm | undefined;
  /** How long a new key is published before it signs. */
  readonly leadMilliseconds: number;
  readonly verifyMilliseconds: number;
  /** Days that a key signs before the schedule replaces it; 0: never. */
  readonly rotationDays: number;
  /** What to commit together with the change, such as its audit record. */
  readonly recorded: (events: readonly SigningKeyEvent[]) => readonly Change[];
}

/** What a rotation came to: the key that is to sign, and from when. */
export interface StagedKey {
  readonly kid: string;
  readonly algorithm: SigningAlgorithm;
  readonly signFrom: number;
}

/** Everything that changes the stored signing keys; safe to call in many processes at once. */
export interface ChangeSigningKeys {
  /** @throws NotFound  no algorithm was given */
  makeFirst(): Promise<void>;
  /** @throws NotFound  there is no key yet, and no algorithm was given */
  rotate(under?: Lease): Promise<StagedKey>;
  /** @throws NotFound  no key has this id, or it was dropped before */
  drop(kid: string): Promise<StagedKey>;
  removeEnded(under?: Lease): Promise<readonly string[]>;
  rotationDue(): boolean;
  resealAll(): Promise<number>;
}

/** Other processes' clocks may be this far behind; a key that must sign at once begins this much in the past. */
const CLOCK_SKEW_MILLISECONDS = 60_000;
const MILLISECONDS_A_DAY = 86_400_000;
const ATTEMPTS = 8;

/** Each change reads what is stored, decides, and commits on the condition that nothing changed; else it starts again. */
export function changeSigningKeys(parts: ChangeSigningKeysParts): ChangeSigningKeys {
  const { clock, keys, leadMilliseconds, verifyMilliseconds } = parts;

  return {
    makeFirst: () =>
      settled(keys, async () => {
        if (keys.rows().length > 0) return;
        const first = await newKey(parts, clock.now());
        // The ordinal is unique: of two starters one inserts, the other starts again and finds the key there.
        await commit(parts, [insert(SIGNING_KEYS, first)], [{ action: 'create', kid: first.id }], [first]);
      }),

    rotate: (under) =>
      settled(keys, async () => {
        const pending = pendingKey(parts);
        if (pending !== undefined) return stagedKey(pending);
        const next = await newKey(parts, clock.now() + leadMilliseconds);
        await commit(parts, [insert(SIGNING_KEYS, next)], [{ action: 'rotate', kid: next.id }], [next], under);
        return stagedKey(next);
      }),

    drop: (kid) => settled(keys, () => dropKey(parts, kid)),

    removeEnded: (under) =>
      settled(keys, async () => {
        const ended = endedKeys(keys.rows(), clock.now(), verifyMilliseconds);
        if (ended.length === 0) return [];
        const removals = ended.map((key) => remove(SIGNING_KEYS, key));
        await commit(
          parts,
          removals,
          ended.map(({ id }) => ({ action: 'remove', kid: id })),
          [],
          under,
        );
        for (const { id } of ended) keys.forget(id);
        return ended.map(({ id }) => id);
      }),

    rotationDue: () => rotationDue(parts),

    async resealAll() {
      let resealed = 0;
      await settled(keys, () =>
        resealKeys(parts, () => {
          resealed += 1;
        }),
      );
      return resealed;
    },
  };
}

/** Reads, tries, and tries again when another process was faster. */
async function settled<Outcome>(keys: SigningKeySet, attempt: () => Promise<Outcome>): Promise<Outcome> {
  for (let tried = 1; ; tried += 1) {
    await keys.reload();
    try {
      return await attempt();
    } catch (error) {
      const overtaken = error instanceof AlreadyExists || error instanceof StaleEntityTag;
      if (!overtaken || tried === ATTEMPTS) throw error;
    }
  }
}

async function commit(
  { store, keys, recorded }: ChangeSigningKeysParts,
  changes: readonly Change[],
  events: readonly SigningKeyEvent[],
  learned: readonly SigningKey[],
  under?: Lease,
): Promise<void> {
  const options: CommitOptions = under === undefined ? {} : { under };
  await store.commit([...changes, ...recorded(events)], options);
  learned.forEach(keys.learn);
}

function newKey(parts: ChangeSigningKeysParts, signFrom: number): Promise<SigningKey> {
  const { sealing, clock, keys } = parts;
  const ordinal = 1 + Math.max(0, ...keys.rows().map((key) => key.ordinal));
  return newSigningKey({ sealing, algorithm: algorithmFor(parts), ordinal, now: clock.now(), signFrom });
}

function algorithmFor({ algorithm, keys }: ChangeSigningKeysParts): SigningAlgorithm {
  const newest = keys.rows().findLast(({ droppedAt }) => droppedAt === undefined) ?? keys.rows().at(-1);
  const wanted = algorithm ?? newest?.algorithm;
  if (wanted === undefined) throw new NotFound('There is no signing key yet; the first start of the service makes it.');
  return wanted;
}

/** A key that is published, waits for its turn, and has the algorithm that is wanted: rotating twice stages one key. */
function pendingKey(parts: ChangeSigningKeysParts): SigningKey | undefined {
  const { keys, clock, leadMilliseconds } = parts;
  const newest = keys.rows().findLast(({ droppedAt }) => droppedAt === undefined);
  if (newest === undefined || newest.algorithm !== algorithmFor(parts)) return undefined;
  const wait = newest.signFrom - clock.now();
  // A longer wait than the lead was staged under a clock that ran ahead; its turn may never come.
  return wait > 0 && wait <= leadMilliseconds ? newest : undefined;
}

function rotationDue({ keys, clock, rotationDays, leadMilliseconds }: ChangeSigningKeysParts): boolean {
  if (rotationDays === 0) return false;
  const horizon = clock.now() + leadMilliseconds;
  const newest = keys.rows().findLast(({ droppedAt, signFrom }) => droppedAt === undefined && signFrom <= horizon);
  return newest !== undefined && newest.signFrom + rotationDays * MILLISECONDS_A_DAY <= clock.now();
}

async function dropKey(parts: ChangeSigningKeysParts, kid: string): Promise<StagedKey> {
  const { keys, clock, verifyMilliseconds } = parts;
  const now = clock.now();
  const key = keys.rows().find(({ id, droppedAt }) => id === kid && droppedAt === undefined);
  if (key === undefined) throw new NotFound('There is no such signing key.');
  const { sealedPrivateKey: _destroyed, ...publicHalf } = key;
  const dropped: SigningKey = { ...publicHalf, entityTag: nextEntityTag(key.entityTag), droppedAt: now };
  const dropping = replace(SIGNING_KEYS, dropped, key.entityTag);

  const { live } = stagesAt(keys.rows(), now, verifyMilliseconds);
  const [current] = live;
  if (current !== undefined && current.id !== kid) {
    await commit(parts, [dropping], [{ action: 'drop', kid }], [dropped]);
    return stagedKey(current);
  }
  // The current key goes: the one that is published already, else a new one, signs from this moment.
  const next = live.find(({ ordinal, signFrom }) => ordinal > key.ordinal && signFrom > now);
  const signFrom = now - CLOCK_SKEW_MILLISECONDS;
  if (next === undefined) {
    const fresh = await newKey(parts, signFrom);
    await commit(parts, [dropping, insert(SIGNING_KEYS, fresh)], dropEvents('create', kid, fresh), [fresh, dropped]);
    return stagedKey(fresh);
  }
  const promoted: SigningKey = { ...next, entityTag: nextEntityTag(next.entityTag), signFrom };
  const promoting = replace(SIGNING_KEYS, promoted, next.entityTag);
  await commit(parts, [dropping, promoting], dropEvents('promote', kid, next), [promoted, dropped]);
  return stagedKey(promoted);
}

const dropEvents = (action: 'create' | 'promote', kid: string, { id }: SigningKey): readonly SigningKeyEvent[] => [
  { action: 'drop', kid },
  { action, kid: id },
];

async function resealKeys(parts: ChangeSigningKeysParts, count: () => void): Promise<void> {
  const { sealing, keys } = parts;
  for (const key of keys.rows()) {
    const { id, sealedPrivateKey } = key;
    if (sealedPrivateKey === undefined || sealing.sealedUnder(sealedPrivateKey) === sealing.currentKeyId) continue;
    const context = privateKeyContext(id);
    const renewed: SigningKey = {
      ...key,
      entityTag: nextEntityTag(key.entityTag),
      sealedPrivateKey: sealing.seal(sealing.unseal(sealedPrivateKey, context), context),
    };
    await commit(parts, [replace(SIGNING_KEYS, renewed, key.entityTag)], [{ action: 'reseal', kid: id }], [renewed]);
    count();
  }
}

const stagedKey = ({ id, algorithm, signFrom }: SigningKey): StagedKey => ({ kid: id, algorithm, signFrom });
