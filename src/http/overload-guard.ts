import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { places } from './places.ts';
import { hasBody, refuseAtEnd } from './read-body.ts';

/** How much work may wait. */
export interface OverloadLimits {
  /** Requests that have come whole and are not yet answered, while nothing is shed, at most (see `places`). Default: 512. */
  readonly maximumInFlight?: number;
  /** Requests whose body is still to come; they hold memory and no work. Default: 10,000. */
  readonly maximumArriving?: number;
  /** Whose requests are counted together. Default: all are one client's. */
  readonly clientOf?: (request: IncomingMessage) => string;
  /** Event-loop delay (99th percentile of the last quarter of a second) from which on work is shed. Default: 200 ms. */
  readonly maximumDelayMilliseconds?: number;
  /** Requests in flight below which nothing is shed: a slow machine is not overload. Default: 64. */
  readonly inFlightFloor?: number;
}

/** Sheds work before it is begun, because a queue that grows makes every answer late (R39). */
export interface OverloadGuard {
  /** Whether there is too much to do for one more request of this client; then it is to be told 503. */
  isFull(request: IncomingMessage): boolean;
  /**
   * Counts requests that are let in, until their answers are over. A request counts as in flight only once its body is
   * there: a few hundred headers without the bodies that they announce would else shut everybody out for as long as a
   * body may take (slow body).
   */
  around(handler: RequestListener): RequestListener;
  /** Requests that have come whole and whose answers were not yet taken. */
  inFlight(): number;
  /** Stops watching the event loop. */
  close(): void;
}

const SAMPLE_MILLISECONDS = 250;
const RESOLUTION_MILLISECONDS = 20;
const ADAPT_MILLISECONDS = 100;
/** How long the number of unread answers is good for: counting them for each request that is shed would be work itself. */
const UNREAD_MILLISECONDS = 50;

/** Starts watching the event loop and counting requests. */
export function overloadGuard({
  maximumInFlight = 512,
  maximumArriving = 10_000,
  clientOf = () => '',
  maximumDelayMilliseconds = 200,
  inFlightFloor = 64,
}: OverloadLimits = {}): OverloadGuard {
  const eventLoop = watchEventLoop(maximumDelayMilliseconds);
  const work = places({ most: maximumInFlight, least: inFlightFloor, isLate: eventLoop.isLate });
  let arriving = 0;
  const adapting = setInterval(work.adapt, ADAPT_MILLISECONDS).unref();

  // Only what holds a place: an answer that never held one, given back as unread, would make room that is not there.
  const working = heldPlaces();
  const unread = { answers: 0, countedAt: Number.NEGATIVE_INFINITY };
  const unreadNow = (): number => {
    const now = performance.now();
    if (now - unread.countedAt > UNREAD_MILLISECONDS)
      Object.assign(unread, { answers: working.countOfEnded(), countedAt: now });
    return unread.answers;
  };
  // An answer that was given is no work, however slowly it is taken: a few clients that read nothing would else hold every
  // place for as long as they like (slow reading). Noticing each `end` instead costs an exchange 18 of its 93 µs.
  const isFull = (client: string): boolean => work.isFull(client, 0) && work.isFull(client, unreadNow());
  const enter = (response: ServerResponse, client: string): (() => void) => {
    work.enter(client);
    const giveBack = working.hold(response);
    return () => {
      work.leave(client);
      giveBack();
    };
  };
  const awaitBody = (request: IncomingMessage, response: ServerResponse, client: string): void => {
    arriving += 1;
    let state: 'arriving' | 'in flight' | 'over' = 'arriving';
    let leave = (): void => {};
    const arrived = (): void => {
      if (state !== 'arriving') return;
      state = 'in flight';
      arriving -= 1;
      leave = enter(response, client);
    };
    // Bodies that are held back and then sent all at once: their headers found room, and they would fill every place.
    const arrivedLate = (): void => {
      if (state !== 'arriving' || !isFull(client)) {
        arrived();
        return;
      }
      state = 'over';
      arriving -= 1;
      work.shed(client);
      refuseAtEnd(request);
    };
    response.once('close', () => {
      if (state === 'arriving') arriving -= 1;
      leave();
      state = 'over';
    });
    // The parser tells of the headers first; by the next tick it has also read what came with them.
    process.nextTick(() => {
      if (request.complete) arrived();
      else request.prependOnceListener('end', arrivedLate);
    });
  };

  return {
    isFull(request) {
      const client = clientOf(request);
      if (!isFull(client) && arriving < maximumArriving) return false;
      work.shed(client);
      return true;
    },
    around: (handler) => (request, response) => {
      const client = clientOf(request);
      if (hasBody(request)) awaitBody(request, response, client);
      else {
        response.once('close', enter(response, client));
      }
      handler(request, response);
    },
    inFlight: work.taken,
    close() {
      clearInterval(adapting);
      eventLoop.close();
    },
  };
}

interface HeldPlace {
  readonly response: ServerResponse;
  at: number;
}

/** A list, as in `connections.ts`: a `Set` would keep every answer until the next full garbage collection. */
function heldPlaces() {
  const held: HeldPlace[] = [];
  return {
    /** @returns what gives the place back, once */
    hold(response: ServerResponse): () => void {
      const place: HeldPlace = { response, at: held.length };
      held.push(place);
      return () => {
        const last = held.pop();
        if (last === undefined || last === place) return;
        held[place.at] = last;
        last.at = place.at;
      };
    },
    countOfEnded: () => held.reduce((ended, { response }) => (response.writableEnded ? ended + 1 : ended), 0),
  };
}

function watchEventLoop(maximumDelayMilliseconds: number): { isLate(): boolean; close(): void } {
  let late = false;
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MILLISECONDS });
  histogram.enable();
  const sampling = setInterval(() => {
    // The histogram counts nanoseconds, and its own resolution is part of each sample.
    late = histogram.percentile(99) / 1e6 - RESOLUTION_MILLISECONDS > maximumDelayMilliseconds;
    histogram.reset();
  }, SAMPLE_MILLISECONDS).unref();
  return {
    isLate: () => late,
    close() {
      clearInterval(sampling);
      histogram.disable();
    },
  };
}
