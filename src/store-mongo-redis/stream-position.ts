import { type Connection, mongo } from 'mongoose';
import type { Sequence } from '../store/store.ts';
import { nativeDatabase } from './mongo-connection.ts';

/** Where in the stream of changes to begin. */
export type StreamStart = Pick<mongo.ChangeStreamOptions, 'resumeAfter' | 'startAtOperationTime'>;

// 286 ChangeStreamHistoryLost, 280 ChangeStreamFatalError, 260 InvalidResumeToken, 136 CappedPositionLost;
// 9, 14, 40649, 50811 and 50792 are what a text that never was a token is called.
const LOST_CODES = new Set<number | string | undefined>([286, 280, 260, 136, 9, 14, 40649, 50811, 50792]);

/**
 * @returns the position of the last change that the majority has: who reads later sees everything up to it, and the
 * stream from it on delivers everything after
 */
export async function currentPosition(connection: Connection): Promise<Sequence> {
  const { lastWrite, operationTime } = await nativeDatabase(connection).command({ hello: 1 });
  // A router of a sharded cluster tells no majority position.
  const at: unknown = lastWrite?.majorityOpTime?.ts ?? operationTime;
  if (!(at instanceof mongo.Timestamp)) throw new Error('MongoDB tells no operation time');
  return `time:${at.getHighBits()}:${at.getLowBits() + 1}`;
}

/** @returns where a stream begins so that it delivers everything after the position */
export function streamStart(sequence: Sequence): StreamStart {
  const [, seconds, increment] = /^time:(\d+):(\d+)$/.exec(sequence) ?? [];
  if (seconds === undefined || increment === undefined) return { resumeAfter: { _data: sequence } };
  return { startAtOperationTime: new mongo.Timestamp({ t: Number(seconds), i: Number(increment) }) };
}

/** @returns the position right after a change, or after nothing that mattered */
export function positionOf(token: unknown): Sequence | undefined {
  if (typeof token !== 'object' || token === null || !('_data' in token)) return undefined;
  return typeof token._data === 'string' ? token._data : undefined;
}

/**
 * @returns the place of an event by its time. A stream may begin there whatever it filters, which a token of an event that
 * it leaves out does not allow; the event, and those of the same transaction, come again.
 */
export function timeOf(clusterTime: mongo.Timestamp | undefined): Sequence | undefined {
  return clusterTime && `time:${clusterTime.getHighBits()}:${clusterTime.getLowBits()}`;
}

/** @returns whether the changes after a position can no longer, or never could, be told */
export function isPositionLost(error: unknown): boolean {
  return error instanceof mongo.MongoServerError && LOST_CODES.has(error.code);
}
