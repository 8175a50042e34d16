import type { Clock } from '../clock/clock.ts';
import { StoreUnavailable } from '../problems/request-problems.ts';
import type { Sequence, Store } from '../store/store.ts';
import type { RevokedSubjects } from './revoked-subjects.ts';
import { openedChunks, SnapshotUnusable, sealedChunks } from './sealed-chunks.ts';
import { headOf, type SnapshotHead, snapshotContent, takeIn } from './snapshot-content.ts';

/** Copies of the set near to every node, so that a million records need not be read one by one at a start. */
export interface RevocationSnapshots {
  /** @returns the place from which the rest is to be told; `undefined`: everything must be read from the durable store */
  load(): Promise<Sequence | undefined>;
  /** Writes the copy anew when it is gone, is not authentic, or is old and there is news. @param position of what is in memory */
  refill(position: () => Sequence): Promise<void>;
}

/** What they stand on. */
export interface RevocationSnapshotsParts {
  readonly store: Pick<Store, 'snapshots'>;
  readonly clock: Clock;
  readonly revoked: RevokedSubjects;
  /** Authenticate the copies; the first is for new ones. */
  readonly keys: readonly Buffer[];
  readonly logger: RevocationLogger;
}

/** What the operator is told. */
export interface RevocationLogger {
  debug(facts: object, sentence: string): void;
  warn(facts: object, sentence: string): void;
}

const NAME = 'revocations';
/** How old a copy may become while there is news: so much is told again to who starts from it. */
const STALE_MILLISECONDS = 60_000;
/** Copies live an hour where they lie. */
const RENEW_MILLISECONDS = 1_800_000;

/** @returns the snapshots of one process's set */
export function revocationSnapshots(parts: RevocationSnapshotsParts): RevocationSnapshots {
  const { store, clock, revoked, keys, logger } = parts;
  const [writingKey] = keys;
  if (writingKey === undefined) throw new RangeError('a snapshot needs a key');
  let savedAt: number | undefined;
  let isFailing = false;

  const isGood = ({ madeAt }: SnapshotHead): boolean => {
    const age = Math.abs(clock.now() - madeAt);
    return age < STALE_MILLISECONDS || (age < RENEW_MILLISECONDS && savedAt === revoked.learned);
  };
  const renew = async (position: () => Sequence): Promise<void> => {
    const head = await headInStore(parts);
    if (head !== undefined && isGood(head)) return;
    const { learned } = revoked;
    // Asked for when the writing begins, and before anything is copied: what comes later is behind this place.
    const content = async function* () {
      yield* snapshotContent({ sequence: position(), madeAt: clock.now() }, revoked);
    };
    await store.snapshots.save(NAME, sealedChunks(writingKey, content()));
    savedAt = learned;
  };

  return {
    async load() {
      try {
        const chunks = await store.snapshots.load(NAME);
        if (chunks === undefined) return undefined;
        return (await takeIn(openedChunks(keys, chunks), revoked)).sequence;
      } catch (error) {
        if (error instanceof SnapshotUnusable) warnOf(error, logger);
        else if (!(error instanceof StoreUnavailable)) throw error;
        return undefined;
      }
    },

    async refill(position) {
      try {
        await renew(position);
        isFailing = false;
      } catch (error) {
        if (!(error instanceof StoreUnavailable)) throw error;
        // Nothing depends on it but how long a start takes; so it is told once, and tried again at every turn.
        if (!isFailing) logger.warn({ err: error }, 'the snapshot of revocations could not be written');
        isFailing = true;
      }
    },
  };
}

/** @returns the head of the snapshot that is there; `undefined` when there is none that could be loaded */
async function headInStore({ store, keys, logger }: RevocationSnapshotsParts): Promise<SnapshotHead | undefined> {
  const chunks = await store.snapshots.load(NAME);
  if (chunks === undefined) return undefined;
  try {
    for await (const payload of openedChunks(keys, chunks)) return headOf(payload);
  } catch (error) {
    if (!(error instanceof SnapshotUnusable)) throw error;
    warnOf(error, logger);
  }
  return undefined;
}

function warnOf({ forged, message }: SnapshotUnusable, logger: RevocationLogger): void {
  logger.warn(
    { reason: message },
    forged
      ? 'the snapshot of revocations is not authentic: somebody else wrote it, or its master key is not known here; it is not used'
      : 'the snapshot of revocations is not whole, and is not used',
  );
}
