import { removeOfDeletedGroups } from '../access-groups/remove-ended-members.ts';
import { purgeExpiredKeys } from '../api-keys/purge-expired-keys.ts';
import { removeOrphanedKeys } from '../api-keys/remove-orphaned-keys.ts';
import { ACCOUNT_EVENTS } from '../audit/account-event.ts';
import { EXCHANGE_COUNTS } from '../audit/exchange-count.ts';
import { EXCHANGE_FAILURES } from '../audit/exchange-failure.ts';
import type { Clock } from '../clock/clock.ts';
import type { Job } from '../jobs/leased-runner.ts';
import { forgetGoneNodes } from '../nodes/node.ts';
import { POLICIES, subjectKey } from '../policies/policy.ts';
import { removePoliciesOf, removeRightsOf, removeRightsOfRemovedUsers } from '../policies/remove-policies.ts';
import { REPORT_PIECES, REPORTS } from '../reports/report.ts';
import { REVOCATIONS, TOLERATED_SKEW_MILLISECONDS } from '../revocations/revocation.ts';
import { removeServiceAccountsOf } from '../service-accounts/remove-orphaned.ts';
import type { Store } from '../store/store.ts';
import { USED_ASSERTIONS } from '../tokens/used-assertions.ts';
import { INVITATIONS } from '../users/invitation.ts';
import type { Domains } from './assemble-domains.ts';

const SWEEP_MILLISECONDS = 30_000;
/** How long Redis may be empty at most once it is back; a look costs three of its commands. */
const SNAPSHOT_MILLISECONDS = 5_000;
const SWEEP_ROWS = 1_000;

/** For one sweep of everything: less than a stop waits for background work. */
const SWEEP_BUDGET_MILLISECONDS = 1_000;

type BackgroundDomains = Pick<Domains, 'signingKeys' | 'revocations' | 'resources' | 'trimSpool'>;

/** Background work, each a bounded piece at a time. @param budgetMilliseconds how long one sweep may go on */
export function backgroundWork(
  store: Store,
  { signingKeys, revocations, resources, trimSpool }: BackgroundDomains,
  clock: Clock,
  budgetMilliseconds = SWEEP_BUDGET_MILLISECONDS,
): readonly Job[] {
  const sweep = async (): Promise<void> => {
    await sweepExpired(store, clock.now(), performance.now() + budgetMilliseconds);
    await forgetGoneNodes(store, clock.now());
  };
  return [
    { name: 'sweep what has expired', everyMilliseconds: SWEEP_MILLISECONDS, run: sweep },
    {
      name: 'rotate signing keys',
      everyMilliseconds: 60_000,
      run: async (under) => void (await signingKeys.tick(under)),
    },
    {
      name: 'remove keys and rights of removed service IDs',
      everyMilliseconds: 2_000,
      run: (under) =>
        removeOrphanedKeys(
          store,
          under,
          async (serviceId) =>
            (await removeRightsOf(store, serviceId, under)) && (await removeServiceAccountsOf(store, serviceId, under)),
        ),
    },
    {
      name: 'remove rights of removed users',
      everyMilliseconds: 2_000,
      run: (under) => removeRightsOfRemovedUsers(store, under),
    },
    {
      name: 'remove members and rights of deleted groups',
      everyMilliseconds: 2_000,
      run: (under) =>
        removeOfDeletedGroups(store, under, ({ accountId, id }) =>
          removePoliciesOf(store, { accountId, key: subjectKey('access_group_id', id) }, under),
        ),
    },
    {
      name: 'remove keys that expired long ago',
      everyMilliseconds: 60_000,
      run: (under) => purgeExpiredKeys(store, clock, under),
    },
    {
      name: 'finish deletions of instances',
      everyMilliseconds: 2_000,
      // Loaded late: no start waits for what seldom has anything to do.
      run: async (under) => {
        const { finishRemovals } = await import('../resource-instances/finish-removals.ts');
        await finishRemovals({ store, clock, rooms: resources }, under);
      },
    },
    {
      name: 'remove ingestion keys that have ended',
      everyMilliseconds: 30_000,
      // Loaded late, as above.
      run: async (under) =>
        (await import('../ingestion-keys/remove-ended-keys.ts')).removeEndedKeys(store, clock, under),
    },
    {
      name: 'keep resource groups whose deletion ended halfway',
      everyMilliseconds: 10_000,
      // Loaded late, as above.
      run: async (under) => (await import('../resource-groups/keep-groups.ts')).keepGroupsLeftEnding(store, under),
    },
    {
      name: 'finish deletions of key groups',
      everyMilliseconds: 10_000,
      // Loaded late, as above.
      run: async (under) =>
        (await import('../key-groups/finish-group-removals.ts')).finishGroupRemovals({ store, clock }, under),
    },
    {
      name: 'finish deletions of aliases',
      everyMilliseconds: 2_000,
      // Loaded late, as above.
      run: async (under) => {
        const { finishAliasRemovals } = await import('../resource-instances/finish-alias-removals.ts');
        const hooks = async () => (await resources()).aliasHooks;
        await finishAliasRemovals({ store, clock, hooks }, under);
      },
    },
    {
      name: 'make reports',
      everyMilliseconds: 1_000,
      // Loaded late, as above.
      run: async (under) => (await import('../reports/make-reports.ts')).makeReports(store, under),
    },
    { name: 'remove log lines that are too old or too many', everyMilliseconds: 10_000, run: trimSpool },
    {
      name: 'keep the snapshot of revocations',
      everyMilliseconds: SNAPSHOT_MILLISECONDS,
      run: revocations.refillSnapshot,
    },
  ];
}

/** Goes on while there is more, in turns, so that what comes fastest neither grows without end nor keeps the rest waiting. */
async function sweepExpired(store: Store, now: number, endsAt: number): Promise<void> {
  const sweeps = [
    // This clock may be ahead of the one that set the expiry, and of those that still accept the tokens: both at once.
    () => store.deleteExpired(REVOCATIONS, now - TOLERATED_SKEW_MILLISECONDS, SWEEP_ROWS),
    // Another clock may be behind, and there the code is still good.
    () => store.deleteExpired(INVITATIONS, now - TOLERATED_SKEW_MILLISECONDS, SWEEP_ROWS),
    // As long as any clock would take the assertion again.
    () => store.deleteExpired(USED_ASSERTIONS, now - TOLERATED_SKEW_MILLISECONDS, SWEEP_ROWS),
    () => store.deleteExpired(EXCHANGE_COUNTS, now, SWEEP_ROWS),
    () => store.deleteExpired(EXCHANGE_FAILURES, now, SWEEP_ROWS),
    () => store.deleteExpired(ACCOUNT_EVENTS, now, SWEEP_ROWS),
    () => store.deleteExpired(REPORT_PIECES, now, SWEEP_ROWS),
    () => store.deleteExpired(REPORTS, now, SWEEP_ROWS),
    // Deleted policies, once they can no longer be restored.
    () => store.deleteExpired(POLICIES, now, SWEEP_ROWS),
  ];
  for (let open = sweeps; open.length > 0; ) {
    const full: typeof sweeps = [];
    for (const sweep of open) {
      if ((await sweep()) >= SWEEP_ROWS) full.push(sweep);
    }
    open = performance.now() < endsAt ? full : [];
  }
}
