import { randomBytes } from 'node:crypto';
import type { mongo } from 'mongoose';
import type { Clock } from '../clock/clock.ts';
import { type BatchText, groupCommit } from '../spool/group-commit.ts';
import { roomWithin } from '../spool/room.ts';
import {
  PAGE_BYTES,
  type Spool,
  type SpoolBounds,
  type SpoolPage,
  type SpoolPosition,
  type SpoolRequest,
  type SpoolUsage,
  type TrimBounds,
} from '../spool/spool.ts';
import { INTERNAL_COLLECTIONS } from './entity-models.ts';
import { endsOf, type LogBatch, oldestBatches } from './log-batches.ts';
import { connectToMongo, nativeDatabase } from './mongo-connection.ts';
import { withinStoreTime } from './store-failures.ts';

/** Where the lines are kept, and how many. */
export interface MongoSpoolParts {
  readonly mongoUrl: string;
  /** Default: the one in the address, else `latchkey`. */
  readonly database?: string | undefined;
  readonly clock: Clock;
  readonly bounds: SpoolBounds;
}

type LogBatches = mongo.Collection<LogBatch>;

interface Writing {
  readonly writer: string;
  /** All bytes that it wrote for the instance. */
  written: number;
  lastAt: number;
}

const WRITES_AT_ONCE = 8;
/** What a document and its entry in the index cost beside the text, about: many small ones are much, too. */
const OVERHEAD_BYTES = 300;
/** Instances whose writers are remembered; a forgotten one begins again under another name. */
const LARGEST = 4_096;
/** One call of `trim` goes on for so long at most. */
const TRIM_MILLISECONDS = 2_000;

/**
 * The spool for several nodes: a collection of batches, apart from entities and over connections of its own, so that lines
 * and keys do not wait for each other. Its structure is made with that of the store.
 * @throws StoreUnavailable, NotAReplicaSet  as the store
 */
export async function openMongoSpool({ mongoUrl, database, clock, bounds }: MongoSpoolParts): Promise<Spool> {
  const connection = await connectToMongo(mongoUrl, database);
  const batches = nativeDatabase(connection).collection<LogBatch>(INTERNAL_COLLECTIONS.logBatches);
  const usage: Spool['usage'] = (instance, after) => withinStoreTime(() => usageOf(batches, instance, after));
  const trim: Spool['trim'] = (instance, asked) => trimWithin(batches, instance, asked, TRIM_MILLISECONDS);
  const room = roomWithin({ bounds, usage, trim });
  const commits = groupCommit({ write: batchWriter(batches, clock), writesAtOnce: WRITES_AT_ONCE });
  return {
    async append(instance, lines) {
      await room.take(instance, lines);
      // Not awaited here: what waits for the disk must hold its text alone, and not every line of it as well.
      return commits.append(instance, lines);
    },
    read: (instance, request) => withinStoreTime(() => readPage(batches, instance, request)),
    instances: () => withinStoreTime(() => batches.distinct('instance')),
    usage,
    trim,
    remove: (instance) => trimWithin(batches, instance, { before: Number.POSITIVE_INFINITY, bytes: 0 }),
    async close() {
      await commits.close();
      await connection.close();
    },
  };
}

function batchWriter(batches: LogBatches, clock: Clock) {
  const process = BigInt(`0x${randomBytes(8).toString('hex')}`).toString(36);
  const writings = new Map<string, Writing>();
  let writers = 0;
  const writingOf = (instance: string): Writing => {
    let writing = writings.get(instance);
    if (writing === undefined) {
      if (writings.size >= LARGEST) writings.delete(writings.keys().next().value ?? '');
      writers += 1;
      writing = { writer: `${process}${writers.toString(36)}`, written: 0, lastAt: 0 };
    }
    writings.delete(instance);
    writings.set(instance, writing);
    return writing;
  };
  return async (instance: string, texts: readonly BatchText[]): Promise<void> => {
    const writing = writingOf(instance);
    const at = Math.max(clock.now(), writing.lastAt);
    const documents = texts.map(({ pieces, bytes: textBytes, lines }): LogBatch => {
      const bytes = textBytes + OVERHEAD_BYTES;
      // Before it is known whether it is there: no number that somebody may have read is given again.
      writing.written += bytes;
      return {
        ...{ instance, at, lines, bytes },
        text: Buffer.concat(pieces).toString(),
        writer: writing.writer,
        number: writing.written,
      };
    });
    writing.lastAt = at;
    // In order, and one call at a time for an instance: whoever reads one of a writer can have read all before it.
    await withinStoreTime(() => batches.insertMany(documents, { ordered: true }));
  };
}

async function readPage(batches: LogBatches, instance: string, request: SpoolRequest): Promise<SpoolPage> {
  const { after, from, to, lines: mostLines, bytes: mostBytes = PAGE_BYTES } = request;
  // Where older ones are not asked for, what a writer ends with says whether any of it has to be looked through.
  const ends = await endsOf(batches, instance, from === undefined ? 1 : -1);
  const writers = ends.filter(({ at }) => at >= (from ?? 0)).map(({ writer }) => writer);
  let lines = 0;
  let bytes = 0;
  const { keys, ranges, hasMore } = await oldestBatches(batches, instance, writers, { after, from, to }, (key) => {
    if (lines >= mostLines || bytes >= mostBytes) return false;
    lines += key.lines;
    bytes += key.bytes;
    return true;
  });
  const texts = new Map<string, string>();
  const position: Record<string, number> = {};
  for (const { writer } of ends) if (after?.[writer] !== undefined) position[writer] = after[writer];
  await Promise.all(
    ranges.map(async ({ writer, after: beyond, to: last }) => {
      const filter = {
        instance,
        writer,
        number: { $gt: beyond, $lte: last },
        ...(from !== undefined && { at: { $gte: from } }),
      };
      for await (const { number, text } of batches.find(filter).project<LogBatch>({ _id: 0, number: 1, text: 1 })) {
        texts.set(`${writer} ${number}`, text);
      }
      position[writer] = last;
    }),
  );
  const read = keys.flatMap(({ writer, number, at }) => {
    // It may have been trimmed since its key was read.
    const text = texts.get(`${writer} ${number}`);
    return text === undefined ? [] : [{ writer, number, at, lines: text.split('\n') }];
  });
  return { batches: read, position, hasMore };
}

async function usageOf(batches: LogBatches, instance: string, after: SpoolPosition = {}): Promise<SpoolUsage> {
  const [firsts, lasts] = await Promise.all([endsOf(batches, instance, 1), endsOf(batches, instance, -1)]);
  const last = new Map(lasts.map(({ writer, number }) => [writer, number]));
  let bytes = 0;
  let oldestAt: number | undefined;
  for (const { writer, number, at, bytes: own } of firsts) {
    bytes += Math.max(0, (last.get(writer) ?? number) - Math.max(number - own, after[writer] ?? 0));
    oldestAt = Math.min(at, oldestAt ?? at);
  }
  return { bytes, oldestAt };
}

async function trimWithin(
  batches: LogBatches,
  instance: string,
  { before, bytes, handedOver }: TrimBounds,
  milliseconds = Number.POSITIVE_INFINITY,
): Promise<void> {
  const endsAt = performance.now() + milliseconds;
  let over = (await withinStoreTime(() => usageOf(batches, instance))).bytes - bytes;
  for (let hasMore = true; hasMore && performance.now() < endsAt; ) {
    const writers = (await withinStoreTime(() => endsOf(batches, instance, 1))).map(({ writer }) => writer);
    const found = await withinStoreTime(() =>
      oldestBatches(batches, instance, writers, { upTo: handedOver }, ({ at, bytes: own }) => {
        if (at >= before && over <= 0) return false;
        over -= own;
        return true;
      }),
    );
    for (const { writer, to } of found.ranges) {
      await withinStoreTime(() => batches.deleteMany({ instance, writer, number: { $lte: to } }));
    }
    hasMore = found.keys.length > 0 && found.hasMore;
  }
}
