import { beforeAll, describe, expect, it } from '@jest/globals';
import { newPolicy } from '../../../src/policies/new-policy.ts';
import { POLICIES } from '../../../src/policies/policy.ts';
import { insert } from '../../../src/store/changes.ts';
import { expectAccessRefusal } from '../../harness/access-refusal.ts';
import { asOwner, firstAccountId } from '../../harness/given-credentials.ts';
import { givenOtherAccount } from '../../harness/given-other-account.ts';
import { platformRole, v1Policy, v2Policy } from '../../harness/given-policies.ts';
import { is } from '../../harness/given-rights.ts';
import type { Sent } from '../../harness/http-call.ts';
import { describeOnEveryBackend } from '../../harness/running-service.ts';

const IAM_ID = 'iam-ServiceId-22222222-0000-4000-8000-000000000000';

describeOnEveryBackend('refused policies', (service) => {
  let accountId: string;
  beforeAll(async () => {
    accountId = await firstAccountId(service());
  });

  const send = async (method: string, path: string, sent: Sent = {}) =>
    service().call(method, path, { token: await service().ownerToken(), ...sent });
  const one = () => v1Policy({ accountId, iamId: IAM_ID });
  const two = () => v2Policy({ accountId, iamId: IAM_ID });
  const subjects = (...attributes: object[]) => ({ ...one(), subjects: [{ attributes }] });
  const resources = (...attributes: object[]) => ({ ...one(), resources: [{ attributes }] });
  const account = () => ({ name: 'accountId', value: accountId });
  const logs = { name: 'serviceName', value: 'logs' };

  const V1: readonly (readonly [string, () => unknown, RegExp])[] = [
    ['nothing', () => ({}), /'type'/],
    ['no object', () => [], /object/],
    ['an unknown type', () => ({ ...one(), type: 'template' }), /access, authorization/],
    ['no roles', () => ({ ...one(), roles: [] }), /'roles'/],
    ['two subjects', () => ({ ...one(), subjects: [...one().subjects, ...one().subjects] }), /'subjects'/],
    ['two resources', () => ({ ...one(), resources: [...one().resources, ...one().resources] }), /'resources'/],
    ['an unknown role', () => ({ ...one(), roles: [{ role_id: platformRole('Emperor') }] }), /Emperor/],
    ['the role of another service', () => v1Policy({ accountId, iamId: IAM_ID, service: 'iam-identity' }), /Sender/],
    ['a custom role that is not there', () => ({ ...one(), roles: [{ role_id: customRole('Nobody') }] }), /Nobody/],
    ['an unknown service', () => v1Policy({ accountId, iamId: IAM_ID, service: 'clouds' }), /clouds/],
    ['a resource without account', () => resources(logs), /accountId/],
    ['a resource that is the whole account', () => resources(account()), /serviceName, serviceType/],
    ['an account by pattern', () => resources({ ...account(), operator: 'stringMatch' }, logs), /accountId/],
    ['two accounts', () => resources(account(), account(), logs), /accountId/],
    ['an unknown operator', () => resources(account(), { ...logs, operator: 'stringContains' }), /operator/],
    ['a list where one value stands', () => resources(account(), { ...logs, value: ['logs'] }), /one value/],
    ['one value where a list stands', () => resources(account(), { ...logs, operator: 'stringEqualsAnyOf' }), /list/],
    [
      'exists of a text',
      () => resources(account(), logs, { name: 'region', value: 'x', operator: 'stringExists' }),
      /true/,
    ],
    ['a member that nobody knows', () => resources(account(), { ...logs, operater: 'stringMatch' }), /not known/],
    ['a control character', () => resources(account(), logs, { name: 'resource', value: 'a\nb' }), /./],
    ['no subject', () => subjects(), /attributes/],
    ['a subject by pattern', () => subjects({ name: 'iam_id', value: '*', operator: 'stringMatch' }), /stringEquals/],
    ['two identities', () => subjects({ name: 'iam_id', value: 'a' }, { name: 'iam_id', value: 'b' }), /twice/],
    [
      'an identity and a group',
      () => subjects({ name: 'iam_id', value: 'a' }, { name: 'access_group_id', value: 'b' }),
      /one attribute/,
    ],
    [
      'an identity of another account',
      () => subjects({ name: 'iam_id', value: 'a' }, { name: 'accountId', value: 'f'.repeat(32) }),
      /accountId/,
    ],
    [
      'a service that is given access',
      () => subjects({ name: 'serviceName', value: 'logs' }),
      /iam_id or access_group_id/,
    ],
    ['an identity that is authorized', () => ({ ...one(), type: 'authorization' }), /serviceName/],
    ['a long description', () => ({ ...one(), description: 'x'.repeat(301) }), /description/],
    ['a long attribute', () => resources(account(), logs, { name: 'resource', value: 'x'.repeat(1_001) }), /./],
    // From hours to ever: passed over, it would be a right at every time.
    [
      'a rule',
      () => ({ ...one(), rule: { key: '{{environment.attributes.day_of_week}}' } }),
      /'rule' must be left out/,
    ],
    ['a pattern', () => ({ ...one(), pattern: 'time-based-conditions:once' }), /'pattern' must be left out/],
    ['21 attributes', () => resources(account(), logs, ...Array.from({ length: 19 }, () => logs)), /20/],
  ];

  const customRole = (name: string): string =>
    `crn:v1:bluemix:public:iam-access-management::a/${accountId}::customRole:${name}`;

  it.each(V1)('given %s, when it is sent to v1, then it is refused and says which', async (_what, body, sentence) => {
    expectAccessRefusal(await send('POST', '/v1/policies', { json: body() }), 400, 'invalid_body', sentence);
  });

  const rule = { key: '{{environment.attributes.current_time}}', operator: 'timeLessThan', value: '17:00:00Z' };
  const nested = (depth: number): object => (depth === 0 ? rule : { operator: 'and', conditions: [nested(depth - 1)] });
  const V2: readonly (readonly [string, () => unknown, RegExp])[] = [
    ['no control', () => ({ ...two(), control: undefined }), /control/],
    [
      'an attribute without operator',
      () => ({ ...two(), subject: { attributes: [{ key: 'iam_id', value: 'x' }] } }),
      /operator/,
    ],
    ['an unknown pattern', () => ({ ...two(), rule, pattern: 'time-based-conditions:daily' }), /pattern/],
    ['a pattern without a rule', () => ({ ...two(), pattern: 'time-based-conditions:once' }), /rule/],
    ['a pattern that is another', () => ({ ...two(), rule, pattern: 'time-based-conditions:once' }), /once/],
    ['a time that is none', () => ({ ...two(), rule: { ...rule, value: '25:00:00Z' } }), /17:00:00/],
    ['an unknown operator of a rule', () => ({ ...two(), rule: { ...rule, operator: 'timeEquals' } }), /rule/],
    ['an empty rule', () => ({ ...two(), rule: { operator: 'and', conditions: [] } }), /rule/],
    ['a rule a hundred deep', () => ({ ...two(), rule: nested(100) }), /deeper/],
    ['v1 for v2', () => one(), /subject/],
  ];

  it.each(V2)('given %s, when it is sent to v2, then it is refused and says which', async (_what, body, sentence) => {
    expectAccessRefusal(await send('POST', '/v2/policies', { json: body() }), 400, 'invalid_body', sentence);
  });

  it('given a subject with a thousand policies, when it is to get one more, then it is refused until one is deleted', async () => {
    const subject = 'iam-ServiceId-44444444-0000-4000-8000-000000000000';
    const given = Array.from({ length: 1_000 }, (_, number) => {
      const resource = [is('accountId', accountId), is('serviceName', 'logs'), is('serviceInstance', String(number))];
      const content = { subject: { iam_id: subject }, resource, tags: [], roles: [platformRole('Viewer')] };
      const chosen = { type: 'access' as const, content, sent: { form: 'v1', body: {} } };
      return newPolicy(accountId, chosen, 'IBMid-TEST', service().clock.now());
    });
    for (let from = 0; from < given.length; from += 200) {
      await service().store.commit(given.slice(from, from + 200).map((policy) => insert(POLICIES, policy)));
    }
    const json = v1Policy({ accountId, iamId: subject });

    const refused = await send('POST', '/v1/policies', { json });
    await asOwner(service(), 'DELETE', `/v1/policies/${given[0]?.id}`);

    expectAccessRefusal(refused, 409, 'limit_reached', /1000/);
    expect((await send('POST', '/v1/policies', { json })).status).toBe(201);
  });

  it('given a policy, when each of these is put in its place, then it stays as it was', async () => {
    const made = await asOwner(service(), 'POST', '/v1/policies', { json: one() });
    const path = `/v1/policies/${made.body.id}`;

    for (const [, body] of V1) {
      const refused = await send('PUT', path, { json: body(), headers: { 'If-Match': '*' } });
      expect([400, refused.status]).toEqual([400, 400]);
    }

    const read = await asOwner(service(), 'GET', path);
    expect([read.body, read.headers.get('etag')]).toEqual([made.body, made.headers.get('etag')]);
  });

  describe.each(['v1', 'v2'])('given %s', (version) => {
    const body = () => (version === 'v1' ? one() : two());

    it('when the body is large, no JSON or of another kind, then each is told apart', async () => {
      const path = `/${version}/policies`;
      const large = await send('POST', path, { json: { ...body(), padding: 'x'.repeat(64 * 1024) } });
      const broken = await send('POST', path, { raw: '{', headers: { 'Content-Type': 'application/json' } });
      const form = await send('POST', path, { form: { a: 'b' } });

      expectAccessRefusal(large, 413, 'invalid_body');
      expectAccessRefusal(broken, 400, 'invalid_body');
      expectAccessRefusal(form, 415, 'unsupported_content_type');
    });

    it('when there is no such policy, or it is of another account, then one answer tells nothing', async () => {
      const other = await givenOtherAccount(service());
      const words = { accountId: other.accountId, iamId: IAM_ID };
      const json = version === 'v1' ? v1Policy(words) : v2Policy(words);
      const token = await other.ownerToken();
      const theirs = await service().call('POST', `/${version}/policies`, { token, json });
      const any = { json: body(), headers: { 'If-Match': '*' } };

      for (const id of [theirs.body.id, '00000000-0000-4000-8000-000000000000', '%00', 'x'.repeat(500)]) {
        const path = `/${version}/policies/${id}`;
        for (const [method, sent] of [
          ['GET', {}],
          ['PUT', any],
          ['DELETE', {}],
        ] as const) {
          expectAccessRefusal(await send(method, path, sent), 404, 'policy_not_found');
        }
      }
      expect((await service().call('GET', `/${version}/policies/${theirs.body.id}`, { token })).body.state).toBe(
        'active',
      );
    });

    it('when the resource is in another account, then it is refused (rights in the account of another)', async () => {
      const other = await givenOtherAccount(service());
      const words = { accountId: other.accountId, iamId: IAM_ID };
      const json = version === 'v1' ? v1Policy(words) : v2Policy(words);

      expectAccessRefusal(
        await send('POST', `/${version}/policies`, { json }),
        403,
        'insufficent_permissions',
        /accountId/,
      );
    });

    it('when there is no token, a bad one, or another method, then each is told apart', async () => {
      const path = `/${version}/policies`;

      expectAccessRefusal(await service().call('GET', path), 401, 'invalid_token');
      expectAccessRefusal(await service().call('POST', path, { token: 'x.y.z', json: body() }), 401, 'invalid_token');
      expectAccessRefusal(await send('DELETE', path), 405, 'method_not_allowed');
      expectAccessRefusal(await send('GET', `${path}/a/b`), 404, 'not_found');
      if (version === 'v2') expectAccessRefusal(await send('PATCH', `${path}/a`), 405, 'method_not_allowed');
    });

    it('when a key stands in the URL, then it is refused', async () => {
      const refused = await send('GET', `/${version}/policies?account_id=${accountId}&apikey=abc`);

      expectAccessRefusal(refused, 400, 'secret_in_url');
    });
  });
});
