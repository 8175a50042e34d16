import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { ACCESS_GROUPS } from '../../src/access-groups/access-group.ts';
import { GROUP_MEMBERS, groupMemberId } from '../../src/access-groups/group-member.ts';
import { CUSTOM_ROLES, customRoleCrn } from '../../src/policies/custom-role.ts';
import { POLICIES, type Policy, subjectKey } from '../../src/policies/policy.ts';
import { commonRoleCrn, serviceRoleCrn } from '../../src/resource-catalog/service-definition.ts';
import { insert, remove, replace } from '../../src/store/changes.ts';
import { nextEntityTag } from '../../src/store/entity-tag.ts';
import { eventually } from '../contract/eventually.ts';
import { BACKENDS } from '../harness/backends.ts';
import { firstAccountId } from '../harness/given-credentials.ts';
import { givenCustomRole, givenGroup, givenPolicy, groupMember, is } from '../harness/given-rights.ts';
import type { RunningService } from '../harness/running-service.ts';
import { givenTwoServices } from '../harness/two-services.ts';

const SEND = 'logs.data-ingress.send';
const SENDER = serviceRoleCrn('logs', 'Sender');
const SPREAD_MILLISECONDS = 1_000;

describe.each(BACKENDS)('decisions by policies, of two processes on one store [%s]', (backend) => {
  let first: RunningService;
  let second: RunningService;
  let accountId: string;
  const services = givenTwoServices(backend);
  beforeAll(async () => {
    ({ first, second } = services());
    accountId = await firstAccountId(first);
  });

  const somebody = (): string => `iam-ServiceId-${randomUUID()}`;
  const instanceOf = (instance?: string) => ({
    ...{ accountId, service: 'logs' },
    ...(instance !== undefined && { instance }),
  });
  const who = (iamId: string) => ({
    ...{ iamId, accountId, apiKeyId: '', address: '127.0.0.1', requestId: '', transactionId: '' },
  });
  const now = ({ domains }: RunningService, iamId: string, instance?: string, action = SEND): Promise<boolean> =>
    domains.access.allows(who(iamId), action, instanceOf(instance));
  const lately = ({ domains }: RunningService, iamId: string, instance?: string, action = SEND): Promise<boolean> =>
    domains.access.allowsLately(who(iamId), action, instanceOf(instance));

  /** The next administrative decision of each process, and within a second every other one, says this. */
  async function expectEverywhere(iamId: string, allowed: boolean, action = SEND): Promise<void> {
    for (const service of [first, second]) expect(await now(service, iamId, 'i1', action)).toBe(allowed);
    // Of the process that made the change at once.
    expect(await lately(first, iamId, 'i1', action)).toBe(allowed);
    await eventually(async () => expect(await lately(second, iamId, 'i1', action)).toBe(allowed), SPREAD_MILLISECONDS);
  }

  const replaced = (policy: Policy, change: Partial<Policy>): Promise<void> =>
    first.store.commit([
      replace(POLICIES, { ...policy, ...change, entityTag: nextEntityTag(policy.entityTag) }, policy.entityTag),
    ]);

  describe('given nothing', () => {
    it('when anybody asks, then it is denied', async () => {
      await expectEverywhere(somebody(), false);
    });
  });

  describe('given a policy for one instance', () => {
    it('when its identity asks, then it may what the role gives there, and nothing else', async () => {
      const iamId = somebody();
      const conditions = [is('serviceInstance', 'i1')];
      await givenPolicy(first, { accountId, subject: iamId, roles: [SENDER], service: 'logs', conditions });

      await expectEverywhere(iamId, true);
      for (const decide of [now, lately]) {
        expect(await decide(second, iamId, 'i2')).toBe(false);
        expect(await decide(second, iamId)).toBe(false);
        expect(await decide(second, iamId, 'i1', 'logs.data-access.read')).toBe(false);
        expect(await decide(second, somebody(), 'i1')).toBe(false);
      }
    });
  });

  describe('given a decision that is remembered', () => {
    it('when a policy comes, changes, is deleted and is restored, then every process decides by it', async () => {
      const iamId = somebody();
      await expectEverywhere(iamId, false);

      const policy = await givenPolicy(first, { accountId, subject: iamId, roles: [SENDER], service: 'logs' });
      await expectEverywhere(iamId, true);

      const content = { ...policy.content, roles: [commonRoleCrn('Reader')] };
      await replaced(policy, { content });
      await expectEverywhere(iamId, false);
      await expectEverywhere(iamId, true, 'logs.data-access.read');

      const [changed] = [await first.store.read(POLICIES).get(policy.id)];
      if (changed === undefined) throw new Error('the policy is gone');
      await replaced(changed, { state: 'deleted' });
      await expectEverywhere(iamId, false, 'logs.data-access.read');

      const deleted = await first.store.read(POLICIES).get(policy.id);
      if (deleted === undefined) throw new Error('the policy is gone');
      await replaced(deleted, { state: 'active', content: policy.content });
      await expectEverywhere(iamId, true);
    });

    /** A policy that is given to somebody else must not stay with whoever had it. */
    it('when the subject of a policy changes, then the one loses it and the other has it', async () => {
      const [from, to] = [somebody(), somebody()];
      const policy = await givenPolicy(first, { accountId, subject: from, roles: [SENDER], service: 'logs' });
      await expectEverywhere(from, true);
      await expectEverywhere(to, false);

      await replaced(policy, { subjectKey: subjectKey('iam_id', to) });

      await expectEverywhere(from, false);
      await expectEverywhere(to, true);
    });

    it('when it joins a group, leaves it, joins it again, and the group is deleted, then every process decides by it', async () => {
      const iamId = somebody();
      const groupId = await givenGroup(first, accountId, []);
      await givenPolicy(first, { accountId, subject: groupId, roles: [SENDER], service: 'logs' });
      await expectEverywhere(iamId, false);
      const member = groupMember(first, { accountId, groupId, iamId });

      await first.store.commit([insert(GROUP_MEMBERS, member)]);
      await expectEverywhere(iamId, true);
      await first.store.commit([remove(GROUP_MEMBERS, member)]);
      await expectEverywhere(iamId, false);
      await first.store.commit([insert(GROUP_MEMBERS, member)]);
      await expectEverywhere(iamId, true);

      const group = await first.store.read(ACCESS_GROUPS).get(groupId);
      if (group === undefined) throw new Error('the group is gone');
      const entityTag = nextEntityTag(group.entityTag);
      const ended = { ...group, nameKey: group.id, state: 'deleted', entityTag } as const;
      await first.store.commit([replace(ACCESS_GROUPS, ended, group.entityTag)]);
      await expectEverywhere(iamId, false);
      expect(await first.store.read(GROUP_MEMBERS).get(groupMemberId({ accountId, groupId, iamId }))).toBeDefined();
    });

    it('when a custom role is made that a policy names already, changes and is removed, then every process decides by it', async () => {
      const iamId = somebody();
      const name = `Role${randomUUID().slice(0, 8)}`;
      const roles = [customRoleCrn({ accountId, name })];
      await givenPolicy(first, { accountId, subject: iamId, roles, service: 'logs' });
      await expectEverywhere(iamId, false);

      const role = await givenCustomRole(first, { accountId, service: 'logs', name, actions: [SEND] });
      await expectEverywhere(iamId, true);

      const other = { ...role, actions: ['logs.data-access.read'], entityTag: nextEntityTag(role.entityTag) };
      await first.store.commit([replace(CUSTOM_ROLES, other, role.entityTag)]);
      await expectEverywhere(iamId, false);
      await expectEverywhere(iamId, true, 'logs.data-access.read');

      await first.store.commit([remove(CUSTOM_ROLES, other)]);
      await expectEverywhere(iamId, false, 'logs.data-access.read');
    });
  });

  describe('given a policy of another account', () => {
    it('when its identity asks here, then it is denied', async () => {
      const iamId = somebody();
      await givenPolicy(first, { accountId: 'f'.repeat(32), subject: iamId, roles: [SENDER], service: 'logs' });

      await expectEverywhere(iamId, false);
    });
  });

  describe('given the owner of the account', () => {
    it('when it asks, then it may without a policy', async () => {
      const listed = await first.call('GET', '/v1/apikeys', { token: await first.ownerToken() });

      await expectEverywhere(listed.body.apikeys[0].iam_id, true);
    });
  });
});
