import type { Origin } from '../access/caller.ts';
import type { Clock } from '../clock/clock.ts';
import { addressBucketOf } from '../limits/failed-attempts.ts';
import type { Store } from '../store/store.ts';
import { auditEvent } from './audit-event.ts';
import { EXCHANGE_FAILURES, type ExchangeFailure } from './exchange-failure.ts';

/** No token was given. What is not known of the credential is absent. */
export interface FailedExchange {
  readonly problem: string;
  readonly action: string;
  /** True: the caller was told that it had failed too often. Such a failure is only counted. Default: false. */
  readonly limited?: boolean;
  readonly accountId?: string | undefined;
  readonly apiKeyId?: string | undefined;
  readonly iamId?: string | undefined;
}

/** Failures on their way to the store: single up to a rate per client and for all, then counted with "n suppressed". */
export interface FailureLog {
  add(origin: Origin, failure: FailedExchange): void;
  /** Writes what waits. @throws what the store throws; nothing is lost by it */
  flush(): Promise<void>;
  /** Ends every open count, so that the next flush writes it. */
  settle(): void;
}

interface Window {
  readonly startedAt: number;
  /** Written one by one. */
  events: number;
  suppressed: number;
  last: { readonly origin: Origin; readonly failure: FailedExchange } | undefined;
}

const MINUTE = 60_000;
const KEEP_MILLISECONDS = 90 * 24 * 60 * MINUTE;
/** Single failure events a client may cause per minute. */
const EVENTS_PER_CLIENT_AND_MINUTE = 30;
/** Single events a second, whoever causes them: failures need no credentials, and must not fill the disk. */
const EVENTS_PER_SECOND = 50;
/** Summaries a flush, each of one client; what is left becomes one more, of many. */
const SUMMARIES_PER_FLUSH = 10;
/** Bounds memory while the store is away: past it, failures are only counted. */
const WAITING_EVENTS = 5_000;
const TRACKED_CLIENTS = 10_000;
/** No window is open any more by then. */
const END = Number.POSITIVE_INFINITY;
/** The name of the window of everybody who has none of its own. */
const OTHERS = 'others';

/** @returns an empty log that writes to `store` */
export function failureLog({ store, clock }: { readonly store: Store; readonly clock: Clock }): FailureLog {
  const windows = new Map<string, Window>();
  let waiting: ExchangeFailure[] = [];
  /** Taken by a flush and not yet written; they may come back. */
  let underWay = 0;
  const second = { at: 0, events: 0 };

  const isRoom = (): boolean => waiting.length + underWay < WAITING_EVENTS;
  const isRate = (): boolean => {
    const at = Math.floor(clock.now() / 1_000);
    if (at !== second.at) Object.assign(second, { at, events: 0 });
    return second.events < EVENTS_PER_SECOND;
  };

  const windowOf = (bucket: string): Window => {
    // One shared window past the bound: an attacker with many addresses must not grow memory.
    const name = windows.has(bucket) || windows.size < TRACKED_CLIENTS ? bucket : OTHERS;
    const known = windows.get(name);
    if (known !== undefined) return known;
    const window = newWindow(clock.now());
    windows.set(name, window);
    return window;
  };

  const closeWindows = (now: number): void => {
    const rest: Window = newWindow(clock.now());
    let summaries = 0;
    for (const [name, window] of windows) {
      const { startedAt, suppressed, last } = window;
      if (now - startedAt < MINUTE) continue;
      windows.delete(name);
      if (last === undefined) continue;
      if (name !== OTHERS && summaries < SUMMARIES_PER_FLUSH && isRoom()) {
        summaries += 1;
        waiting.push(failureEvent(last.origin, last.failure, startedAt, suppressed));
      } else {
        rest.suppressed += suppressed;
        rest.last = last;
      }
    }
    if (rest.last === undefined) return;
    if (isRoom() || now === END) waiting.push(summaryOfMany(rest.last, rest.startedAt, rest.suppressed));
    // Counted on, while the store is away: one more row at each attempt to write would be without bound as well.
    else windows.set(OTHERS, rest);
  };

  return {
    add(origin, failure) {
      // By the network as the limiter counts: an address of IPv6 has 2^64 neighbours of the same client.
      const window = windowOf(addressBucketOf(origin.address));
      if (failure.limited !== true && window.events < EVENTS_PER_CLIENT_AND_MINUTE && isRate() && isRoom()) {
        window.events += 1;
        second.events += 1;
        waiting.push(failureEvent(origin, failure, clock.now()));
      } else {
        window.suppressed += 1;
        window.last = { origin, failure };
      }
    },

    async flush() {
      closeWindows(clock.now());
      const events = waiting;
      if (events.length === 0) return;
      waiting = [];
      underWay += events.length;
      try {
        const recordedAt = clock.now();
        await store.append(
          EXCHANGE_FAILURES,
          events.map((event) => ({ ...event, recordedAt })),
        );
      } catch (cause) {
        // The store passes over ids that it has, so events whose outcome is unknown may come again.
        waiting = [...events, ...waiting];
        throw cause;
      } finally {
        underWay -= events.length;
      }
    },

    settle: () => closeWindows(END),
  };
}

const newWindow = (startedAt: number): Window => ({ startedAt, events: 0, suppressed: 0, last: undefined });

function failureEvent(origin: Origin, failure: FailedExchange, at: number, suppressed?: number): ExchangeFailure {
  const { action, problem, accountId = '', apiKeyId, iamId } = failure;
  const event = auditEvent(origin, {
    at,
    action,
    accountId,
    target: '',
    targetId: apiKeyId ?? '',
    outcome: 'failure',
    actor: { ...(iamId !== undefined && { iamId }), ...(apiKeyId !== undefined && { apiKeyId }) },
    problem,
  });
  return { ...event, ...(suppressed !== undefined && { suppressed }), expiresAt: at + KEEP_MILLISECONDS };
}

/** Of many clients and accounts: named after none of them, so that no account is told of another's failures. */
function summaryOfMany(
  { origin, failure }: NonNullable<Window['last']>,
  at: number,
  suppressed: number,
): ExchangeFailure {
  const { action, problem } = failure;
  return failureEvent({ ...origin, address: '' }, { action, problem }, at, suppressed);
}
