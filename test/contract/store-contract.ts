import { afterEach, beforeEach, describe } from '@jest/globals';
import { describeBulkWrites } from './bulk-contract.ts';
import { describeCommits } from './commit-contract.ts';
import { describeConcurrency } from './concurrency-contract.ts';
import { describeExpiringValues } from './expiring-contract.ts';
import { describeLeases } from './lease-contract.ts';
import { describePaging } from './paging-contract.ts';
import { describeReading } from './reading-contract.ts';
import { describeRecentReading } from './recent-contract.ts';
import { describeSnapshots } from './snapshot-contract.ts';
import type { StoreUnderTest } from './store-under-test.ts';
import { describePositions, describeWatch } from './watch-contract.ts';

export type { StoreUnderTest } from './store-under-test.ts';

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
    describeRecentReading(subject);
    describePaging(subject);
    describeCommits(subject);
    describeConcurrency(subject);
    describeWatch(subject);
    describePositions(subject);
    describeSnapshots(subject);
    describeExpiringValues(subject);
    describeLeases(subject);
    describeBulkWrites(subject);
  });
}
