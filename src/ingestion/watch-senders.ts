import { setImmediate as turn } from 'node:timers/promises';
import { StoreUnavailable } from '../problems/request-problems.ts';
import type { Sender } from './prove-sender.ts';

/** Looks again and again whether those who go on sending still may. */
export interface SenderWatch {
  /**
   * @param onEnd told once that it may not any more, and why
   * @returns what ends the looking
   */
  watch(sender: Sender, onEnd: (reason: unknown) => void): () => void;
  count(): number;
}

interface Watched {
  readonly sender: Sender;
  readonly onEnd: (reason: unknown) => void;
}

/** So that with the way of the news to every node an end takes effect within a second. */
const EVERY_MILLISECONDS = 250;
/** With many, whose looks take long: never more than so long between two. */
const MOST_MILLISECONDS = 400;
/** Of the time, where that is possible: 5,000 keys of their own take 70 ms a look. */
const PART_OF_TIME = 0.1;
/** After so long, requests have their turn. */
const STEP_MILLISECONDS = 4;
/** While the memory cannot be trusted each look asks the primary: that many at once, however many there are. */
const AT_ONCE = 16;

/**
 * One timer for all of them, which runs while there are any; a look asks the memory, once for all that stand and fall together.
 * What cannot be known ends nobody: no line is taken in from who cannot be asked about, because each is asked about before.
 */
export function watchSenders(everyMilliseconds = EVERY_MILLISECONDS): SenderWatch {
  const watched = new Set<Watched>();
  let waiting = false;
  let tookMilliseconds = 0;

  const look = async (): Promise<void> => {
    const groups = Map.groupBy(watched, ({ sender }) => sender.name).values();
    let turnedAt = performance.now();
    const next = async (): Promise<void> => {
      for (const group of groups) {
        await lookAt(group, watched);
        if (performance.now() - turnedAt < STEP_MILLISECONDS) continue;
        await turn();
        turnedAt = performance.now();
      }
    };
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, watched.size) }, next));
  };
  const goOn = (): void => {
    if (waiting || watched.size === 0) return;
    waiting = true;
    const rest = Math.min(tookMilliseconds / PART_OF_TIME, MOST_MILLISECONDS);
    setTimeout(lookAgain, Math.max(everyMilliseconds, rest)).unref();
  };
  const lookAgain = async (): Promise<void> => {
    const begunAt = performance.now();
    await look();
    tookMilliseconds = performance.now() - begunAt;
    waiting = false;
    goOn();
  };

  return {
    watch(sender, onEnd) {
      const one: Watched = { sender, onEnd };
      watched.add(one);
      goOn();
      return () => void watched.delete(one);
    },
    count: () => watched.size,
  };
}

async function lookAt(group: readonly Watched[], watched: Set<Watched>): Promise<void> {
  const [first] = group;
  try {
    await first?.sender.requireStill();
  } catch (reason) {
    if (reason instanceof StoreUnavailable) return;
    for (const one of group) if (watched.delete(one)) one.onEnd(reason);
  }
}
