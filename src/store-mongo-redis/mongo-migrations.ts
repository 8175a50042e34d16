import { setTimeout as after } from 'node:timers/promises';
import type { Connection, mongo } from 'mongoose';
import type { Clock } from '../clock/clock.ts';
import type { MigrationStep } from '../store/store.ts';
import type { AnyCollection } from './documents.ts';
import { INTERNAL_COLLECTIONS } from './entity-models.ts';
import { nativeDatabase } from './mongo-connection.ts';
import { mongoLeases } from './mongo-leases.ts';
import { type IndexToBe, structureOf } from './structure.ts';

/** The store lacks collections or indexes, and was not told to make them. */
export class MigrationsPending extends Error {
  readonly steps: readonly MigrationStep[];

  constructor(steps: readonly MigrationStep[]) {
    const names = steps.map(({ name }) => name).join(', ');
    super(`The store needs ${steps.length} migration steps first (${names}). Run: node src/main.ts migrate`);
    this.name = 'MigrationsPending';
    this.steps = steps;
  }
}

interface Step extends MigrationStep {
  run(): Promise<unknown>;
}

const LEASE_MILLISECONDS = 30_000;
const RENEW_MILLISECONDS = 10_000;

/** @returns what the definitions ask for and the database lacks, in order */
export async function missingMigrations(
  connection: Connection,
  collections: readonly AnyCollection[],
): Promise<readonly MigrationStep[]> {
  return namesOf(await missingSteps(connection, collections));
}

/** Makes it, once among all processes; nothing is ever removed, so older processes go on. @returns what was made */
export async function applyMissingMigrations(
  connection: Connection,
  collections: readonly AnyCollection[],
  clock: Clock,
): Promise<readonly MigrationStep[]> {
  const leases = mongoLeases(connection);
  for (;;) {
    if ((await missingSteps(connection, collections)).length === 0) return [];
    const lease = await leases.acquire('migrations', LEASE_MILLISECONDS);
    if (lease === undefined) {
      await after(200);
      continue;
    }
    // An index of a large collection takes longer than a lease.
    const renewal = setInterval(() => void lease.renew(LEASE_MILLISECONDS).catch(() => undefined), RENEW_MILLISECONDS);
    try {
      const steps = await missingSteps(connection, collections);
      for (const step of steps) {
        await step.run();
        await record(connection, step, clock);
      }
      return namesOf(steps);
    } finally {
      clearInterval(renewal);
      await lease.release();
    }
  }
}

async function record(connection: Connection, { name }: MigrationStep, clock: Clock): Promise<void> {
  const migrations = nativeDatabase(connection).collection<{ _id: string; appliedAt: number }>(
    INTERNAL_COLLECTIONS.migrations,
  );
  await migrations.updateOne({ _id: name }, { $set: { appliedAt: clock.now() } }, { upsert: true });
}

async function missingSteps(connection: Connection, collections: readonly AnyCollection[]): Promise<readonly Step[]> {
  const database = nativeDatabase(connection);
  const existing = new Set((await database.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name));
  const perCollection = await Promise.all(
    structureOf(collections).map(async ({ collection, indexes }): Promise<readonly Step[]> => {
      if (!existing.has(collection)) {
        const create = async () => {
          await database.createCollection(collection);
          if (indexes.length > 0) await database.collection(collection).createIndexes([...indexes]);
        };
        return [{ name: `create collection ${collection}`, run: create }];
      }
      const present = await database.collection(collection).listIndexes().toArray();
      return indexes.flatMap((index) => indexStep(database.collection(collection), index, present));
    }),
  );
  return perCollection.flat();
}

function indexStep(
  collection: mongo.Collection,
  index: IndexToBe,
  present: readonly mongo.Document[],
): readonly Step[] {
  const found = present.find(({ name }) => name === index.name);
  if (found === undefined) {
    const create = () => collection.createIndexes([index]);
    return [{ name: `create index ${collection.collectionName}.${index.name}`, run: create }];
  }
  const isSame = JSON.stringify(Object.entries(found['key'])) === JSON.stringify(Object.entries(index.key));
  if (isSame && (found['unique'] === true) === (index.unique === true)) return [];
  const change = async () => {
    await collection.dropIndex(index.name);
    await collection.createIndexes([index]);
  };
  return [{ name: `change index ${collection.collectionName}.${index.name}`, run: change }];
}

function namesOf(steps: readonly Step[]): readonly MigrationStep[] {
  return steps.map(({ name }) => ({ name }));
}
