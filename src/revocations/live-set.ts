import type { Clock } from '../clock/clock.ts';
import { StoreUnavailable } from '../problems/request-problems.ts';
import type { IndexValue } from '../store/collection.ts';
import type { Store, StoredChange } from '../store/store.ts';
import type { RevocationSubject } from '../token-format/revocation-subjects.ts';
import { REVOCATIONS, type Revocation } from './revocation.ts';

/** What is revoked now, in memory: asked for every token. */
export interface LiveSet {
  /**
   * Answers from memory, without a store call, while the process is sure to hear of revocations within a second; else from
   * the primary; while that cannot be reached, from memory for the grace.
   * @returns whether any of the subjects' generations was cut off
   * @throws StoreUnavailable it cannot be known: never taken for "not revoked", never for "revoked"
   */
  revokes(subjects: readonly RevocationSubject[]): Promise<boolean>;
  /**
   * Takes in a cut-off that another process has committed and that has not arrived here yet, so that an answer which says
   * "it is revoked" holds on this node as well. @param expiresAt until when it matters
   */
  learn(subject: string, minimum: number, expiresAt: number): void;
  /** Forgets what has expired. */
  sweep(): void;
  readonly size: number;
  close(): Promise<void>;
}

/** What the live set stands on. */
export interface LiveSetParts {
  readonly store: Store;
  readonly clock: Clock;
}

interface Minimum {
  readonly minimum: number;
  readonly expiresAt: number;
}

const LOAD_PAGE_ROWS = 1000;

/**
 * Opens the live set: follows the store's changes first and loads what is there after, so that nothing committed in
 * between is missed.
 */
export async function openLiveSet({ store, clock }: LiveSetParts): Promise<LiveSet> {
  const minimums = new Map<string, Minimum>();

  const learn = ({ subject, minimum, expiresAt }: Pick<Revocation, 'subject' | 'minimum' | 'expiresAt'>): void => {
    const known = minimums.get(subject);
    // Minimums only ever grow: a change that is delivered twice, or late, must not bring a revoked token back.
    minimums.set(subject, {
      minimum: Math.max(minimum, known?.minimum ?? 0),
      expiresAt: Math.max(expiresAt, known?.expiresAt ?? 0),
    });
  };

  const subscription = await store.watch([REVOCATIONS], ({ entity }: StoredChange) => {
    // The subscription names one collection, so every entity that it delivers is a Revocation.
    if (entity !== undefined) learn(entity as Revocation);
  });
  await loadAll(store, learn);

  return {
    async revokes(subjects) {
      subscription.catchUp();
      const revoked = subjects.some(([subject, generation]) => generation < (minimums.get(subject)?.minimum ?? 0));
      // What was taken back stays so, however old the memory is; only "not revoked" needs proof.
      if (revoked || subscription.isCurrent()) return revoked;
      try {
        return await revokedInStore(store, subjects);
      } catch (error) {
        if (error instanceof StoreUnavailable && subscription.wasCurrentLately()) return false;
        throw error;
      }
    },
    learn: (subject, minimum, expiresAt) => learn({ subject, minimum, expiresAt }),
    sweep() {
      const now = clock.now();
      for (const [subject, { expiresAt }] of minimums) if (expiresAt < now) minimums.delete(subject);
    },
    get size() {
      return minimums.size;
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
