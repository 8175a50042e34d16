import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { API_KEYS } from '../../src/api-keys/api-key.ts';
import { ACTIVITY } from '../../src/audit/exchange-count.ts';
import { makeReports } from '../../src/reports/make-reports.ts';
import { REPORT_PIECES, REPORTS, type Report } from '../../src/reports/report.ts';
import { newServiceId } from '../../src/service-ids/new-service-id.ts';
import { SERVICE_IDS, type ServiceId } from '../../src/service-ids/service-id.ts';
import { insert } from '../../src/store/changes.ts';
import { anyCollection } from '../../src/store/collection.ts';
import { firstEntityTag } from '../../src/store/entity-tag.ts';
import type { Lease, Store } from '../../src/store/store.ts';
import { LeaseLost } from '../../src/store/store-errors.ts';
import { openSqliteStore } from '../../src/store-sqlite/open-sqlite-store.ts';
import { MEMBERSHIPS } from '../../src/users/user.ts';

const NOW = 1_800_000_000_000;
const COLLECTIONS = [
  ...[anyCollection(REPORTS), anyCollection(REPORT_PIECES), anyCollection(API_KEYS)],
  ...[anyCollection(SERVICE_IDS), anyCollection(MEMBERSHIPS), anyCollection(ACTIVITY)],
];

describe('makeReports', () => {
  let store: Store;
  let lease: Lease;
  let clean: () => Promise<void>;
  let report: Report;

  beforeEach(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'latchkey-'));
    store = await openSqliteStore({
      file: join(folder, 'store.sqlite'),
      clock: { now: () => NOW },
      collections: COLLECTIONS,
    });
    lease = await leaseOf(store);
    report = pendingReport();
    await store.commit([insert(REPORTS, report)]);
    clean = async () => {
      await store.close();
      await rm(folder, { recursive: true });
    };
  });
  afterEach(() => clean());

  const reported = async (): Promise<readonly string[]> => {
    const { rows } = await store.read(REPORT_PIECES).page('byReport', { equals: [report.id], limit: 100 });
    return rows.flatMap((piece) => piece.rows.map(({ id }) => id));
  };
  const stateOf = async () => (await store.read(REPORTS).get(report.id))?.state;

  /** `kill -9` between two pieces: the piece and the place after it are one commit. */
  it('given a process that dies after each of its commits, when others go on, then every identity stands there once', async () => {
    const serviceIds = await givenServiceIds(store, 900);

    for (let lives = 0; lives < 20 && (await stateOf()) === 'pending'; lives += 1) {
      await makeReports(dyingAfter(1, store), lease).catch(() => undefined);
    }

    expect(await stateOf()).toBe('ready');
    expect((await reported()).toSorted()).toEqual(serviceIds.map(({ id }) => id).toSorted());
  });

  /** One run must not hold the lease, and with it all other background work, for as long as an account is large. */
  it('given more identities than one run looks at, when it runs once, then it has made a part, and the next makes the rest', async () => {
    const serviceIds = await givenServiceIds(store, 5_200);

    await makeReports(store, lease);
    const afterOne = await stateOf();
    await makeReports(store, lease);

    expect([afterOne, await stateOf()]).toEqual(['pending', 'ready']);
    expect((await reported()).length).toBe(serviceIds.length);
  });

  /** A holder that was paused and is no longer the one must not write (fencing). */
  it('given a lease that went to another, when the old holder runs, then it is refused and nothing is written', async () => {
    await givenServiceIds(store, 3);
    await lease.release();
    await leaseOf(store);

    await expect(makeReports(store, lease)).rejects.toBeInstanceOf(LeaseLost);

    expect([await stateOf(), await reported()]).toEqual(['pending', []]);
  });
});

const pendingReport = (): Report => ({
  ...{ id: 'report', entityTag: firstEntityTag(), accountId: 'account', kind: 'activity', state: 'pending' },
  ...{ createdBy: 'IBMid-TEST', createdAt: NOW, durationHours: 24, section: 'users', pieces: 0 },
  expiresAt: NOW + 86_400_000,
});

async function givenServiceIds(store: Store, count: number): Promise<readonly ServiceId[]> {
  const chosen = Array.from({ length: count }, (_, number) => ({ accountId: 'account', name: `service ${number}` }));
  const serviceIds = chosen.map((each) => newServiceId(each, 'IBMid-TEST', NOW));
  for (let begin = 0; begin < count; begin += 200) {
    await store.commit(serviceIds.slice(begin, begin + 200).map((each) => insert(SERVICE_IDS, each)));
  }
  return serviceIds;
}

/** The store as a process sees it that is gone after so many commits. */
function dyingAfter(commits: number, store: Store): Store {
  let left = commits;
  return {
    ...store,
    async commit(changes, options) {
      if (left === 0) throw new Error('the process is gone');
      left -= 1;
      await store.commit(changes, options);
    },
  };
}

async function leaseOf(store: Store): Promise<Lease> {
  const lease = await store.lease('background-work', 60_000);
  if (lease === undefined) throw new Error('the lease is held');
  return lease;
}
