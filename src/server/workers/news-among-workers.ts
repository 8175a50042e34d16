import type { Logger } from 'pino';
import { type News, SIBLINGS_MILLISECONDS } from '../../store-mongo-redis/news-way.ts';
import type { Order } from './worker-messages.ts';

/** What one worker has committed, passed on to the others by the first process. */
export interface NewsAmongWorkers {
  /** Takes a process in; it is told nothing before its first beat. */
  join(listener: Listener): NewsOfOne;
  /** How often a worker has not said in time that it has heard. */
  late(): number;
}

/** The process of a worker, as far as it is told news. */
export interface Listener {
  readonly worker: number;
  readonly pid: number | undefined;
  readonly send: (order: Order) => void;
}

/** What the process of one worker says. */
export interface NewsOfOne {
  /** Sends its beat back, behind all that was to be passed on to it until now. From the first on it is told everything. */
  beat(number: number): void;
  /** Passes news on; says `told` when all others have heard, have ended, or are too late. */
  spread(number: number, news: readonly News[]): void;
  heard(number: number): void;
  /** Its process has ended: nobody waits for it any longer. */
  left(): void;
}

/**
 * Who is silent for so long is told nothing more, and not waited for: it would fill the memory of this process. It notices
 * by itself that it was stopped, and does not believe its memory until it is told again (`sibling-news.ts`).
 */
const SILENT_MILLISECONDS = 3_000;

/** Nobody is there yet. */
export function newsAmongWorkers(logger: Logger): NewsAmongWorkers {
  const following = new Map<Listener, Tellings>();
  let late = 0;

  const tell = async (listener: Listener, tellings: Tellings, news: readonly News[]): Promise<void> => {
    if (tellings.silentMilliseconds() > SILENT_MILLISECONDS) return;
    if (await tellings.tell(news)) return;
    late += 1;
    const { worker, pid } = listener;
    logger.debug({ worker, workerPid: pid }, 'a worker has not heard of a commit in time; it is answered without it');
  };

  return {
    late: () => late,
    join(listener) {
      const tellings = tellingsTo(listener);
      let hasLeft = false;
      return {
        beat(number) {
          // The end of a process may be known before its last messages are read.
          if (hasLeft) return;
          following.set(listener, tellings);
          // What others sent before this beat was sent is read in this turn, and goes before it.
          setImmediate(() => listener.send({ kind: 'told', number }));
        },
        spread(number, news) {
          const others = [...following].filter(([other]) => other !== listener);
          void Promise.all(others.map(([other, told]) => tell(other, told, news))).then(() =>
            listener.send({ kind: 'told', number }),
          );
        },
        heard: tellings.heard,
        left() {
          hasLeft = true;
          following.delete(listener);
          tellings.end();
        },
      };
    },
  };
}

interface Tellings {
  /** @returns whether it has heard, or has ended; false when it is too late */
  tell(news: readonly News[]): Promise<boolean>;
  heard(number: number): void;
  /** For how long it has owed an answer. */
  silentMilliseconds(): number;
  end(): void;
}

/** A timer may fire a little early; who is not waited for any longer must have stopped to believe its memory. */
const TIMER_MILLISECONDS = 10;

function tellingsTo({ send }: Listener): Tellings {
  // In the order in which they were sent. Who is too late still owes its answer.
  const open = new Map<number, { readonly sentAt: number; readonly heard: (isHeard: boolean) => void }>();
  let last = 0;
  return {
    tell(news) {
      last += 1;
      const { promise, resolve } = Promise.withResolvers<boolean>();
      const late = setTimeout(() => resolve(false), SIBLINGS_MILLISECONDS + TIMER_MILLISECONDS);
      open.set(last, { sentAt: performance.now(), heard: resolve });
      send({ kind: 'news', number: last, news });
      return promise.finally(() => clearTimeout(late));
    },
    heard(number) {
      open.get(number)?.heard(true);
      open.delete(number);
    },
    silentMilliseconds() {
      const [oldest] = open.values();
      return oldest === undefined ? 0 : performance.now() - oldest.sentAt;
    },
    end() {
      for (const { heard } of open.values()) heard(true);
      open.clear();
    },
  };
}
