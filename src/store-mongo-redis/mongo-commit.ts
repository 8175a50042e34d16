import { randomUUID } from 'node:crypto';
import { setTimeout as after } from 'node:timers/promises';
import type { Connection, mongo } from 'mongoose';
import { StoreUnavailable } from '../problems/request-problems.ts';
import type { Change } from '../store/changes.ts';
import type { Store } from '../store/store.ts';
import { AlreadyExists, StaleEntityTag } from '../store/store-errors.ts';
import type { ChangeFeed } from './change-feed.ts';
import { EXPECTED_COUNT, type StoredDocument, toDocument } from './documents.ts';
import { type EntityModels, INTERNAL_COLLECTIONS } from './entity-models.ts';
import { nativeDatabase } from './mongo-connection.ts';
import type { MongoLeases } from './mongo-leases.ts';
import { type NewsWay, newsOf } from './news-way.ts';
import { transactionKey } from './own-commit.ts';
import { hasLabel, isConnectionLost, isDuplicateKey, withinStoreTime } from './store-failures.ts';

/** What a commit needs. */
export interface MongoCommitParts {
  readonly connection: Connection;
  readonly models: EntityModels;
  readonly leases: MongoLeases;
  readonly feed: ChangeFeed;
  /** Tells other processes what is durable; those of this node before the commit is answered. */
  readonly tell: NewsWay['tell'];
}

interface CommitDocument {
  readonly _id: string;
  readonly at: Date;
}

/** Changes of one kind that one command can write. */
interface Step {
  readonly change: Change;
  /** For inserts: all that follow each other in one collection. */
  readonly documents: StoredDocument[];
}

const LARGEST_COMMIT = 200;
/** No new attempt is begun after this. */
const REPEAT_MILLISECONDS = 4_000;
/** What no commit outlives. */
const COMMIT_MILLISECONDS = 6_000;
const LONGEST_PAUSE_MILLISECONDS = 100;

/** Makes the `commit` of the store: one transaction, repeated under one id until its outcome is known. */
export function mongoCommit(parts: MongoCommitParts): Store['commit'] {
  return async (changes, { id = randomUUID(), under } = {}) => {
    if (changes.length > LARGEST_COMMIT) throw new RangeError(`a commit has at most ${LARGEST_COMMIT} changes`);
    if (changes.length === 0) return;
    const steps = stepsOf(parts.models, changes);
    const own = parts.feed.expectOwn(changes);

    const write: Write = async (session) => {
      if (await isRepeated(parts.connection, id, session)) return 'repeated';
      if (under !== undefined) await parts.leases.requireHeld(under, session);
      for (const step of steps) await writeStep(parts.models, step, session);
      return 'written';
    };

    try {
      await withinStoreTime(async () => {
        if ((await untilKnown(parts.connection, write, own.begun)) === 'repeated') return;
        await Promise.all([parts.tell(newsOf(changes)), own.delivered()]);
      }, COMMIT_MILLISECONDS);
    } finally {
      own.forget();
    }
  };
}

type Outcome = 'written' | 'repeated';
type Write = (session: mongo.ClientSession) => Promise<Outcome>;

const TRANSACTION: mongo.TransactionOptions = {
  readConcern: { level: 'snapshot' },
  writeConcern: { w: 'majority', j: true, wtimeoutMS: 2_000 },
  readPreference: 'primary',
};

async function untilKnown(
  connection: Connection,
  write: Write,
  begun: (transaction: string) => void,
): Promise<Outcome> {
  const endsAt = performance.now() + REPEAT_MILLISECONDS;
  let mayBeWritten = false;
  for (let attempt = 0; ; attempt += 1) {
    const session = await connection.startSession();
    try {
      session.startTransaction(TRANSACTION);
      const outcome = await write(session);
      // Only now has the driver numbered the transaction; only after this can anything of it be seen.
      begun(transactionKey(session));
      requireInTime(endsAt);
      const isOwnRepeat = outcome === 'repeated' && mayBeWritten;
      mayBeWritten ||= outcome === 'written';
      // A repeat is committed as well: only then is it known that what it has seen of the first attempt is the majority's,
      // and not about to be lost with a primary.
      await commitUntil(session, endsAt);
      // This call's own earlier attempt, whose answer was lost, is no repeat to its caller.
      return isOwnRepeat ? 'written' : outcome;
    } catch (error) {
      if (!mayBeRepeated(error) || performance.now() > endsAt) throw error;
    } finally {
      await abandon(session);
    }
    // Full jitter, so that commits that met each other do not meet again.
    await after(Math.random() * Math.min(LONGEST_PAUSE_MILLISECONDS, 4 * 2 ** attempt));
  }
}

/**
 * Who waited for the commit has been told that it may not have been made: it must not be made long after. Whoever reads on in the
 * order of the times in what is committed would miss it.
 */
function requireInTime(endsAt: number): void {
  if (performance.now() <= endsAt + COMMIT_MILLISECONDS - REPEAT_MILLISECONDS) return;
  throw new StoreUnavailable({
    diagnostic: 'the commit was given up before its last step, because nobody waits for it',
  });
}

// What is still open is given up; that the server hears of it is not needed, it gives up by itself.
async function abandon(session: mongo.ClientSession): Promise<void> {
  if (session.inTransaction()) await session.abortTransaction().catch(() => undefined);
  await session.endSession();
}

async function commitUntil(session: mongo.ClientSession, endsAt: number): Promise<void> {
  for (;;) {
    try {
      await session.commitTransaction();
      return;
    } catch (error) {
      if (!hasLabel(error, 'UnknownTransactionCommitResult') || performance.now() > endsAt) throw error;
    }
  }
}

// Safe whatever became of the attempt: the next one looks for the commit's id first.
function mayBeRepeated(error: unknown): boolean {
  const labels = ['TransientTransactionError', 'UnknownTransactionCommitResult'];
  return isConnectionLost(error) || labels.some((label) => hasLabel(error, label));
}

async function isRepeated(connection: Connection, id: string, session: mongo.ClientSession): Promise<boolean> {
  const commits = nativeDatabase(connection).collection<CommitDocument>(INTERNAL_COLLECTIONS.commits);
  const firstSeen = [{ $set: { at: { $ifNull: ['$at', '$$NOW'] } } }];
  const { upsertedCount } = await commits.updateOne({ _id: id }, firstSeen, { upsert: true, session });
  return upsertedCount === 0;
}

function stepsOf(models: EntityModels, changes: readonly Change[]): readonly Step[] {
  const steps: Step[] = [];
  for (const change of changes) {
    const { collection } = models(change.collection.name);
    const document = 'entity' in change ? [toDocument(collection, change.entity)] : [];
    const last = steps.at(-1);
    if (change.kind === 'insert' && last?.change.kind === 'insert' && last.change.collection.name === collection.name) {
      last.documents.push(...document);
    } else {
      steps.push({ change, documents: document });
    }
  }
  return steps;
}

async function writeStep(models: EntityModels, step: Step, session: mongo.ClientSession): Promise<void> {
  const { change } = step;
  try {
    if ((await written(models, step, session)) || change.kind === 'insert') return;
  } catch (error) {
    if (isDuplicateKey(error)) throw new AlreadyExists(change.collection.name, { cause: error });
    throw error;
  }
  throw new StaleEntityTag(change.collection.name, change.kind === 'replace' ? change.entity.id : change.id);
}

async function written(
  models: EntityModels,
  { change, documents }: Step,
  session: mongo.ClientSession,
): Promise<boolean> {
  const { model } = models(change.collection.name);
  const [document] = documents;
  switch (change.kind) {
    case 'insert':
      await model.insertMany(documents, { session, ordered: true });
      return true;
    case 'replace': {
      const filter = { _id: change.entity.id, entityTag: change.ifMatch };
      return (await model.replaceOne(filter, document ?? {}, { session })).matchedCount === 1;
    }
    case 'remove': {
      const filter = { _id: change.id, entityTag: change.ifMatch };
      return (await model.deleteOne(filter, { session })).deletedCount === 1;
    }
    case 'expect': {
      const filter = { _id: change.id, entityTag: change.ifMatch };
      return (await model.updateOne(filter, { $inc: { [EXPECTED_COUNT]: 1 } }, { session })).matchedCount === 1;
    }
  }
}
