import { setTimeout as after } from 'node:timers/promises';
import type { Connection, mongo } from 'mongoose';
import type { Sequence } from '../store/store.ts';
import type { StoredDocument } from './documents.ts';
import { INTERNAL_COLLECTIONS } from './entity-models.ts';
import { nativeDatabase } from './mongo-connection.ts';
import type { StoreLogger } from './store-logger.ts';
import { isPositionLost, positionOf, streamStart, timeOf } from './stream-position.ts';

/** A change of one document, as MongoDB tells it. */
export type EntityEvent =
  | mongo.ChangeStreamInsertDocument<StoredDocument>
  | mongo.ChangeStreamReplaceDocument<StoredDocument>
  | mongo.ChangeStreamUpdateDocument<StoredDocument>
  | mongo.ChangeStreamDeleteDocument<StoredDocument>;

/** What to follow, and what to do with it. */
export interface EventStreamParts {
  readonly connection: Connection;
  readonly logger: StoreLogger;
  readonly names: ReadonlySet<string>;
  readonly position: Sequence;
  /** Names the process, whose own heartbeats come by as well. */
  readonly processId: string;
  /** @param time the place of the beat, for streams of any process */
  readonly onBeat: (beat: number, time: Sequence | undefined) => void;
  /** @param position the place right after the event, for streams of this process */
  readonly onEvent: (event: EntityEvent, position: Sequence) => void;
  /** The place is no longer known: does what is needed, and returns the place to go on from. */
  readonly startOver: () => Promise<Sequence>;
}

/** A stream that mends itself. */
export interface EventStream {
  /** False while it is broken: nothing comes by now. */
  isOpen(): boolean;
  close(): Promise<void>;
}

const EVENTS = ['insert', 'replace', 'update', 'delete'];
/**
 * Without it who is behind is sent 16 MB at a time, which are hundreds of megabytes of objects. The driver keeps every event of
 * an answer, parsed, until the last one was taken: of 500 so much grows old that 200,000 events left 220 MB, of 100 34 MB.
 */
const EVENTS_PER_READ = 100;
const LONGEST_PAUSE_MILLISECONDS = 1_000;

/** Follows the changes of the named collections until it is closed: whatever breaks it, it begins again where it was. */
export function eventStream({ connection, logger, onEvent, onBeat, ...parts }: EventStreamParts): EventStream {
  let { position } = parts;
  let stream: mongo.ChangeStream | undefined;
  let isClosed = false;

  const follow = async () => {
    for (let failures = 0; !isClosed; ) {
      try {
        stream ??= openStream(connection, parts, position);
        // Only the four kinds of `EVENTS` pass the pipeline.
        const event = (await stream.next()) as EntityEvent;
        position = positionOf(event._id) ?? position;
        const beat = beatOf(event);
        if (beat === undefined) onEvent(event, position);
        else onBeat(beat, timeOf(event.clusterTime));
        failures = 0;
      } catch (error) {
        await mend(error, failures);
        failures += 1;
      }
    }
  };

  const mend = async (error: unknown, failures: number) => {
    position = positionOf(stream?.resumeToken) ?? position;
    await stream?.close().catch(() => undefined);
    stream = undefined;
    if (isClosed) return;
    if (failures === 0) logger.warn({ err: error }, 'the stream of changes broke; it begins again where it was');
    if (isPositionLost(error)) {
      logger.warn({}, 'the stream of changes no longer knows its place; every entity is delivered anew');
      // When this fails too, the place is still lost and the next round comes here again.
      position = await parts.startOver().catch(() => position);
    }
    await after(Math.min(LONGEST_PAUSE_MILLISECONDS, 25 * 2 ** Math.min(failures, 10)));
  };

  void follow();
  return {
    isOpen: () => stream !== undefined,
    async close() {
      isClosed = true;
      // The loop ends by itself; MongoDB may keep the question that it last asked open for a second more.
      await stream?.close().catch(() => undefined);
    },
  };
}

function openStream(
  connection: Connection,
  { names, processId }: Pick<EventStreamParts, 'names' | 'processId'>,
  position: Sequence,
): mongo.ChangeStream {
  const watched = { 'ns.coll': { $in: [...names] } };
  const ownBeats = { 'ns.coll': INTERNAL_COLLECTIONS.heartbeats, 'documentKey._id': processId };
  const pipeline = [{ $match: { operationType: { $in: EVENTS }, $or: [watched, ownBeats] } }];
  return nativeDatabase(connection).watch(pipeline, {
    ...streamStart(position),
    fullDocument: 'updateLookup',
    batchSize: EVENTS_PER_READ,
  });
}

/** @returns the number of an own heartbeat; `undefined` for every other event */
function beatOf(event: EntityEvent): number | undefined {
  if (event.ns.coll !== INTERNAL_COLLECTIONS.heartbeats) return undefined;
  const beat = event.operationType === 'delete' ? undefined : event.fullDocument?.['beat'];
  return typeof beat === 'number' ? beat : Number.NaN;
}
