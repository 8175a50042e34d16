import type { Connection } from 'mongoose';
import type { Change } from '../store/changes.ts';
import type { Entity } from '../store/collection.ts';
import type { Sequence, StoredChange } from '../store/store.ts';
import { type AnyCollection, EXPECTED_COUNT, toDocument, toEntity } from './documents.ts';
import type { EntityModels } from './entity-models.ts';
import { type EntityEvent, eventStream } from './event-stream.ts';
import { type Freshness, freshness } from './freshness.ts';
import type { Heartbeat } from './heartbeat.ts';
import { type OwnCommit, ownCommits, transactionKeyOf } from './own-commit.ts';
import type { StoreLogger } from './store-logger.ts';
import { currentPosition, timeOf } from './stream-position.ts';

/** One watcher's stream. */
export interface FeedSubscription {
  /** How late the stream is. */
  readonly freshness: Freshness;
  /** Everything at or before this place has been delivered. */
  place(): Sequence;
  /** @returns how many changes have been told so far */
  delivered(): number;
  /** Resolves once everything has been delivered that was committed before the subscription was made. */
  readonly caughtUp: Promise<void>;
  /** Delivers an entity that came by another way; of one of which that does not tell what it is now, it is kept that it changed. */
  announce(collection: string, id: string, entity: Entity | undefined): void;
  /** @returns when, by the monotonic clock, such a change was last heard of */
  announcedAt(): number;
  /** @returns what to wait for, or `undefined` when none of the changes is watched */
  expectOwn(changes: readonly Change[]): OwnCommit | undefined;
  close(): Promise<void>;
}

/** What one watcher asked for. */
export interface ChangeSubscriptionParts {
  readonly connection: Connection;
  readonly models: EntityModels;
  readonly logger: StoreLogger;
  readonly names: ReadonlySet<string>;
  readonly onChange: (change: StoredChange) => void;
  /** Everything after it is delivered. */
  readonly position: Sequence;
  readonly heartbeat: Heartbeat;
  /** Called before everything is delivered anew, because what was removed meanwhile cannot be told. */
  readonly onLost?: (() => void) | undefined;
}

/** Without it MongoDB sends 16 MB at a time, and the driver keeps what it has parsed of them until the last row was taken. */
const ROWS_PER_READ = 200;

/** Delivers to one watcher: what the stream tells, and its own process's commits even while there is no stream. */
export function subscribeToChanges(parts: ChangeSubscriptionParts): FeedSubscription {
  const { connection, models, names } = parts;
  let told = parts.position;
  let place = parts.position;
  let isClosed = false;
  let delivered = 0;
  const ahead = aheadOfStream();

  const tell = (collection: string, id: string, entityAsTold: () => Entity | undefined) => {
    if (isClosed) return;
    delivered += 1;
    try {
      parts.onChange({ sequence: told, collection, id, entity: entityAsTold() });
    } catch (error) {
      parts.logger.error({ err: error, collection }, 'a watcher failed on a change');
      parts.onLost?.();
    }
  };

  // What was changed since the lost place cannot be told; so everything that is there now is. Meanwhile the place
  // stays the lost one: who begins again from it is told everything again.
  const startOver = async () => {
    const now = await currentPosition(connection);
    // Only now: what is read after this is not older than the place from which the stream goes on.
    parts.onLost?.();
    // What was awaited may have been in the gap. Waited for any longer, it would swallow everything told of that entity.
    ahead.clear();
    for (const name of names) await tellAll(models, name, tell);
    told = now;
    place = now;
    return now;
  };

  const onEvent = (event: EntityEvent, position: Sequence) => {
    told = position;
    place = timeOf(event.clusterTime) ?? place;
    const transaction = transactionKeyOf(event);
    if (isOnlyExpected(event)) return;
    const [collection, id] = [event.ns.coll, String(event.documentKey._id)];
    if (!ahead.hasPassed(collection, id, transaction)) tell(collection, id, () => entityAfter(models, event));
    if (transaction !== undefined) own.arrived(transaction, keyOf(collection, id));
  };

  const deliverDirectly = (
    changes: readonly Change[],
    transactions: readonly string[],
    late: ReadonlySet<string>,
  ): void => {
    for (const change of changes) {
      const id = idOf(change);
      // What has come by comes no second time: awaited, it would swallow every later change of that entity.
      if (!late.has(keyOf(change.collection.name, id))) continue;
      ahead.add(change.collection.name, id, transactions);
      tell(change.collection.name, id, () => ('entity' in change ? frozenCopy(models, change) : undefined));
    }
  };

  const proven = freshness(parts.heartbeat.sentAt);
  const begunAt = performance.now();
  const { promise: caughtUp, resolve: isCaughtUp } = Promise.withResolvers<void>();
  const onBeat = (beat: number, time: Sequence | undefined) => {
    proven.saw(beat);
    place = time ?? place;
    if (performance.now() - proven.age() >= begunAt) isCaughtUp();
  };
  const { processId } = parts.heartbeat;
  const stream = eventStream({ ...parts, processId, onBeat, onEvent, startOver });
  const own = ownCommits(stream.isOpen);
  let announcedAt = Number.NEGATIVE_INFINITY;
  return {
    freshness: proven,
    place: () => place,
    delivered: () => delivered,
    caughtUp,
    announcedAt: () => announcedAt,
    announce(collection, id, entity) {
      if (!names.has(collection)) return;
      const { collection: defined } = models(collection);
      // What can change, such as a signing key, is never believed from there: whoever writes to Redis would choose it.
      if (entity === undefined || !defined.immutable) announcedAt = performance.now();
      else tell(collection, id, () => checkedCopy(defined, entity));
    },
    expectOwn(changes) {
      const watched = changes.filter(({ collection }) => names.has(collection.name));
      if (watched.length === 0) return undefined;
      const changed = watched.map((change) => keyOf(change.collection.name, idOf(change)));
      return own.expect(changed, (transactions, late) => deliverDirectly(watched, transactions, late));
    },
    async close() {
      isClosed = true;
      own.close();
      await stream.close();
    },
  };
}

const keyOf = (collection: string, id: string): string => `${collection}/${id}`;
const idOf = (change: Change): string => ('entity' in change ? change.entity.id : change.id);

// Entities whose own commit was delivered directly: what the stream tells of them from before that commit is passed over,
// or a watcher would see the entity go back in time.
function aheadOfStream() {
  const awaited = new Map<string, readonly string[]>();
  return {
    clear: () => awaited.clear(),
    add(collection: string, id: string, transactions: readonly string[]): void {
      awaited.set(keyOf(collection, id), transactions);
    },
    /** @returns whether something newer than this event has been delivered */
    hasPassed(collection: string, id: string, transaction: string | undefined): boolean {
      const transactions = awaited.get(keyOf(collection, id));
      if (transactions === undefined) return false;
      if (transaction === undefined || !transactions.includes(transaction)) return true;
      awaited.delete(keyOf(collection, id));
      return false;
    },
  };
}

async function tellAll(
  models: EntityModels,
  name: string,
  tell: (collection: string, id: string, entityAsTold: () => Entity) => void,
): Promise<void> {
  const { model, collection } = models(name);
  for await (const document of model.find().lean().cursor({ batchSize: ROWS_PER_READ })) {
    const entity = toEntity(collection, document);
    tell(name, entity.id, () => entity);
  }
}

function entityAfter(models: EntityModels, event: EntityEvent): Entity | undefined {
  const document = event.operationType === 'delete' ? undefined : event.fullDocument;
  // An entity that was updated and is gone again has no document (null).
  return document ? toEntity(models(event.ns.coll).collection, document) : undefined;
}

function frozenCopy(
  models: EntityModels,
  { collection: { name }, entity }: Extract<Change, { entity: Entity }>,
): Entity {
  return checkedCopy(models(name).collection, entity);
}

/** @throws TypeError when a field is not defined, or its value is not of the defined kind */
const checkedCopy = (collection: AnyCollection, entity: Entity): Entity =>
  toEntity(collection, toDocument(collection, entity));

// An `expect` changes nothing that a reader sees.
function isOnlyExpected(event: EntityEvent): boolean {
  if (event.operationType !== 'update') return false;
  const { updatedFields = {}, removedFields = [] } = event.updateDescription;
  return removedFields.length === 0 && Object.keys(updatedFields).every((field) => field === EXPECTED_COUNT);
}
