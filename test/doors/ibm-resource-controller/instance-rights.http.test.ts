import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { defaultResourceGroup } from '../../../src/accounts/default-resource-group.ts';
import { resourceInstancesIn } from '../../../src/resource-instances/resource-instances.ts';
import { givenOtherAccount, type OtherAccount } from '../../harness/given-other-account.ts';
import { givenPolicy, is } from '../../harness/given-rights.ts';
import type { Answer, Sent } from '../../harness/http-call.ts';
import { askForInstance, type ChosenInstance, planId, provision } from '../../harness/provision.ts';
import { expectResourceRefusal } from '../../harness/resource-refusal.ts';
import { describeOnEveryBackend } from '../../harness/running-service.ts';

const PATH = '/v2/resource_instances';
const NOBODY = randomUUID();

describeOnEveryBackend('who may do what with resource instances', (service) => {
  let account: OtherAccount;
  let other: OtherAccount;
  let token: string;
  beforeAll(async () => {
    account = await givenOtherAccount(service());
    other = await givenOtherAccount(service());
    token = await account.ownerToken();
  });

  const call = (method: string, path: string, sent: Sent = {}): Promise<Answer> =>
    service().call(method, path, { token, ...sent });
  const chosen = (more: Partial<ChosenInstance> = {}): ChosenInstance => ({
    ...{ token, accountId: account.accountId, ...more },
  });
  const given = (more: Partial<ChosenInstance> = {}) => provision(service(), chosen(more));
  const asked = (json: object, more: Partial<ChosenInstance> = {}) =>
    askForInstance(service(), chosen({ json, ...more }));

  describe('given an instance', () => {
    /** Enumeration: ids of other tenants must not be told from ids that nobody has. */
    it('when another account asks for it, then it is missing, in every way and by either name', async () => {
      const { guid, crn } = await given();
      const asOther = { token: await other.ownerToken() };
      const names = [
        guid,
        encodeURIComponent(crn),
        encodeURIComponent(crn.replace(account.accountId, other.accountId)),
      ];
      const ways = names.flatMap((name) => [
        ['GET', `${PATH}/${name}`],
        ['PATCH', `${PATH}/${name}`],
        ['DELETE', `${PATH}/${name}`],
        ['POST', `${PATH}/${name}/lock`],
        ['DELETE', `${PATH}/${name}/lock`],
        ['DELETE', `${PATH}/${name}/last_operation`],
      ]);

      for (const [method = '', path = ''] of ways) {
        const sent = method === 'PATCH' ? { ...asOther, json: { name: 'mine' } } : asOther;
        expectResourceRefusal(await call(method, path, sent), 404, 'RC-NotFound', /could not be found/);
      }
      expect((await call('GET', `${PATH}?guid=${guid}`, asOther)).body.resources).toEqual([]);
      expectResourceRefusal(await call('GET', `${PATH}/no-guid`), 404, 'RC-NotFound');
    });

    it('when it is named by a CRN of which one part is wrong, then it is missing', async () => {
      const { crn } = await given();
      const wrong = [crn.replace(':logs:', ':logdna:'), crn.replace('us-south', 'eu-de'), crn.slice(0, -2), `${crn}x`];

      for (const name of wrong) {
        expectResourceRefusal(await call('DELETE', `${PATH}/${encodeURIComponent(name)}`), 404, 'RC-NotFound');
      }
    });

    it('when somebody may see only one, then a list has only that one, and no other can be read or changed', async () => {
      const [mine, theirs] = [await given(), await given()];
      const json = { account_id: account.accountId, name: 'viewer of one', apikey: { name: 'first' } };
      const { iam_id: subject, apikey } = (await call('POST', '/v1/serviceids', { json })).body;
      const conditions = [is('serviceInstance', mine.guid)];
      const roles = ['crn:v1:bluemix:public:iam::::role:Viewer'];
      await givenPolicy(service(), {
        accountId: account.accountId,
        subject,
        roles,
        service: 'logs',
        conditions,
      });
      const asViewer = { token: await service().tokenOf(apikey.apikey) };

      expect((await call('GET', `${PATH}?name=our%20lines`, asViewer)).body.resources).toEqual([mine]);
      expect((await call('GET', `${PATH}/${mine.guid}`, asViewer)).status).toBe(200);
      expectResourceRefusal(await call('GET', `${PATH}/${theirs.guid}`, asViewer), 403, 'RC-IamErrorResponse');
      expectResourceRefusal(await call('DELETE', `${PATH}/${mine.guid}`, asViewer), 403, 'RC-IamErrorResponse');
      expectResourceRefusal(await asked({}, { token: asViewer.token }), 403, 'RC-IamErrorResponse');
    });

    it('when the account has as many as it may, then the next is refused', async () => {
      await given();
      const { store, clock, domains } = service();
      const hooks = { alsoProvisioned: () => [] };
      const { create } = resourceInstancesIn({ store, clock, access: domains.access, hooks, mostInstances: 1 });
      const { accountId, ownerIamId: iamId } = account;
      const owner = { accountId, iamId, apiKeyId: '', address: '127.0.0.1', requestId: 'r', transactionId: 't' };
      const one = { name: 'one more', region: 'global', resourceGroupId: defaultResourceGroup(accountId).id };

      const made = create(owner, { ...one, planId: planId('logs', false) });

      await expect(made).rejects.toMatchObject({ code: 'limit_reached', message: expect.stringMatching(/have 1 /) });
    });
  });

  it('when the plans are listed, then of each an instance can be made, and some reclaim and some do not', async () => {
    const { body } = await call('GET', '/latchkey/v1/catalog/plans');
    const plans: { id: string; service: string; reclaims: boolean; locations: string[] }[] = body.plans;

    for (const { id, service: name, locations } of plans) {
      expect(locations).toEqual(expect.arrayContaining(['global', 'us-south']));
      const made = await given({ json: { resource_plan_id: id, target: 'global' } });
      expect(made).toMatchObject({ resource_plan_id: id, crn: expect.stringContaining(`:public:${name}:global:`) });
    }
    expect(new Set(plans.map(({ service: name }) => name))).toEqual(
      new Set(['logs', 'logdna', 'logdnaat', 'generic-service']),
    );
    expect(new Set(plans.map(({ reclaims }) => reclaims))).toEqual(new Set([true, false]));
    expect((await service().call('GET', '/latchkey/v1/catalog/plans')).status).toBe(401);
  });

  it.each([
    ['POST', PATH],
    ['GET', `${PATH}/${NOBODY}`],
    ['GET', '/v1/reclamations'],
  ])('when %s %s is asked without a token, then it is 401 in this form', async (method, path) => {
    expectResourceRefusal(await service().call(method, path), 401, 'RC-IamErrorResponse');
  });
});
