import type { Origin } from '../access/caller.ts';
import type { Clock } from '../clock/clock.ts';
import { addressBucketOf } from '../limits/failed-attempts.ts';
import type { Store } from '../store/store.ts';
import { accountEventLog, type NewAccountEvent } from './account-event-log.ts';
import { ACTIVITY, EXCHANGE_COUNTS } from './exchange-count.ts';
import { type FailedExchange, failureLog } from './failure-log.ts';
import { tallyBook } from './tally-book.ts';

/** A token was given. */
export interface SuccessfulExchange {
  readonly accountId: string;
  readonly apiKeyId: string;
  readonly iamId: string;
  /** Under which name the identity's use is counted: of a user the membership, because each account sees its own alone. */
  readonly activityId: string;
  /** What it is written down as, beside being counted; absent: the account does not ask for single records. */
  readonly single?: Pick<NewAccountEvent, 'kind' | 'grant'> | undefined;
}

/** Writes down exchanges without holding up one of them. */
export interface ExchangeRecorder {
  succeeded(origin: Origin, exchange: SuccessfulExchange): void;
  failed(origin: Origin, failure: FailedExchange): void;
  /** Something else that is written down singly, in an account that asks for it. */
  recorded(origin: Origin, event: NewAccountEvent): void;
  /** Writes all that is waiting. @throws what the store throws; what was not written stays for the next time */
  flush(): Promise<void>;
  /** Writes all that is waiting and stops the timers. */
  close(): Promise<void>;
}

/** What the recorder stands on. */
export interface ExchangeRecorderParts {
  readonly store: Store;
  readonly clock: Clock;
  /** How often counts and failures are written, milliseconds. Default 1,000: at most so much is lost by `kill -9`. */
  readonly flushMilliseconds?: number;
  /** How often last-used instants are written, milliseconds. Default 30,000. */
  readonly activityMilliseconds?: number;
  /** Called when a flush fails; what was to be written is kept. */
  readonly onError?: (cause: unknown) => void;
}

interface Sums {
  /** By account, key and client: exchanges since the last flush. */
  exchanges: Map<string, { readonly exchange: SuccessfulExchange; readonly address: string; count: number }>;
  minuteAt: number;
  lastAt: number;
}

const MINUTE = 60_000;
const KEEP_COUNTS_MILLISECONDS = 90 * 24 * 60 * MINUTE;

/** Successful exchanges are counted per account, key, client address and minute, and their activity per key and identity. */
export function recordExchanges(parts: ExchangeRecorderParts): ExchangeRecorder {
  const { store, clock, flushMilliseconds = 1_000, activityMilliseconds = 30_000, onError } = parts;
  const failures = failureLog({ store, clock });
  const events = accountEventLog({ store, clock });
  const counts = tallyBook(store, EXCHANGE_COUNTS);
  const activity = tallyBook(store, ACTIVITY);
  const sums: Sums = { exchanges: new Map(), minuteAt: 0, lastAt: 0 };

  const settleSums = (): void => {
    const { minuteAt, lastAt } = sums;
    for (const { exchange, address, count } of sums.exchanges.values()) {
      const { accountId, apiKeyId, iamId, activityId } = exchange;
      const expiresAt = minuteAt + KEEP_COUNTS_MILLISECONDS;
      const first = { accountId, apiKeyId, iamId, address, minuteAt, expiresAt };
      const rowId = `${minuteAt}:${accountId}:${apiKeyId}:${address}`;
      counts.add({ id: rowId, add: { exchanges: count }, first });
      for (const id of [apiKeyId, activityId]) {
        activity.add({ id, add: { authnCount: count }, raise: { lastAuthnAt: lastAt } });
      }
    }
    // A new one: a map that is cleared goes on from a table that has grown old, and garbage collection keeps what is put into it.
    sums.exchanges = new Map();
  };

  const flushRecords = async (manner: 'at-once' | 'gently' = 'at-once'): Promise<void> => {
    settleSums();
    await allOf(failures.flush(), events.flush(), counts.flush(manner));
  };
  const reported = (work: Promise<void>): Promise<void> => work.catch((cause: unknown) => onError?.(cause));
  const often = setInterval(() => reported(flushRecords('gently')), flushMilliseconds).unref();
  const seldom = setInterval(() => reported(activity.flush('gently')), activityMilliseconds).unref();

  return {
    succeeded(origin, exchange) {
      const now = clock.now();
      const minuteAt = now - (now % MINUTE);
      if (minuteAt !== sums.minuteAt) {
        settleSums();
        sums.minuteAt = minuteAt;
      }
      sums.lastAt = now;
      // A client of IPv6 may use another address for every exchange: a row for each would grow without bound.
      const address = addressBucketOf(origin.address);
      // With the account: a user's key works in several, and each must find its own.
      const id = `${exchange.accountId} ${exchange.apiKeyId} ${address}`;
      const known = sums.exchanges.get(id);
      if (known !== undefined) known.count += 1;
      else sums.exchanges.set(id, { exchange, address, count: 1 });
      const { single } = exchange;
      if (single !== undefined) {
        const { accountId, apiKeyId, iamId } = exchange;
        events.add(origin, { ...single, accountId, apiKeyId, iamId });
      }
    },

    failed: failures.add,
    recorded: events.add,

    async flush() {
      await allOf(flushRecords(), activity.flush());
    },

    async close() {
      clearInterval(often);
      clearInterval(seldom);
      failures.settle();
      events.settle();
      await reported(flushRecords());
      await reported(activity.flush());
    },
  };
}

/** Does all of it, also when a part fails: what cannot be written must not keep anything else from it. @throws the first failure */
async function allOf(...works: readonly Promise<void>[]): Promise<void> {
  for (const outcome of await Promise.allSettled(works)) if (outcome.status === 'rejected') throw outcome.reason;
}
