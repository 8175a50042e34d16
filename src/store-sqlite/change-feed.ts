import type { Entity } from '../store/collection.ts';
import type { Sequence, StoredChange, Subscription } from '../store/store.ts';
import type { ForeignWrites } from './row-cache.ts';
import type { SqliteConnection } from './sqlite-connection.ts';

/** How often another process's commits are looked for. */
const POLL_MILLISECONDS = 100;
const CHANGES_PER_READ = 500;

/** Tells those who watch what was committed to followed collections, in order. */
export interface ChangeFeed {
  /** When the changes after `since` are no longer kept, every entity is delivered instead. */
  watch(
    names: ReadonlySet<string>,
    onChange: (change: StoredChange) => void,
    since: Sequence | undefined,
    onLost?: () => void,
  ): Subscription;
  /** Delivers what this process has just committed. */
  deliver(): void;
  /** Another process has committed; what it was is delivered by `catchUp` or by the next look. */
  expectForeignChanges(): void;
  close(): void;
}

/** What the feed stands on. */
export interface ChangeFeedParts {
  readonly connection: SqliteConnection;
  readonly foreign: Pick<ForeignWrites, 'check' | 'look'>;
  /** Reads the entity as it is now. */
  readonly read: (collection: string, id: string) => Entity | undefined;
  /** Reads all entities as they are now. */
  readonly readAll: (collection: string) => Iterable<Entity>;
}

interface Watcher {
  readonly names: ReadonlySet<string>;
  readonly onChange: (change: StoredChange) => void;
  /** The last sequence that was delivered or passed over. */
  position: number;
}

/** @returns a feed that nobody watches */
export function changeFeed(parts: ChangeFeedParts): ChangeFeed {
  const { connection, foreign } = parts;
  const watchers = new Set<Watcher>();
  let undelivered = false;
  let delivering = false;
  let poll: NodeJS.Timeout | undefined;

  const deliver = (): void => {
    undelivered = true;
    // Whoever asks while it is being delivered is told by the call under way.
    if (delivering) return;
    delivering = true;
    try {
      while (undelivered) {
        // Taken back before the reading, never after it: what another process commits meanwhile sets it again. Cleared
        // after, it would wipe that out, and the change, an answered revocation perhaps, would not be told for good.
        undelivered = false;
        for (const watcher of watchers) deliverTo(parts, watcher, () => watchers.has(watcher));
      }
    } catch (error) {
      undelivered = true;
      throw error;
    } finally {
      delivering = false;
    }
  };
  const catchUp = (): void => {
    foreign.check();
    if (undelivered) deliver();
  };
  const look = (): void => {
    try {
      catchUp();
    } catch {
      // A store that cannot be read tells so to every caller; the feed goes on when it can.
    }
  };
  const stop = (): void => {
    clearInterval(poll);
    poll = undefined;
  };

  return {
    deliver,
    expectForeignChanges() {
      undelivered = true;
    },
    watch(names, onChange, since, onLost) {
      const { position, lost } = startOf(connection, since);
      const watcher: Watcher = { names, onChange, position };
      if (lost) {
        onLost?.();
        tellAll(parts, watcher);
      }
      watchers.add(watcher);
      poll ??= setInterval(look, POLL_MILLISECONDS).unref();
      undelivered = true;
      look();
      return {
        catchUp,
        isCurrent: () => true,
        wasCurrentLately: () => true,
        position: () => String(watcher.position),
        lags: () => ({ file: 0 }),
        async close() {
          watchers.delete(watcher);
          if (watchers.size === 0) stop();
        },
      };
    },
    close() {
      watchers.clear();
      stop();
    },
  };
}

function deliverTo({ connection, foreign, read }: ChangeFeedParts, watcher: Watcher, isOpen: () => boolean): void {
  for (let more = true; more && isOpen(); ) {
    const rows = connection.all(
      'SELECT sequence, collection, entity_id FROM changes WHERE sequence > ? ORDER BY sequence LIMIT ?',
      watcher.position,
      CHANGES_PER_READ,
    );
    more = rows.length === CHANGES_PER_READ;
    // These may be newer than the last look: a row kept before them would be told as the new state, and never again.
    if (rows.length > 0) foreign.look();
    for (const row of rows) {
      if (!isOpen()) return;
      const [collection, id] = [String(row['collection']), String(row['entity_id'])];
      const entity = watcher.names.has(collection) ? read(collection, id) : undefined;
      watcher.position = Number(row['sequence']);
      if (watcher.names.has(collection)) tell(watcher, { sequence: String(watcher.position), collection, id, entity });
    }
  }
}

function tell({ onChange }: Watcher, change: StoredChange): void {
  try {
    onChange(change);
  } catch (error) {
    // The commit has been made, so its caller cannot be told; yet a revocation that nobody applies must not pass unseen.
    queueMicrotask(() => {
      throw error;
    });
  }
}

function tellAll({ readAll }: ChangeFeedParts, watcher: Watcher): void {
  const sequence = String(watcher.position);
  for (const collection of watcher.names) {
    for (const entity of readAll(collection)) tell(watcher, { sequence, collection, id: entity.id, entity });
  }
}

/** @returns where to begin, and whether changes after `since` are not kept: too old, or of a file that was put back */
function startOf(connection: SqliteConnection, since: Sequence | undefined) {
  // AUTOINCREMENT never uses a number twice and remembers the last one, also when all rows have been removed.
  const last = Number(connection.first("SELECT seq FROM sqlite_sequence WHERE name = 'changes'")?.['seq'] ?? 0);
  if (since === undefined) return { position: last, lost: false };
  const position = Number(since);
  const first = Number(connection.first('SELECT min(sequence) AS first FROM changes')?.['first'] ?? last + 1);
  const lost = !Number.isSafeInteger(position) || position < first - 1 || position > last;
  return { position: lost ? last : position, lost };
}
