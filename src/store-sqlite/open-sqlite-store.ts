import type { Clock } from '../clock/clock.ts';
import type { Collection, Entity } from '../store/collection.ts';
import type { Reader, Store } from '../store/store.ts';
import { bulkWrites } from './bulk-writes.ts';
import { type ChangeFeed, changeFeed } from './change-feed.ts';
import { type Checkpoints, checkpoints } from './checkpoints.ts';
import type { StoredCollection } from './entity-text.ts';
import { type ForeignWrites, foreignWrites, type RowCache, rowCache } from './row-cache.ts';
import { commitOver } from './sqlite-commit.ts';
import { openConnection, retrying, type SqliteConnection } from './sqlite-connection.ts';
import { sqliteExpiringValues } from './sqlite-expiring-values.ts';
import { leasesOver } from './sqlite-leases.ts';
import { applyMigrations } from './sqlite-migrations.ts';
import { sweepOver } from './sweep.ts';
import { type ReadingParts, type TableReader, tableReader } from './table-reader.ts';
import { type Tables, tableOf, tablesOf } from './tables.ts';
import { type WriteQueue, writeQueue } from './write-queue.ts';

/** What an embedded store is opened with. */
export interface SqliteStoreParts {
  /** Path of the file; its folder exists. The file is made, with mode 0600, when it is missing. */
  readonly file: string;
  /** Decides when expiring values and leases end. */
  readonly clock: Clock;
  /** Everything the store is to keep. */
  readonly collections: readonly StoredCollection[];
}

/**
 * The embedded back-end: everything in one SQLite file, shared by the processes of one machine. This folder owns that
 * file, its structure and the cache of its rows; it knows no entity and no rule about one.
 * @throws StoreUnavailable  the file cannot be opened
 * @throws Error             the file was made by a newer version
 */
export async function openSqliteStore({ file, clock, collections }: SqliteStoreParts): Promise<Store> {
  const tables = tablesOf(collections);
  const connection = await openConnection(file);
  try {
    await applyMigrations(connection, clock, collections);
    return assembleStore({ connection, clock, tables, checkpointing: checkpoints({ file }) });
  } catch (error) {
    connection.close();
    throw error;
  }
}

interface AssemblyParts {
  readonly connection: SqliteConnection;
  readonly clock: Clock;
  readonly tables: Tables;
  readonly checkpointing: Checkpoints;
}

function assembleStore({ connection, clock, tables, checkpointing }: AssemblyParts): Store {
  const cache = rowCache();
  const foreign = foreignWrites(connection, () => {
    cache.forgetAll();
    feed.expectForeignChanges();
  });
  const rows = tableReaders(tables, { connection, cache, foreign });
  const feed = changeFeed({
    connection,
    foreign,
    read: (collection, id) => rows(collection).get(id),
    readAll: (collection) => rows(collection).all(),
  });
  const queue = queueOver({ connection, cache, feed, checkpointing, sweep: () => sweep() });
  const sweep = sweepOver(connection, clock, queue);
  const writing = { connection, clock, tables, queue };

  return {
    read: readersOf(rows, foreign),
    // Every read here is exact and, for a hot row, as cheap: see `RowCache`.
    readRecent: readersOf(rows, foreign),
    recentReadCounts() {
      const { hits, misses } = cache.counts;
      return { hits, misses, fills: misses, fallbacks: 0, graces: 0 };
    },
    commit: commitOver(writing),
    ...bulkWrites(writing),
    async watch(collections, onChange, since, onLost) {
      for (const collection of collections) {
        if (!tableOf(tables, collection).collection.followed) throw new TypeError(`${collection.name} is not followed`);
      }
      return retrying(() => feed.watch(new Set(collections.map(({ name }) => name)), onChange, since, onLost));
    },
    lease: leasesOver(writing),
    expiring: sqliteExpiringValues(writing),
    snapshots: { save: async () => undefined, load: async () => undefined },
    ping: () =>
      retrying(() => {
        connection.requireSameFile();
        connection.first('SELECT name FROM migrations LIMIT 1');
      }),
    describe: () =>
      retrying(() => [`SQLite ${String(connection.first('SELECT sqlite_version() AS version')?.['version'])}`]),
    async close() {
      feed.close();
      await queue.drained();
      await checkpointing.close();
      connection.close();
    },
  };
}

interface QueueParts {
  readonly connection: SqliteConnection;
  readonly cache: RowCache;
  readonly feed: ChangeFeed;
  readonly checkpointing: Checkpoints;
  readonly sweep: () => void;
}

function queueOver({ connection, cache, feed, checkpointing, sweep }: QueueParts): WriteQueue {
  return writeQueue({
    connection,
    onCommit(touched, watchersConcerned) {
      for (const [collection, id] of touched) cache.forget(collection, id);
      if (watchersConcerned) feed.deliver();
      sweep();
      checkpointing.committed();
    },
    onFailure: cache.forgetAll,
    heldBy: checkpointing.underWay,
  });
}

function tableReaders(tables: Tables, parts: ReadingParts): (collection: string) => TableReader {
  const readers = new Map<string, TableReader>();
  return (name) => {
    let reader = readers.get(name);
    if (reader === undefined) {
      reader = tableReader(tableOf(tables, { name }), parts);
      readers.set(name, reader);
    }
    return reader;
  };
}

function readersOf(rows: (collection: string) => TableReader, foreign: ForeignWrites): Store['read'] {
  const afterLook = <Read>(work: () => Read): Promise<Read> => {
    const looking = foreign.sharedLook();
    return looking === undefined ? retrying(work) : looking.then(() => retrying(work));
  };
  return <T extends Entity, Index extends string>({ name }: Collection<T, Index>): Reader<T, Index> => {
    const table = rows(name);
    const reader: Reader<Entity, string> = {
      get: (id) => afterLook(() => table.get(id)),
      find: (index, values) => afterLook(() => table.find(index, values)),
      page: (index, request) => retrying(() => table.page(index, request)),
      count: (index, equals, limit) => retrying(() => table.count(index, equals, limit)),
    };
    // A table holds only what was committed to the collection of its name, and those entities are of the type T.
    return reader as unknown as Reader<T, Index>;
  };
}
