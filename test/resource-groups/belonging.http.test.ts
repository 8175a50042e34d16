import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { defaultResourceGroup } from '../../src/accounts/default-resource-group.ts';
import { Problem } from '../../src/problems/problem.ts';
import { expectActiveGroup } from '../../src/resource-groups/expect-active-group.ts';
import { RESOURCE_GROUPS } from '../../src/resource-groups/resource-group.ts';
import { RESOURCE_INSTANCES, type ResourceInstance } from '../../src/resource-instances/resource-instance.ts';
import { backgroundWork } from '../../src/server/background-work.ts';
import { insert, remove, replace } from '../../src/store/changes.ts';
import { untilUndisturbed } from '../../src/store/until-undisturbed.ts';
import { newInstance } from '../harness/given-instance.ts';
import { givenOtherAccount, type OtherAccount } from '../harness/given-other-account.ts';
import type { Answer, Sent } from '../harness/http-call.ts';
import { expectResourceRefusal } from '../harness/resource-refusal.ts';
import { describeOnEveryBackend } from '../harness/running-service.ts';

const PATH = '/v2/resource_groups';

describeOnEveryBackend('what belongs to resource groups', (service) => {
  let account: OtherAccount;
  let token: string;
  beforeAll(async () => {
    account = await givenOtherAccount(service());
    token = await account.ownerToken();
  });

  const call = (method: string, path: string, sent: Sent = {}): Promise<Answer> =>
    service().call(method, path, { token, ...sent });
  const givenGroup = async (): Promise<string> =>
    (await call('POST', PATH, { json: { name: `group ${randomUUID()}` } })).body.id;
  const expectations = (id: string) => expectActiveGroup(service().store, account.accountId, id);
  /** As every room does that makes something in a group. @returns what was made; `undefined`: it was refused */
  const provisioned = async (resourceGroupId: string): Promise<ResourceInstance | undefined> => {
    const instance = newInstance({ accountId: account.accountId, resourceGroupId });
    try {
      await untilUndisturbed(async () =>
        service().store.commit([...(await expectations(resourceGroupId)), insert(RESOURCE_INSTANCES, instance)]),
      );
      return instance;
    } catch (error) {
      if (error instanceof Problem) return undefined;
      throw error;
    }
  };
  const inGroup = (id: string) =>
    service().store.read(RESOURCE_INSTANCES).count('byGroup', [account.accountId, false, id], 100);

  describe('given a group', () => {
    it('when something is about to be made in it, then its commit expects the group as it is', async () => {
      const id = await givenGroup();

      expect(await expectations(id)).toMatchObject([{ kind: 'expect', id }]);
    });

    it('when an instance is in it, then it cannot be deleted until that is gone', async () => {
      const id = await givenGroup();
      const instance = await provisioned(id);

      const refused = await call('DELETE', `${PATH}/${id}`);

      expectResourceRefusal(refused, 400, 'RC-HasDependents', /resource instances/);
      expect((await call('GET', `${PATH}/${id}`)).body.state).toBe('ACTIVE');
      // Nothing stays of the attempt: something else can be made in it.
      const another = await provisioned(id);
      for (const one of [instance, another]) {
        if (one !== undefined) await service().store.commit([remove(RESOURCE_INSTANCES, one)]);
      }
      expect((await call('DELETE', `${PATH}/${id}`)).status).toBe(204);
    });

    it('when a process ends while it deletes it, then things can be made in it again after background work', async () => {
      const { store, domains, clock } = service();
      const id = await givenGroup();
      const group = await store.read(RESOURCE_GROUPS).get(id);
      const job = backgroundWork(store, domains, clock).find(({ name }) => name.startsWith('keep resource groups'));
      const lease = await store.lease('test', 10_000);
      if (group === undefined || job === undefined || lease === undefined) throw new Error('something is missing');
      await store.commit([replace(RESOURCE_GROUPS, { ...group, ending: true, entityTag: '2-x' }, group.entityTag)]);

      await job.run(lease);
      await lease.release();

      expect(await provisioned(id)).toBeDefined();
    });

    /** Look, then delete: what is made in between would belong to a group that nobody has. */
    it('when it is deleted while several make something in it, then it is there, or nothing is in it', async () => {
      for (let round = 0; round < 10; round += 1) {
        const id = await givenGroup();

        const [deleted, ...made] = await Promise.all([
          call('DELETE', `${PATH}/${id}`),
          ...Array.from({ length: 6 }, () => provisioned(id)),
        ]);

        const isThere = (await call('GET', `${PATH}/${id}`)).status === 200;
        expect(deleted?.status).toBe(isThere ? 400 : 204);
        expect(await inGroup(id)).toBe(made.filter((instance) => instance !== undefined).length);
        if (!isThere) expect(await inGroup(id)).toBe(0);
      }
    });
  });

  describe('given the default group as it was', () => {
    it('when something is about to be made in it, then nothing is expected; in that of another account, it is refused', async () => {
      const other = await givenOtherAccount(service());

      expect(await expectations(defaultResourceGroup(account.accountId).id)).toEqual([]);
      await expect(expectations(defaultResourceGroup(other.accountId).id)).rejects.toMatchObject({
        code: 'not_found',
      });
    });
  });

  describe('given a deleted, a suspended or no group', () => {
    it('when something is about to be made in it, then it is refused', async () => {
      const [deleted, suspended] = [await givenGroup(), await givenGroup()];
      await call('DELETE', `${PATH}/${deleted}`);
      await call('PATCH', `${PATH}/${suspended}`, { json: { state: 'SUSPENDED' } });

      await expect(expectations(suspended)).rejects.toMatchObject({ code: 'parameter_invalid' });
      for (const id of [deleted, '0'.repeat(32), '']) {
        await expect(expectations(id)).rejects.toMatchObject({ code: 'not_found' });
      }
    });
  });
});
