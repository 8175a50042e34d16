import { existsSync } from 'node:fs';
import type { Clock } from '../clock/clock.ts';
import type { MigrationStep, StoreMigrations } from '../store/store.ts';
import type { StoredCollection } from './entity-text.ts';
import { openConnection, retrying, type SqliteConnection } from './sqlite-connection.ts';
import { columnDefinition, columnOf, tableOf, tablesOf } from './tables.ts';

/** What the migrations of an embedded store need. */
export interface SqliteMigrationParts {
  /** Path of the file; its folder exists. */
  readonly file: string;
  readonly clock: Clock;
  readonly collections: readonly StoredCollection[];
}

interface SqlStep extends MigrationStep {
  readonly apply: (connection: SqliteConnection) => void;
}

const OWN_TABLES = `
  CREATE TABLE commits (id TEXT PRIMARY KEY, committed_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE INDEX commits_by_age ON commits (committed_at);
  CREATE TABLE changes (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT, collection TEXT NOT NULL, entity_id TEXT NOT NULL,
    committed_at INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE expiring_values (key TEXT PRIMARY KEY, value TEXT NOT NULL, expires_at INTEGER NOT NULL)
    STRICT, WITHOUT ROWID;
  CREATE INDEX expiring_values_by_end ON expiring_values (expires_at);
  CREATE TABLE leases (name TEXT PRIMARY KEY, fence INTEGER NOT NULL, expires_at INTEGER NOT NULL)
    STRICT, WITHOUT ROWID;
`;

/**
 * The structure of an embedded store's file, forward only. Its steps follow from the collections: one for each table and
 * one for each index. `pending` makes no file.
 */
export function sqliteMigrations({ file, clock, collections }: SqliteMigrationParts): StoreMigrations {
  const over = async <T>(work: (connection: SqliteConnection) => T | Promise<T>): Promise<T> => {
    const connection = await openConnection(file);
    try {
      return await work(connection);
    } finally {
      connection.close();
    }
  };
  return {
    async pending() {
      if (!existsSync(file)) return namesOf(stepsOf(collections));
      return over((connection) => retrying(() => namesOf(pendingSteps(connection, collections))));
    },
    apply: () => over((connection) => applyMigrations(connection, clock, collections)),
  };
}

/**
 * Does what is pending in one transaction; of processes that start together one does it and the others find it done.
 * @throws Error when the file was made by a newer version
 */
export async function applyMigrations(
  connection: SqliteConnection,
  clock: Clock,
  collections: readonly StoredCollection[],
): Promise<readonly MigrationStep[]> {
  return retrying(() => {
    if (pendingSteps(connection, collections).length === 0) return [];
    connection.execute('BEGIN IMMEDIATE');
    try {
      connection.execute(
        'CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY, applied_at INTEGER NOT NULL) STRICT, WITHOUT ROWID',
      );
      const steps = pendingSteps(connection, collections);
      for (const step of steps) {
        step.apply(connection);
        connection.run('INSERT INTO migrations (name, applied_at) VALUES (?, ?)', step.name, clock.now());
      }
      connection.execute('COMMIT');
      return namesOf(steps);
    } catch (error) {
      if (connection.inTransaction()) connection.execute('ROLLBACK');
      throw error;
    }
  });
}

function pendingSteps(connection: SqliteConnection, collections: readonly StoredCollection[]): readonly SqlStep[] {
  const steps = stepsOf(collections);
  const known = new Set(steps.map(({ name }) => name));
  const applied = appliedNames(connection);
  const foreign = applied.find((name) => !known.has(name));
  // Going on would leave out what the newer version relies on, such as an index that keeps a value unique.
  if (foreign !== undefined) {
    throw new Error(`The store was made by a newer version of the service: it has '${foreign}', unknown to this one.`);
  }
  return steps.filter(({ name }) => !applied.includes(name));
}

function appliedNames(connection: SqliteConnection): readonly string[] {
  const table = connection.first("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'migrations'");
  if (table === undefined) return [];
  return connection.all('SELECT name FROM migrations ORDER BY name').map((row) => String(row['name']));
}

/** Once released, a step's name and work stay: whoever changes or drops an index adds steps and keeps the old ones. */
function stepsOf(collections: readonly StoredCollection[]): readonly SqlStep[] {
  const tables = tablesOf(collections);
  const forCollections = collections.flatMap((collection) => [
    tableStep(collection, tableOf(tables, collection).name),
    ...Object.keys(collection.indexes).map((index) => indexStep(collection, tableOf(tables, collection).name, index)),
  ]);
  return [
    { name: '0001 create the tables of the store itself', apply: (connection) => connection.execute(OWN_TABLES) },
    ...forCollections,
  ];
}

function tableStep(collection: StoredCollection, table: string): SqlStep {
  return {
    name: `create ${collection.name}`,
    apply: (connection) =>
      connection.execute(
        `CREATE TABLE ${table} (id TEXT PRIMARY KEY, entity_tag TEXT NOT NULL, document TEXT NOT NULL) STRICT`,
      ),
  };
}

function indexStep(collection: StoredCollection, table: string, index: string): SqlStep {
  const { fields = [], unique = false } = collection.indexes[index] ?? {};
  return {
    name: `index ${collection.name}.${index} ${unique ? 'unique ' : ''}on ${fields.join(', ')}`,
    apply(connection) {
      const columns = connection.all(`PRAGMA table_xinfo(${table})`).map((row) => `"${String(row['name'])}"`);
      for (const field of fields) {
        if (field === 'id' || columns.includes(columnOf(field))) continue;
        connection.execute(`ALTER TABLE ${table} ADD COLUMN ${columnDefinition(collection, field)}`);
      }
      // A NULL is equal to nothing in a unique index of SQLite, so entities that lack a field are left out of it.
      connection.execute(
        `CREATE ${unique ? 'UNIQUE ' : ''}INDEX "${collection.name}.${index}" ON ${table} (${fields.map(columnOf).join(', ')})`,
      );
    },
  };
}

function namesOf(steps: readonly SqlStep[]): readonly MigrationStep[] {
  return steps.map(({ name }) => ({ name }));
}
