import type { Clock } from '../clock/clock.ts';
import { StoreUnavailable } from '../problems/request-problems.ts';
import type { IndexValue } from '../store/collection.ts';
import type { Store, StoredChange } from '../store/store.ts';
import type { RevocationSubject } from '../token-format/revocation-subjects.ts';
import { REVOCATIONS, type Revocation } from './revocation.ts';
import { type RevokedSubjectsSize, revokedSubjects } from './revoked-subjects.ts';

/** What is revoked now, in memory: asked for every token. */
export interface LiveSet extends RevokedSubjectsSize {
  /**
   * Answers from memory, without a store call, while the process is sure to hear of revocations within a second; else from
   * the primary; while that cannot be reached, from memory for the grace. What only the filter seems to have is always
   * looked up.
   * @returns whether any of the subjects' generations was cut off
   * @throws StoreUnavailable it cannot be known: never taken for "not revoked", never for "revoked"
   */
  revokes(subjects: readonly RevocationSubject[]): Promise<boolean>;
  /**
   * Takes in a cut-off that another process has committed and that has not arrived here yet, so that an answer which says
   * "it is revoked" holds on this node as well. @param expiresAt until when it matters
   */
  learn(subject: string, minimum: number, expiresAt: number): void;
  /** Forgets what has expired, and gives back its memory. */
  sweep(): Promise<void>;
  close(): Promise<void>;
}

/** What the live set stands on. */
export interface LiveSetParts {
  readonly store: Store;
  readonly clock: Clock;
  /** How many single tokens and grants are held exactly. Default: 1,000,000; tests take less. */
  readonly singlesLimit?: number;
}

const LOAD_PAGE_ROWS = 1000;

/**
 * Opens the live set: follows the store's changes first and loads what is there after, so that nothing committed in
 * between is missed.
 */
export async function openLiveSet({ store, clock, singlesLimit }: LiveSetParts): Promise<LiveSet> {
  const revoked = revokedSubjects(clock, singlesLimit);
  const learn = ({ subject, minimum, expiresAt }: Revocation): void => revoked.learn(subject, minimum, expiresAt);

  const subscription = await store.watch([REVOCATIONS], ({ entity }: StoredChange) => {
    // The subscription names one collection, so every entity that it delivers is a Revocation.
    if (entity !== undefined) learn(entity as Revocation);
  });
  await loadAll(store, learn);

  return {
    async revokes(subjects) {
      subscription.catchUp();
      const verdict = revoked.judge(subjects);
      // What was taken back stays so, however old the memory is; only "not revoked" needs proof.
      if (verdict === true) return true;
      if (subscription.isCurrent()) return verdict === false ? false : revokedInStore(store, verdict);
      try {
        return await revokedInStore(store, subjects);
      } catch (error) {
        const isKnown = verdict === false && subscription.wasCurrentLately();
        if (error instanceof StoreUnavailable && isKnown) return false;
        throw error;
      }
    },
    learn: revoked.learn,
    sweep: revoked.sweep,
    get size() {
      return revoked.size;
    },
    get generations() {
      return revoked.generations;
    },
    get filtered() {
      return revoked.filtered;
    },
    get bytes() {
      return revoked.bytes;
    },
    close: () => subscription.close(),
  };
}

async function revokedInStore(store: Store, subjects: readonly RevocationSubject[]): Promise<boolean> {
  const highest = { limit: 1, descending: true };
  const pages = await Promise.all(
    subjects.map(([subject]) => store.read(REVOCATIONS).page('bySubject', { ...highest, equals: [subject] })),
  );
  return pages.some(({ rows: [row] }, position) => (subjects[position]?.[1] ?? 0) < (row?.minimum ?? 0));
}

async function loadAll(store: Store, learn: (revocation: Revocation) => void): Promise<void> {
  let after: readonly IndexValue[] | undefined;
  do {
    const page = await store.read(REVOCATIONS).page('byExpiry', { equals: [], after, limit: LOAD_PAGE_ROWS });
    page.rows.forEach(learn);
    after = page.next;
  } while (after !== undefined);
}
