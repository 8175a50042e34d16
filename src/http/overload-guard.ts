import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Overloaded } from '../problems/request-problems.ts';
import { hasBody } from './read-body.ts';

/** How much work may wait. */
export interface OverloadLimits {
  /**
   * Requests that have come whole and are not yet answered. Default: 512, which at 3,000 exchanges a second is 170 ms of work: whoever is
   * let in is served in time.
   */
  readonly maximumInFlight?: number;
  /** Requests whose body is still to come; they hold memory and no work. Default: 10,000. */
  readonly maximumArriving?: number;
  /**
   * How many answers were given and not yet taken by their clients; asked only when there seems to be too much to do.
   * Default: none.
   */
  readonly unreadAnswers?: () => number;
  /** Event-loop delay (99th percentile of the last quarter of a second) from which on work is shed. Default: 200 ms. */
  readonly maximumDelayMilliseconds?: number;
  /** Requests in flight below which the delay alone sheds nothing: a slow machine is not overload. Default: 128. */
  readonly inFlightFloor?: number;
}

/** Sheds work before it is begun, because a queue that grows makes every answer late (R39). */
export interface OverloadGuard {
  /**
   * Counts the request until its answer is over.
   * @throws Overloaded  there is too much to do; the request is not counted
   */
  admit(response: ServerResponse): void;
  /**
   * The same before any routing: `refuse` writes the answer of what is not let in. A request counts as in flight only
   * once its body is there: a few hundred headers without the bodies that they announce would else shut everybody out
   * for as long as a body may take (slow body).
   */
  around(
    handler: RequestListener,
    refuse: (problem: Overloaded, ...answer: Parameters<RequestListener>) => void,
  ): RequestListener;
  /** Requests that have come whole and whose answers were not yet taken. */
  inFlight(): number;
  /** Stops watching the event loop. */
  close(): void;
}

const SAMPLE_MILLISECONDS = 250;
const RESOLUTION_MILLISECONDS = 20;
/** How long the number of unread answers is good for: counting them for each request that is shed would be work itself. */
const UNREAD_MILLISECONDS = 10;

/** Starts watching the event loop and counting requests. */
export function overloadGuard({
  maximumInFlight = 512,
  maximumArriving = 10_000,
  unreadAnswers = () => 0,
  maximumDelayMilliseconds = 200,
  inFlightFloor = 128,
}: OverloadLimits = {}): OverloadGuard {
  let inFlight = 0;
  let arriving = 0;
  let late = false;
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MILLISECONDS });
  histogram.enable();
  const sampling = setInterval(() => {
    // The histogram counts nanoseconds, and its own resolution is part of each sample.
    late = histogram.percentile(99) / 1e6 - RESOLUTION_MILLISECONDS > maximumDelayMilliseconds;
    histogram.reset();
  }, SAMPLE_MILLISECONDS).unref();

  const leave = (): void => {
    inFlight -= 1;
  };
  const unread = { answers: 0, countedAt: Number.NEGATIVE_INFINITY };
  const unreadNow = (): number => {
    const now = performance.now();
    if (now - unread.countedAt > UNREAD_MILLISECONDS)
      Object.assign(unread, { answers: unreadAnswers(), countedAt: now });
    return unread.answers;
  };
  const isTooMuch = (requests: number): boolean => requests >= maximumInFlight || (late && requests >= inFlightFloor);
  // An answer that was given is no work, however slowly it is taken: a few clients that read nothing would else hold every
  // place for as long as they like (slow reading). Noticing each `end` instead costs an exchange 18 of its 93 µs.
  const full = (): boolean => isTooMuch(inFlight) && isTooMuch(inFlight - unreadNow());
  const enter = (response: ServerResponse): void => {
    inFlight += 1;
    response.once('close', leave);
  };
  const awaitBody = (request: IncomingMessage, response: ServerResponse): void => {
    arriving += 1;
    let state: 'arriving' | 'in flight' | 'over' = 'arriving';
    const arrived = (): void => {
      if (state !== 'arriving') return;
      state = 'in flight';
      arriving -= 1;
      inFlight += 1;
    };
    response.once('close', () => {
      if (state === 'arriving') arriving -= 1;
      else inFlight -= 1;
      state = 'over';
    });
    // The parser tells of the headers first; by the next tick it has also read what came with them.
    process.nextTick(() => {
      if (request.complete) arrived();
      else request.once('end', arrived);
    });
  };
  const overloaded = (): Overloaded => new Overloaded('The service has more work than it can finish in time.');

  return {
    admit(response) {
      if (full()) throw overloaded();
      enter(response);
    },
    around: (handler, refuse) => (request, response) => {
      if (full() || arriving >= maximumArriving) {
        refuse(overloaded(), request, response);
        return;
      }
      if (hasBody(request)) awaitBody(request, response);
      else enter(response);
      handler(request, response);
    },
    inFlight: () => inFlight,
    close() {
      clearInterval(sampling);
      histogram.disable();
    },
  };
}
