import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ACCOUNT_EVENTS, type AccountEvent } from '../../src/audit/account-event.ts';
import { ACTIVITY, EXCHANGE_COUNTS, type ExchangeCount } from '../../src/audit/exchange-count.ts';
import { EXCHANGE_FAILURES, type ExchangeFailure } from '../../src/audit/exchange-failure.ts';
import { StoreUnavailable } from '../../src/problems/request-problems.ts';
import type { Store } from '../../src/store/store.ts';
import { openSqliteStore } from '../../src/store-sqlite/open-sqlite-store.ts';

/** An embedded store for the records of exchanges, a clock that only moves by hand, and faults on demand. */
export interface AuditStore {
  /** The real store, in front of which an outage may stand. */
  readonly store: Store;
  readonly clock: { now(): number; pass(milliseconds: number): void };
  /** While true, nothing can be written. */
  away: boolean;
  /** Holds every write back until the returned function is called. */
  holdWrites(): () => void;
  /** While true, no failure can be written. */
  failuresAway: boolean;
  /** Every failure there is of an account, oldest first. */
  events(accountId?: string): Promise<readonly ExchangeFailure[]>;
  /** Every single record there is of an account, oldest first. */
  singles(accountId: string): Promise<readonly AccountEvent[]>;
  counts(accountId: string): Promise<readonly ExchangeCount[]>;
  dispose(): Promise<void>;
}

/** @returns an empty store in a folder of its own */
export async function givenAuditStore(): Promise<AuditStore> {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-audit-'));
  let now = 1_800_000_000_000;
  const clock = {
    now: () => now,
    pass(milliseconds: number) {
      now += milliseconds;
    },
  };
  const collections = [EXCHANGE_FAILURES, EXCHANGE_COUNTS, ACTIVITY, ACCOUNT_EVENTS];
  const real = await openSqliteStore({ file: join(folder, 'store.sqlite'), clock, collections });
  let held: Promise<void> | undefined;

  const admitted = async (): Promise<void> => {
    if (given.away) throw new StoreUnavailable();
    await held;
  };
  const store: Store = {
    ...real,
    async append(collection, events) {
      await admitted();
      if (given.failuresAway) throw new StoreUnavailable();
      return real.append(collection, events);
    },
    async tally(collection, tallies) {
      await admitted();
      return real.tally(collection, tallies);
    },
  };

  const given: AuditStore = {
    store,
    clock,
    away: false,
    failuresAway: false,
    holdWrites() {
      const { promise, resolve } = Promise.withResolvers<void>();
      held = promise;
      return () => {
        held = undefined;
        resolve();
      };
    },
    events: async (accountId = '') =>
      (await real.read(EXCHANGE_FAILURES).page('byAccount', { equals: [accountId], limit: 1000 })).rows,
    singles: async (accountId) =>
      (await real.read(ACCOUNT_EVENTS).page('byAccount', { equals: [accountId], limit: 1000 })).rows,
    counts: async (accountId) =>
      (await real.read(EXCHANGE_COUNTS).page('byAccount', { equals: [accountId], limit: 1000 })).rows,
    async dispose() {
      await real.close();
      await rm(folder, { recursive: true });
    },
  };
  return given;
}
