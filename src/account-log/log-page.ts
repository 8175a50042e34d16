import type { EntryPlace } from './log-entry.ts';
import { type LogPlace, MOST_GIVEN, nameOfLine } from './log-place.ts';

/** Lines, the oldest first, and where the next ones begin. */
export interface LogPage<Line> {
  readonly lines: readonly Line[];
  readonly place: LogPlace;
  /** Whether all that is visible in the range was given. */
  readonly ended: boolean;
}

/** A page, and why it ends. */
export interface MadePage<Line> extends LogPage<Line> {
  /** Whether no more can be remembered, or looked at, before what is there has settled. */
  readonly isFull: boolean;
}

/** A page in the making. Entries come in their order. */
export interface LogPageMaker<Line> {
  /** @param lines the wanted ones of the entry @returns false: a line did not get in any more, and the page is to be stopped before it */
  take(entry: EntryPlace, lines: readonly Line[]): boolean;
  stoppedBefore(entry: EntryPlace): MadePage<Line>;
  /** There was no further entry. */
  ended(): MadePage<Line>;
}

/**
 * What bears an instant before `settledAt` is all visible: it is dealt with in order, and the place moves over it. What is younger may
 * still get neighbours: it is given too, but remembered by its name, and looked through again the next time.
 */
export function logPage<Line>(place: LogPlace, limit: number, settledAt: number): LogPageMaker<Line> {
  const { from, to } = place;
  const lines: Line[] = [];
  const given = new Set(place.given);
  const met = new Set<string>();
  let { upTo } = place;

  const isSettled = ({ time }: EntryPlace): boolean => time < settledAt;
  const isRoomFor = (entry: EntryPlace): boolean =>
    lines.length < limit && (isSettled(entry) || given.size < MOST_GIVEN);
  /** Where everything that is settled was looked at. */
  const upToSettled = (): EntryPlace => {
    const time = Math.min(settledAt, to ?? settledAt);
    return time > upTo.time ? { time, id: '' } : upTo;
  };

  return {
    take(entry, wanted) {
      const names = wanted.map((_, number) => nameOfLine(entry.id, number));
      for (const [number, line] of wanted.entries()) {
        const name = names[number] ?? '';
        met.add(name);
        if (given.has(name)) continue;
        if (!isRoomFor(entry)) return false;
        lines.push(line);
        given.add(name);
      }
      if (isSettled(entry)) {
        upTo = { time: entry.time, id: entry.id };
        for (const name of names) given.delete(name);
      }
      return true;
    },

    stoppedBefore(entry) {
      const hasPassed = isSettled(entry);
      const next = { from, to, upTo: hasPassed ? upTo : upToSettled(), given };
      return { lines, place: next, ended: false, isFull: !hasPassed && lines.length < limit };
    },

    ended() {
      // What was not met is gone: the log keeps nothing for ever.
      const kept = new Set([...given].filter((name) => met.has(name)));
      return { lines, place: { from, to, upTo: upToSettled(), given: kept }, ended: true, isFull: false };
    },
  };
}
