import { randomUUID } from 'node:crypto';
import type { Connection } from 'mongoose';
import { INTERNAL_COLLECTIONS } from './entity-models.ts';
import { nativeDatabase } from './mongo-connection.ts';

/** A number that the process sends through every way on which it hears of changes, to see that the way is open. */
export interface Heartbeat {
  /** Names the process among all of the installation. */
  readonly processId: string;
  /** @returns when the beat was sent, by the monotonic clock; `undefined` when it is not remembered */
  sentAt(beat: number): number | undefined;
  /** Sends the beats through a further way. @returns tells when the newest beat that the way took was sent */
  sendBy(way: SendBeat): Taken;
  /** Sends one through all ways without waiting for its turn. */
  beatNow(): void;
  close(): void;
}

/** @returns milliseconds since the newest beat that was taken was sent; infinite before the first */
export type Taken = () => number;

/** Sends one beat through one way; returns when the way has taken it. */
export type SendBeat = (processId: string, beat: number) => Promise<unknown>;

/** A heartbeat as MongoDB keeps it: one document a process. */
export interface BeatDocument {
  readonly _id: string;
  readonly beat: number;
  readonly at: Date;
}

const EVERY_MILLISECONDS = 250;
const REMEMBERED_BEATS = 64;

/** Starts to beat. A way that is slow is given the next beat when it is done with the last. */
export function heartbeat(): Heartbeat {
  const processId = randomUUID();
  const sent = new Map<number, number>();
  const ways = new Map<SendBeat, { sending: boolean; takenAt: number }>();
  let beat = 0;

  const send = async (way: SendBeat, state: { sending: boolean; takenAt: number }): Promise<void> => {
    if (state.sending) return;
    state.sending = true;
    const sentAt = performance.now();
    try {
      await way(processId, beat);
      state.takenAt = sentAt;
    } catch {
      // A way that is closed is known by the beats that are not taken, and do not come back.
    }
    state.sending = false;
  };
  const next = (): void => {
    beat += 1;
    sent.set(beat, performance.now());
    sent.delete(beat - REMEMBERED_BEATS);
    for (const [way, state] of ways) void send(way, state);
  };
  const timer = setInterval(next, EVERY_MILLISECONDS).unref();

  return {
    processId,
    sentAt: (number) => sent.get(number),
    sendBy(way) {
      const state = { sending: false, takenAt: Number.NEGATIVE_INFINITY };
      ways.set(way, state);
      next();
      return () => performance.now() - state.takenAt;
    },
    beatNow: next,
    close: () => clearInterval(timer),
  };
}

/** The way through MongoDB's change streams: only what the majority has comes by there. */
export function beatThroughMongo(connection: Connection): SendBeat {
  const beats = nativeDatabase(connection).collection<BeatDocument>(INTERNAL_COLLECTIONS.heartbeats);
  return (processId, beat) =>
    // Replaced as a whole, so that the event holds it and MongoDB need not look it up.
    beats.replaceOne({ _id: processId }, { beat, at: new Date() }, { upsert: true, writeConcern: { w: 'majority' } });
}

/** @returns a function that reads the newest beat of a process that the majority has */
export function storedBeatIn(connection: Connection): (processId: string) => Promise<number | undefined> {
  const beats = nativeDatabase(connection).collection<BeatDocument>(INTERNAL_COLLECTIONS.heartbeats);
  return async (processId) => (await beats.findOne({ _id: processId }))?.beat;
}
