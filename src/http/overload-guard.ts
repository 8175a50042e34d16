import type { RequestListener, ServerResponse } from 'node:http';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Overloaded } from '../problems/request-problems.ts';

/** How much work may wait. */
export interface OverloadLimits {
  /**
   * Requests that have come whole and are not yet answered. Default: 512, which at 3,000 exchanges a second is 170 ms of work: whoever is
   * let in is served in time.
   */
  readonly maximumInFlight?: number;
  /** Requests whose body is still to come; they hold memory and no work. Default: 4,096. */
  readonly maximumArriving?: number;
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
  /** Requests that have come whole and are not yet answered. */
  inFlight(): number;
  /** Stops watching the event loop. */
  close(): void;
}

const SAMPLE_MILLISECONDS = 250;
const RESOLUTION_MILLISECONDS = 20;

/** Starts watching the event loop and counting requests. */
export function overloadGuard({
  maximumInFlight = 512,
  maximumArriving = 4_096,
  maximumDelayMilliseconds = 200,
  inFlightFloor = 128,
}: OverloadLimits = {}): OverloadGuard {
  const open = new Set<ServerResponse>();
  let late = false;
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MILLISECONDS });
  histogram.enable();
  const sampling = setInterval(() => {
    // The histogram counts nanoseconds, and its own resolution is part of each sample.
    late = histogram.percentile(99) / 1e6 - RESOLUTION_MILLISECONDS > maximumDelayMilliseconds;
    histogram.reset();
  }, SAMPLE_MILLISECONDS).unref();

  function leave(this: ServerResponse): void {
    open.delete(this);
  }
  const enter = (response: ServerResponse): void => {
    open.add(response);
    response.once('close', leave);
  };
  /** Only counted when there may be too many: events that tell of each body would cost every request more than this. */
  const inFlight = (): number => {
    let whole = 0;
    for (const { req } of open) if (req.complete) whole += 1;
    return whole;
  };
  const full = (): boolean => {
    const most = late ? Math.min(inFlightFloor, maximumInFlight) : maximumInFlight;
    if (open.size < Math.min(most, maximumArriving)) return false;
    const whole = inFlight();
    return whole >= most || open.size - whole >= maximumArriving;
  };
  const overloaded = (): Overloaded => new Overloaded('The service has more work than it can finish in time.');

  return {
    admit(response) {
      if (full()) throw overloaded();
      enter(response);
    },
    around: (handler, refuse) => (request, response) => {
      if (full()) {
        refuse(overloaded(), request, response);
        return;
      }
      enter(response);
      handler(request, response);
    },
    inFlight,
    close() {
      clearInterval(sampling);
      histogram.disable();
    },
  };
}
