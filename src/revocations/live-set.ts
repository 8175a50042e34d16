import type { Clock } from '../clock/clock.ts';
import { StoreUnavailable } from '../problems/request-problems.ts';
import { everyPage } from '../store/every-page.ts';
import { type Hearing, hearingOf } from '../store/hearing.ts';
import type { Sequence, Store, StoredChange, Subscription } from '../store/store.ts';
import type { RevocationSubject } from '../token-format/revocation-subjects.ts';
import { REVOCATIONS, type Revocation } from './revocation.ts';
import { type RevocationLogger, type RevocationSnapshots, revocationSnapshots } from './revocation-snapshots.ts';
import { type RevokedSubjects, type RevokedSubjectsSize, revokedSubjects } from './revoked-subjects.ts';

/** What is revoked now, in memory: asked for every token. */
export interface LiveSet extends RevokedSubjectsSize {
  /** By what it was told since the start whether something was revoked. */
  readonly checks: Readonly<CheckCounts>;
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
  /** How well it hears of what others take back. */
  hearing(): Hearing;
  /** Forgets what has expired, and gives back its memory. */
  sweep(): Promise<void>;
  /** Background work: writes the snapshot for starting nodes when it is gone or stale, while this set is current. */
  refillSnapshot(): Promise<void>;
  close(): Promise<void>;
}

/** How many checks were answered from where. */
export interface CheckCounts {
  memory: number;
  /** The durable store was asked: the memory could not be trusted, or the filter seemed to have it. */
  primary: number;
  /** From memory, within the grace, while the primary could not be asked. */
  grace: number;
  /** Not at all: the caller was told that it cannot be known. */
  unknown: number;
}

/** What the live set stands on. */
export interface LiveSetParts {
  readonly store: Store;
  readonly clock: Clock;
  /** How many single tokens and grants are held exactly. Default: 1,000,000; tests take less. */
  readonly singlesLimit?: number;
  /** Authenticate the snapshots that starting nodes load; the first is for new ones. Default: no snapshots. */
  readonly snapshotKeys?: readonly Buffer[];
  /** Default: silent. */
  readonly logger?: RevocationLogger;
  /**
   * Told, once it is open, of everything that arrives for the first time: how long after it was made, in milliseconds, by
   * two clocks that may differ.
   */
  readonly onArrival?: (milliseconds: number) => void;
}

/** Of 1,000 the rows of one page, parsed, outgrow the young generation: 20 MB that come back late, for 10 % of the time. */
const LOAD_PAGE_ROWS = 500;
const SILENT: RevocationLogger = { debug: () => undefined, warn: () => undefined };

/** Opens the live set; it is complete when it returns. */
export async function openLiveSet(parts: LiveSetParts): Promise<LiveSet> {
  const { store, clock, singlesLimit, snapshotKeys, logger = SILENT, onArrival } = parts;
  const revoked = revokedSubjects(clock, singlesLimit);
  const snapshots = snapshotKeys && revocationSnapshots({ ...{ store, clock, revoked, logger }, keys: snapshotKeys });
  let isOpen = false;
  const arrive = (revocation: Revocation): void => {
    requireWhole(revocation);
    // Both ways bring everything: what the first has brought is known when the second comes.
    const isNews = isOpen && revoked.judge([[revocation.subject, revocation.minimum - 1]]) === false;
    learnFrom(revoked, revocation);
    if (isNews) onArrival?.(clock.now() - revocation.createdAt);
  };
  const subscription = await fill({ store, revoked, snapshots, logger, arrive });
  isOpen = true;
  const checks: CheckCounts = { memory: 0, primary: 0, grace: 0, unknown: 0 };

  return {
    async revokes(subjects) {
      subscription.catchUp();
      const verdict = revoked.judge(subjects);
      const isCurrent = verdict === true || subscription.isCurrent();
      // What was taken back stays so, however old the memory is; only "not revoked" needs proof.
      if (typeof verdict === 'boolean' && isCurrent) {
        checks.memory += 1;
        return verdict;
      }
      try {
        const revokedThere = await revokedInStore(store, isCurrent && verdict !== false ? verdict : subjects);
        checks.primary += 1;
        return revokedThere || revoked.judge(subjects) === true;
      } catch (error) {
        // What was heard while the primary was asked counts.
        const heard = revoked.judge(subjects);
        const isKnown = heard === true || (heard === false && subscription.wasCurrentLately());
        const goesOn = error instanceof StoreUnavailable && isKnown;
        checks[goesOn ? 'grace' : 'unknown'] += 1;
        if (goesOn) return heard === true;
        throw error;
      }
    },
    checks,
    learn: revoked.learn,
    hearing: () => hearingOf(subscription),
    sweep: revoked.sweep,
    async refillSnapshot() {
      if (subscription.isCurrent()) await snapshots?.refill(subscription.position);
    },
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

interface FillParts {
  readonly store: Store;
  readonly revoked: RevokedSubjects;
  readonly snapshots: RevocationSnapshots | undefined;
  readonly logger: RevocationLogger;
  /** Takes in what the stream tells. */
  readonly arrive: (revocation: Revocation) => void;
}

/** Takes in all that is revoked, and follows what comes. */
async function fill({ store, revoked, snapshots, logger, arrive }: FillParts): Promise<Subscription> {
  const begunAt = performance.now();
  const follow = (since?: Sequence): Promise<Subscription> =>
    store.watch(
      [REVOCATIONS],
      // The subscription names one collection, so every entity that it delivers is a Revocation.
      ({ entity }: StoredChange) => entity !== undefined && arrive(entity as Revocation),
      since,
    );
  const tell = (from: 'snapshot' | 'store'): void => {
    const { size, generations, filtered } = revoked;
    const milliseconds = Math.round(performance.now() - begunAt);
    logger.debug({ from, milliseconds, size, generations, filtered }, 'what was taken back is known');
  };

  const since = await snapshots?.load();
  const resumed = since === undefined ? undefined : await follow(since).catch(undefinedWhenUnavailable);
  if (resumed !== undefined) {
    tell('snapshot');
    return resumed;
  }
  // Follows first and loads what is there after, so that nothing committed in between is missed.
  const subscription = await follow();
  await loadAll(store, (revocation) => learnFrom(revoked, revocation));
  tell('store');
  return subscription;
}

const learnFrom = (revoked: RevokedSubjects, { subject, minimum, expiresAt }: Revocation): void =>
  revoked.learn(subject, minimum, expiresAt);

/** @throws TypeError a number is missing: the larger of it and a number that is known would be none, and revoke nothing */
function requireWhole({ id, minimum, expiresAt }: Revocation): void {
  if (Number.isSafeInteger(minimum) && Number.isSafeInteger(expiresAt)) return;
  throw new TypeError(`the revocation ${id} is not whole`);
}

/** A stream that does not come up must not keep a node from starting: it can still ask the primary. */
function undefinedWhenUnavailable(error: unknown): undefined {
  if (!(error instanceof StoreUnavailable)) throw error;
}

async function revokedInStore(store: Store, subjects: readonly RevocationSubject[]): Promise<boolean> {
  const highest = { limit: 1, descending: true };
  const pages = await Promise.all(
    subjects.map(([subject]) => store.read(REVOCATIONS).page('bySubject', { ...highest, equals: [subject] })),
  );
  return pages.some(({ rows: [row] }, position) => (subjects[position]?.[1] ?? 0) < (row?.minimum ?? 0));
}

async function loadAll(store: Store, learn: (revocation: Revocation) => void): Promise<void> {
  const pages = everyPage(store.read(REVOCATIONS), 'byExpiry', { equals: [], limit: LOAD_PAGE_ROWS });
  for await (const rows of pages) rows.forEach(learn);
}
