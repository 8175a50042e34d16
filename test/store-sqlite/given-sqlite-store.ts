import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../src/clock/clock.ts';
import type { Store } from '../../src/store/store.ts';
import { openSqliteStore } from '../../src/store-sqlite/open-sqlite-store.ts';
import { CONTRACT_COLLECTIONS } from '../contract/contract-collections.ts';
import type { StoreUnderTest } from '../contract/store-under-test.ts';

/** An embedded store in a folder of its own, with a clock that only moves by hand. */
export interface SqliteStoreUnderTest extends StoreUnderTest {
  readonly folder: string;
  readonly file: string;
  readonly clock: Clock;
}

/** @returns an open store in a new folder */
export async function givenSqliteStore(): Promise<SqliteStoreUnderTest> {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-sqlite-'));
  const file = join(folder, 'store.sqlite');
  let now = 1_800_000_000_000;
  const clock: Clock = { now: () => now };
  const opened: Store[] = [];
  const open = async (): Promise<Store> => {
    const store = await openSqliteStore({ file, clock, collections: CONTRACT_COLLECTIONS });
    opened.push(store);
    return store;
  };
  const store = await open();
  return {
    store,
    folder,
    file,
    clock,
    async reopen() {
      await store.close();
      return open();
    },
    another: open,
    keepsSnapshots: false,
    async letSecondsPass(seconds) {
      now += seconds * 1000;
    },
    async dispose() {
      await Promise.all(opened.map((each) => each.close()));
      await rm(folder, { recursive: true });
    },
  };
}
