import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ACCESS_GROUPS } from '../../src/access-groups/access-group.ts';
import { GROUP_MEMBERS } from '../../src/access-groups/group-member.ts';
import { SYSTEM_CLOCK } from '../../src/clock/clock.ts';
import { CUSTOM_ROLES } from '../../src/policies/custom-role.ts';
import { POLICIES } from '../../src/policies/policy.ts';
import { openRecentPolicySets, type RecentPolicySets } from '../../src/policies/recent-policy-sets.ts';
import { StoreUnavailable } from '../../src/problems/request-problems.ts';
import { serviceRoleCrn } from '../../src/resource-catalog/service-definition.ts';
import { remove } from '../../src/store/changes.ts';
import type { Store } from '../../src/store/store.ts';
import { openSqliteStore } from '../../src/store-sqlite/open-sqlite-store.ts';
import { givenCustomRole, givenPolicy } from '../harness/given-rights.ts';

const ACCOUNT = 'a'.repeat(32);
const IAM_ID = 'iam-ServiceId-1';

/** What a node may believe, and whether its primary can be reached. */
interface Weather {
  current: boolean;
  grace: boolean;
  away: boolean;
  /** How often a collection was read. */
  reads: number;
}

describe('compiled sets for decisions that are asked for often', () => {
  let folder: string;
  let real: Store;
  let weather: Weather;
  let sets: RecentPolicySets;
  /** Says that nobody knows what has changed. */
  let lose: () => void;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'latchkey-sets-'));
    const collections = [POLICIES, GROUP_MEMBERS, ACCESS_GROUPS, CUSTOM_ROLES];
    real = await openSqliteStore({ file: join(folder, 'store.sqlite'), clock: SYSTEM_CLOCK, collections });
    weather = { current: true, grace: true, away: false, reads: 0 };
    sets = await openRecentPolicySets({ store: under(real) });
  });
  afterEach(async () => {
    await sets.close();
    await real.close();
    await rm(folder, { recursive: true });
  });

  /** The real store, in a weather that the test makes. */
  const under = (store: Store): Store => ({
    ...store,
    read: (collection) => {
      weather.reads += 1;
      if (weather.away) throw new StoreUnavailable();
      return store.read(collection);
    },
    async watch(collections, onChange, since, onLost) {
      lose = () => onLost?.();
      const subscription = await store.watch(collections, onChange, since);
      return { ...subscription, isCurrent: () => weather.current, wasCurrentLately: () => weather.grace };
    },
  });
  const permitted = async (iamId = IAM_ID): Promise<boolean> =>
    (await sets.recentPolicySetOf(ACCOUNT, iamId)).permits(
      'logs.data-ingress.send',
      { service: 'logs', attributes: {} },
      0,
    );
  const allow = () =>
    givenPolicy(
      { store: real, clock: SYSTEM_CLOCK },
      { accountId: ACCOUNT, subject: IAM_ID, roles: [serviceRoleCrn('logs', 'Sender')], service: 'logs' },
    );

  describe('given it hears of changes', () => {
    it('when a decision is asked for again, then the store is not asked', async () => {
      await allow();
      expect(await permitted()).toBe(true);
      weather.reads = 0;

      for (let round = 0; round < 100; round += 1) expect(await permitted()).toBe(true);

      expect(weather.reads).toBe(0);
    });

    it('when many ask for the first time at once, then it is read once', async () => {
      await permitted();
      const readsOfOne = weather.reads;
      weather.reads = 0;

      await Promise.all(Array.from({ length: 50 }, () => permitted('iam-ServiceId-2')));

      expect(weather.reads).toBe(readsOfOne);
    });

    it('when it is asked what a role gives, then it is read once, and anew when a custom role comes or goes', async () => {
      const place = { store: real, clock: SYSTEM_CLOCK };
      const role = `crn:v1:bluemix:public:iam-access-management::a/${ACCOUNT}::customRole:Shipper`;
      const given = async (crn: string): Promise<readonly string[]> =>
        (await sets.recentRoleSetOf(ACCOUNT, crn)).grants.map(({ service }) => service);
      expect(await given(role)).toEqual([]);

      const common = { accountId: ACCOUNT, name: 'Shipper', actions: ['logs.data-ingress.send'] };
      const made = await givenCustomRole(place, { ...common, service: 'logs' });
      await givenCustomRole(place, { ...common, service: 'logdna' });
      expect(await given(role)).toEqual(['logs', 'logdna']);
      await real.commit([remove(CUSTOM_ROLES, made)]);
      expect(await given(role)).toEqual(['logdna']);
      expect(await given(role.replace(ACCOUNT, 'b'.repeat(32)))).toEqual([]);
      expect(await given(serviceRoleCrn('logs', 'Sender'))).toEqual(['logs']);
      weather.reads = 0;
      await Promise.all([given(role), given(serviceRoleCrn('logs', 'Sender'))]);
      expect(weather.reads).toBe(0);
    });

    it('when nobody knows what has changed, then everything is read anew', async () => {
      await permitted();
      weather.reads = 0;

      lose();

      expect(await permitted()).toBe(false);
      expect(weather.reads).toBeGreaterThan(0);
    });
  });

  describe('given it is not sure to hear of changes', () => {
    beforeEach(async () => {
      await permitted();
      weather.current = false;
    });

    it('when the primary can be reached, then each decision asks it', async () => {
      for (let round = 1; round <= 2; round += 1) {
        weather.reads = 0;
        expect(await permitted()).toBe(false);
        expect(weather.reads).toBeGreaterThan(0);
      }
    });

    it('when the primary is away, then it goes on with what it knows, within the grace', async () => {
      weather.away = true;

      expect(await permitted()).toBe(false);
    });

    /** "Denied" would be taken for a right that was never given, and what was unknown would become an outage of another kind. */
    it('when the primary is away, and the grace is over or nothing was known, then it says that it cannot know', async () => {
      weather.away = true;

      await expect(permitted('iam-ServiceId-3')).rejects.toThrow(StoreUnavailable);
      weather.grace = false;
      await expect(permitted()).rejects.toThrow(StoreUnavailable);
    });
  });
});
