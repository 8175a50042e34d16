import { beforeAll, describe, expect, it } from '@jest/globals';
import { replace } from '../../../src/store/changes.ts';
import { firstEntityTag } from '../../../src/store/entity-tag.ts';
import { MEMBERSHIPS, membershipId } from '../../../src/users/user.ts';
import { expectAccessRefusal } from '../../harness/access-refusal.ts';
import {
  asOwner,
  firstAccountId,
  type GivenServiceId,
  givenServiceId,
  givenUser,
} from '../../harness/given-credentials.ts';
import { givenOtherAccount, type OtherAccount } from '../../harness/given-other-account.ts';
import { SENDER, v1Policy } from '../../harness/given-policies.ts';
import { describeOnEveryBackend } from '../../harness/running-service.ts';

const VERIFIER = 'crn:v1:bluemix:public:latchkey::::serviceRole:Verifier';
const SEND = 'logs.data-ingress.send';

describeOnEveryBackend('decisions about others', (service) => {
  let accountId: string;
  let verifier: GivenServiceId;
  let sender: GivenServiceId;
  let other: OtherAccount;

  beforeAll(async () => {
    accountId = await firstAccountId(service());
    verifier = await givenServiceId(service());
    sender = await givenServiceId(service());
    other = await givenOtherAccount(service());
    await give(verifier.iamId, { service: 'latchkey', role: VERIFIER });
    await give(sender.iamId, { instance: 'mine' });
  });

  const give = (iamId: string, words: { service?: string; role?: string; instance?: string }) =>
    asOwner(service(), 'POST', '/v1/policies', { json: v1Policy({ accountId, iamId, ...words }) });
  const ask = async (json: unknown, { key } = verifier, headers: Record<string, string> = {}) =>
    service().call('POST', '/v2/authz', { token: await service().tokenOf(key.secret), json, headers });
  const crnOf = (instance: string, account = accountId) =>
    `crn:v1:bluemix:public:logs:us-south:a/${account}:${instance}::`;
  const about = (instance: string, id: string = sender.iamId) => ({
    subject: { attributes: { id, scope: 'ibm openid' } },
    action: SEND,
    resource: { crn: crnOf(instance) },
  });
  const permitted = ({ body }: Awaited<ReturnType<typeof ask>>) =>
    body.responses.map(
      (answer: { authorizationDecision: { permitted: boolean } }) => answer.authorizationDecision.permitted,
    );

  const suspend = async (iamId: string): Promise<void> => {
    const membership = await service().store.read(MEMBERSHIPS).get(membershipId(accountId, iamId));
    if (membership === undefined) throw new Error('no member');
    const suspended = { ...membership, state: 'suspended' as const, entityTag: firstEntityTag() };
    await service().store.commit([replace(MEMBERSHIPS, suspended, membership.entityTag)]);
  };

  it('given a subject with Sender on one instance, when many are asked about at once, then each is answered in its place', async () => {
    const attributes = { serviceName: 'logs', serviceInstance: 'mine', accountId, anything: 'else' };
    const questions = [
      { ...about('mine'), requestId: 'first' },
      about('another'),
      { ...about('mine'), resource: { attributes } },
      { ...about('mine'), action: 'logs.data-access.read' },
      about('mine', 'iam-ServiceId-00000000-0000-4000-8000-000000000000'),
      { ...about('mine'), subject: { attributes: { id: sender.iamId, accountId: other.accountId } } },
    ];

    const answer = await ask(questions, verifier, { Accept: 'application/vnd.authz.v2+json' });

    expect(permitted(answer)).toEqual([true, false, true, false, false, false]);
    expect(answer.body.responses[0]).toEqual({
      requestId: 'first',
      authorizationDecision: {
        permitted: true,
        obligation: {
          actions: [SEND],
          maxCacheAgeSeconds: 600,
          subject: { attributes: { id: sender.iamId, scope: 'ibm openid' } },
        },
      },
    });
    expect(answer.body.responses[1]).toEqual({ authorizationDecision: { permitted: false } });
    expect(answer.headers.get('content-type')).toMatch(/^application\/vnd\.authz\.v2\+json/);
  });

  it('given a bare token, when it asks, then it is understood', async () => {
    const bare = { Authorization: await service().tokenOf(verifier.key.secret) };

    const answer = await service().call('POST', '/v2/authz', { json: [about('mine')], headers: bare });

    expect(permitted(answer)).toEqual([true]);
  });

  it('given a policy that is deleted and restored, when it is asked within the second, then the answer follows', async () => {
    const { iamId } = await givenServiceId(service());
    const made = await give(iamId, {});
    const question = [about('any', iamId)];
    const before = permitted(await ask(question));
    await asOwner(service(), 'DELETE', `/v1/policies/${made.body.id}`);
    const deleted = permitted(await ask(question));
    await asOwner(service(), 'PATCH', `/v1/policies/${made.body.id}`, {
      json: { state: 'active' },
      headers: { 'If-Match': '*' },
    });

    expect([before, deleted, permitted(await ask(question))]).toEqual([[true], [false], [true]]);
  });

  it('given a suspended user and a removed service ID with rights, when it is asked about them, then they have none', async () => {
    const user = await givenUser(service());
    const gone = await givenServiceId(service());
    await give(user.iamId, {});
    await give(gone.iamId, {});
    const questions = [about('any', user.iamId), about('any', gone.iamId)];
    const before = permitted(await ask(questions));

    await asOwner(service(), 'DELETE', `/v1/serviceids/${gone.id}`);
    await suspend(user.iamId);

    expect(before).toEqual([true, true]);
    expect(permitted(await ask(questions))).toEqual([false, false]);
  });

  describe('given who may not ask', () => {
    it.each(['a stranger', 'the subject itself'])(
      'when %s asks, then the whole call is refused (reconnaissance)',
      async (who) => {
        const asking = who === 'a stranger' ? await givenServiceId(service()) : sender;

        expectAccessRefusal(await ask([about('mine')], asking), 403, 'insufficent_permissions');
      },
    );

    it('when one of many questions is about another account, then the whole call is refused', async () => {
      const foreign = { ...about('mine'), resource: { crn: crnOf('mine', other.accountId) } };

      expectAccessRefusal(await ask([about('mine'), foreign]), 403, 'insufficent_permissions');
    });

    it('when its Verifier role names one service, then it may ask about that one and no other', async () => {
      const narrow = await givenServiceId(service());
      const json = v1Policy({ accountId, iamId: narrow.iamId, service: 'latchkey', role: VERIFIER });
      json.resources[0]?.attributes.push(
        { name: 'resourceType', value: 'service' },
        { name: 'resource', value: 'logs' },
      );
      await asOwner(service(), 'POST', '/v1/policies', { json });
      const identity = { ...about('mine'), resource: { attributes: { serviceName: 'iam-identity', accountId } } };

      const ofLogs = await ask([about('mine')], narrow);
      const ofBoth = await ask([about('mine'), identity], narrow);

      expect(permitted(ofLogs)).toEqual([true]);
      expectAccessRefusal(ofBoth, 403, 'insufficent_permissions', /iam-identity/);
    });
  });

  describe('given an authorization of one service on another', () => {
    const authorization = (attributes: { name: string; value: string }[]) => ({
      type: 'authorization',
      subjects: [{ attributes }],
      roles: [{ role_id: SENDER }],
      resources: [
        {
          attributes: [
            { name: 'accountId', value: accountId },
            { name: 'serviceName', value: 'logs' },
            { name: 'serviceInstance', value: 'target' },
          ],
        },
      ],
    });
    const asService = (instance: string, account = accountId) =>
      about('target', `crn-crn:v1:bluemix:public:logdnaat:us-south:a/${account}:${instance}::`);

    it('when it is asked about the source, by CRN or attributes, then only the instance that is named is let in', async () => {
      const named = [
        { name: 'serviceName', value: 'logdnaat' },
        { name: 'serviceInstance', value: 'source' },
      ];
      await asOwner(service(), 'POST', '/v1/policies', { json: authorization(named) });
      const told = (serviceInstance: string) => ({
        ...about('target'),
        subject: { attributes: { serviceName: 'logdnaat', serviceInstance } },
      });

      const answer = await ask([
        ...[asService('source'), asService('other'), asService('source', other.accountId)],
        ...[told('source'), told('other'), { ...asService('source'), resource: { crn: crnOf('elsewhere') } }],
      ]);

      expect(permitted(answer)).toEqual([true, false, false, true, false, false]);
    });

    it('when the source is of another account, then it is let in if it is named, and the account lets it', async () => {
      const named = [
        { name: 'serviceName', value: 'logdnaat' },
        { name: 'accountId', value: other.accountId },
      ];
      const settings = `/v1/accounts/${accountId}/settings/access_management`;
      const limit = (external_allowed_accounts: string[]) =>
        asOwner(service(), 'PATCH', settings, {
          headers: { 'If-Match': '*' },
          json: {
            external_account_identity_interaction: {
              identity_types: { service: { state: 'limited', external_allowed_accounts } },
            },
          },
        });
      await asOwner(service(), 'POST', '/v1/policies', { json: authorization(named) });
      const question = [asService('any', other.accountId)];

      const open = permitted(await ask(question));
      await limit([]);
      const limited = permitted(await ask(question));
      await limit([other.accountId]);
      const allowed = permitted(await ask(question));

      expect([open, limited, allowed]).toEqual([[true], [false], [true]]);
    });

    it('when a colon in an attribute would make another service of it, then it is refused (impersonation)', async () => {
      const attributes = { serviceName: 'logdnaat', serviceInstance: 'other:x:source' };

      expectAccessRefusal(await ask([{ ...about('target'), subject: { attributes } }]), 400, 'invalid_body');
    });
  });

  it.each([
    ['no list', {}],
    ['an empty list', []],
    ['more than a hundred', Array.from({ length: 101 }, () => ({}))],
    ['no action', [{ subject: { attributes: { id: 'x' } }, resource: { crn: 'crn:v1:::logs:::::' } }]],
    ['no CRN', [{ subject: { attributes: { id: 'x' } }, action: 'a', resource: { crn: 'logs' } }]],
    ['no service', [{ subject: { attributes: { id: 'x' } }, action: 'a', resource: { attributes: {} } }]],
    ['no subject', [{ subject: { attributes: {} }, action: 'a', resource: { crn: 'crn:v1:b:p:logs:::::' } }]],
  ])('given %s, when it is sent, then it is refused', async (_what, json) => {
    expectAccessRefusal(await ask(json), 400, 'invalid_body');
  });
});
