import { afterEach, beforeEach, describe } from '@jest/globals';
import type { Store } from '../../src/store/store.ts';
import { describeBulkWrites } from './bulk-contract.ts';
import { describeCommits } from './commit-contract.ts';
import { describeConcurrency } from './concurrency-contract.ts';
import { describeExpiringValues } from './expiring-contract.ts';
import { describeLeases } from './lease-contract.ts';
import { describePaging } from './paging-contract.ts';
import { describeReading } from './reading-contract.ts';
import { describeWatch } from './watch-contract.ts';

/** A fresh store that knows `CONTRACT_COLLECTIONS`, and what a test may do to it beside using it. */
export interface StoreUnderTest {
  readonly store: Store;
  /** Closes `store` and opens it again; from then on, use the one that is returned. */
  reopen(): Promise<Store>;
  /** What a second process sees: the same lasting state, nothing shared in memory. */
  another(): Promise<Store>;
  /** Makes the back-end believe that time has passed: the fixed clock for SQLite, a real wait for Redis. */
  letSecondsPass(seconds: number): Promise<void>;
  /** Closes whatever was opened and removes the lasting state. */
  dispose(): Promise<void>;
}

/** Every back-end must pass this; a back-end that needs an exception does not keep the contract. */
export function describeStoreContract(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`store contract: ${name}`, () => {
    let opened: StoreUnderTest | undefined;
    const subject = (): StoreUnderTest => {
      if (opened === undefined) throw new Error('The store is open only while a test runs.');
      return opened;
    };
    beforeEach(async () => {
      opened = await open();
    });
    afterEach(async () => {
      await opened?.dispose();
      opened = undefined;
    });

    describeReading(subject);
    describePaging(subject);
    describeCommits(subject);
    describeConcurrency(subject);
    describeWatch(subject);
    describeExpiringValues(subject);
    describeLeases(subject);
    describeBulkWrites(subject);
  });
}
