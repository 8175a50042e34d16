import { type News, type NewsWay, type OpenNewsWay, SIBLINGS_MILLISECONDS } from '../../store-mongo-redis/news-way.ts';
import type { Order, Report } from './worker-messages.ts';

/** What the way to the other workers stands on: the channel to the first process, which passes everything on. */
export interface SiblingNewsParts {
  readonly report: (report: Report) => void;
  readonly onOrder: (listener: (order: Order) => void) => void;
}

/** Short beside the time for which a commit waits, so that a busy worker goes on believing its memory. */
const BEAT_MILLISECONDS = 50;
const OPEN_BEATS = 200;
/** For a first process that does not even say that somebody is late. */
const SLACK_MILLISECONDS = 100;
/** Shorter than the silence after which nobody tells a worker anything any more (`news-among-workers.ts`). */
const LONG_STOP_MILLISECONDS = 2_000;
/** After so long a stop: by then it is told again, and what it was not told has come by the other ways. */
const DISTRUST_MILLISECONDS = 1_000;

/** @returns the way on which the workers of one node hear of each other's commits before these are answered */
export function siblingNews({ report, onOrder }: SiblingNewsParts): OpenNewsWay {
  return async (hear) => {
    const open = new Map<number, (isTold: boolean) => void>();
    const beats = new Map<number, number>();
    const hearing = hearingLease();
    const coming = Promise.withResolvers<void>();
    let last = 0;

    onOrder((order) => {
      if (order.kind === 'news') {
        hear(order.news);
        report({ kind: 'heard', number: order.number });
      } else if (order.kind === 'told') {
        open.get(order.number)?.(true);
        const sentAt = beats.get(order.number);
        if (sentAt === undefined) return;
        beats.delete(order.number);
        hearing.heardAllBefore(sentAt);
        coming.resolve();
      }
    });
    const beat = (): void => {
      if (beats.size >= OPEN_BEATS) return;
      last += 1;
      beats.set(last, performance.now());
      report({ kind: 'beat', number: last });
    };
    const beating = setInterval(beat, BEAT_MILLISECONDS).unref();
    beat();
    // With the first answer all that others tell comes here.
    await coming.promise;

    return {
      tell: inOneTurn((news) => {
        last += 1;
        const number = last;
        const { promise, resolve } = Promise.withResolvers<unknown>();
        const late = setTimeout(resolve, SIBLINGS_MILLISECONDS + SLACK_MILLISECONDS);
        open.set(number, resolve);
        report({ kind: 'news', number, news });
        return promise.then(() => {
          clearTimeout(late);
          open.delete(number);
        });
      }),
      age: hearing.age,
      close: async () => clearInterval(beating),
    };
  };
}

/** Many commits at once are one message: everything of one turn of the event loop goes together. */
function inOneTurn(send: (news: readonly News[]) => Promise<void>): NewsWay['tell'] {
  let waiting: News[] = [];
  let sent: Promise<void> | undefined;
  return (news) => {
    if (news.length === 0) return Promise.resolve();
    waiting.push(...news);
    sent ??= new Promise((resolve) => {
      setImmediate(() => {
        const together = waiting;
        waiting = [];
        sent = undefined;
        resolve(send(together));
      });
    });
    return sent;
  };
}

/**
 * A beat goes to the first process and comes back behind all that it was told to pass on here until then. Who was stopped
 * may read a request before the news that came earlier; but the beat that would let him believe his memory comes after them.
 */
function hearingLease() {
  let provenAt = Number.NEGATIVE_INFINITY;
  let distrustedUntil = Number.NEGATIVE_INFINITY;
  return {
    heardAllBefore(sentAt: number): void {
      const now = performance.now();
      const isFirst = provenAt === Number.NEGATIVE_INFINITY;
      if (!isFirst && now - provenAt > LONG_STOP_MILLISECONDS) distrustedUntil = now + DISTRUST_MILLISECONDS;
      provenAt = Math.max(provenAt, sentAt);
    },
    age(): number {
      const now = performance.now();
      return now < distrustedUntil ? Number.POSITIVE_INFINITY : now - provenAt;
    },
  };
}
