import type { Clock } from '../clock/clock.ts';
import type { Change } from '../store/changes.ts';
import type { CommitOptions, Lease } from '../store/store.ts';
import { AlreadyExists, LeaseLost, StaleEntityTag } from '../store/store-errors.ts';
import { entityText } from './entity-text.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import { isTaken } from './sqlite-errors.ts';
import { type Table, type Tables, tableOf } from './tables.ts';
import type { Journal, WriteQueue } from './write-queue.ts';

const MOST_CHANGES = 200;

/** What writing stands on. */
export interface WritingParts {
  readonly connection: SqliteConnection;
  readonly clock: Clock;
  readonly tables: Tables;
  readonly queue: WriteQueue;
}

type Write = (journal: Journal) => void;

/** @returns the store's `commit` */
export function commitOver(
  parts: WritingParts,
): (changes: readonly Change[], options?: CommitOptions) => Promise<void> {
  const { connection, clock, queue } = parts;
  return async (changes, { id, under } = {}) => {
    if (changes.length > MOST_CHANGES) throw new RangeError(`a commit has at most ${MOST_CHANGES} changes`);
    // The entities become text now: what their maker does to them later must not reach the store.
    const writes = changes.map((change) => writeOf(parts, change));
    await queue.run((journal) => {
      if (id !== undefined && !isFirst(connection, clock, id)) return;
      if (under !== undefined) requireHeld(connection, under);
      for (const write of writes) write(journal);
    });
  };
}

function isFirst(connection: SqliteConnection, clock: Clock, id: string): boolean {
  return (
    connection.run('INSERT INTO commits (id, committed_at) VALUES (?, ?) ON CONFLICT DO NOTHING', id, clock.now()) > 0
  );
}

// Fencing: a holder that was paused beyond the end of its lease must not write over its successor's work. The fence alone
// decides, inside the transaction; clocks only say when a lease may pass on.
function requireHeld(connection: SqliteConnection, { name, fence }: Lease): void {
  const held = connection.first('SELECT 1 FROM leases WHERE name = ? AND fence = ?', name, fence);
  if (held === undefined) throw new LeaseLost(name);
}

function writeOf(parts: WritingParts, change: Change): Write {
  const table = tableOf(parts.tables, change.collection);
  switch (change.kind) {
    case 'insert':
    case 'replace':
      return writeOfEntity(parts, table, change.entity.id, textWrite(parts.connection, table, change));
    case 'remove':
      return writeOfEntity(parts, table, change.id, () => {
        const sql = `DELETE FROM ${table.name} WHERE id = ? AND entity_tag = ?`;
        requireOne(parts.connection.run(sql, change.id, change.ifMatch), table, change.id);
      });
    case 'expect':
      return () => {
        const sql = `SELECT 1 FROM ${table.name} WHERE id = ? AND entity_tag = ?`;
        if (parts.connection.first(sql, change.id, change.ifMatch) === undefined) {
          throw new StaleEntityTag(table.collection.name, change.id);
        }
      };
  }
}

function writeOfEntity(
  { connection, clock }: WritingParts,
  { collection }: Table,
  id: string,
  write: () => void,
): Write {
  return (journal) => {
    write();
    journal.touch(collection.name, id);
    if (!collection.followed) return;
    const sql = 'INSERT INTO changes (collection, entity_id, committed_at) VALUES (?, ?, ?)';
    connection.run(sql, collection.name, id, clock.now());
    journal.tellWatchers();
  };
}

function textWrite(
  connection: SqliteConnection,
  table: Table,
  change: Extract<Change, { readonly kind: 'insert' | 'replace' }>,
): () => void {
  const { collection, name } = table;
  const { id, entityTag } = change.entity;
  const text = entityText(collection, change.entity);
  const write =
    change.kind === 'insert'
      ? () => connection.run(`INSERT INTO ${name} (id, entity_tag, document) VALUES (?, ?, ?)`, id, entityTag, text)
      : () => {
          const sql = `UPDATE ${name} SET entity_tag = ?, document = ? WHERE id = ? AND entity_tag = ?`;
          requireOne(connection.run(sql, entityTag, text, id, change.ifMatch), table, id);
        };
  return () => {
    try {
      write();
    } catch (error) {
      if (isTaken(error)) throw new AlreadyExists(collection.name, { cause: error });
      throw error;
    }
  };
}

function requireOne(changed: number, { collection }: Table, id: string): void {
  if (changed === 0) throw new StaleEntityTag(collection.name, id);
}
