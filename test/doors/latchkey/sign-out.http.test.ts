import { beforeAll, describe, expect, it } from '@jest/globals';
import { API_KEYS } from '../../../src/api-keys/api-key.ts';
import { AUDIT_EVENTS } from '../../../src/audit/audit-event.ts';
import { REVOCATIONS } from '../../../src/revocations/revocation.ts';
import {
  asOwner,
  firstAccountId,
  type GivenServiceId,
  type GivenUser,
  givenKeyOf,
  givenServiceId,
  givenUser,
} from '../../harness/given-credentials.ts';
import { describeOnEveryBackend } from '../../harness/running-service.ts';
import { BELIEVED, believedWays, REFUSED, signedIn } from '../../harness/signed-in.ts';

describeOnEveryBackend('POST /latchkey/v1/…/sign_out', (service) => {
  let accountId: string;
  let user: GivenUser;
  let robot: GivenServiceId;
  beforeAll(async () => {
    accountId = await firstAccountId(service());
    user = await givenUser(service());
    robot = await givenServiceId(service());
  });
  const paths = () => ({
    apiKey: `/latchkey/v1/apikeys/${robot.key.id}/sign_out`,
    serviceId: `/latchkey/v1/serviceids/${robot.id}/sign_out`,
    user: `/latchkey/v1/users/${user.iamId}/sign_out`,
    membership: `/latchkey/v1/accounts/${accountId}/users/${user.iamId}/sign_out`,
    account: `/latchkey/v1/accounts/${accountId}/sign_out`,
    installation: '/latchkey/v1/installation/sign_out',
  });

  it.each([
    ['apiKey', () => robot.key, (): string => `key:${robot.key.id}`],
    ['serviceId', () => robot.key, (): string => `identity:${robot.iamId}`],
    ['user', () => user.key, (): string => `identity:${user.iamId}`],
    ['membership', () => user.key, (): string => `membership:${accountId}:${user.iamId}`],
    ['account', () => robot.key, (): string => `account:${accountId}`],
    ['installation', () => user.key, (): string => 'installation'],
  ] as const)(
    'given tokens of a key, when its %s is signed out, then all are refused from the answer on and a new exchange works at once',
    async (level, keyOf, subjectOf) => {
      const before = await signedIn(service(), keyOf().secret);
      expect(await believedWays(service(), before)).toEqual(BELIEVED);

      const answer = await asOwner(service(), 'POST', paths()[level]);

      expect(await believedWays(service(), before)).toEqual(REFUSED);
      expect(await believedWays(service(), await signedIn(service(), keyOf().secret))).toEqual(BELIEVED);
      expect(answer.body).toEqual({
        subject: subjectOf(),
        generation: expect.any(Number),
        signed_out_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      });
      expect(answer.headers.get('cache-control')).toBe('no-store');
    },
  );

  it.each([
    ['apiKey', () => givenKeyOf(service(), robot.iamId)],
    ['serviceId', async () => (await givenServiceId(service())).key],
    ['user', async () => (await givenUser(service())).key],
    ['membership', async () => (await givenUser(service())).key],
  ] as const)('given tokens beside, when a %s is signed out, then those beside go on', async (level, besideKey) => {
    const beside = await signedIn(service(), (await besideKey()).secret);

    await asOwner(service(), 'POST', paths()[level]);

    expect(await believedWays(service(), beside)).toEqual(BELIEVED);
  });

  it('given the one who asks, when the account is signed out, then also the token asked with has ended', async () => {
    const token = await service().ownerToken();

    const first = await service().call('POST', paths().account, { token });
    const second = await service().call('POST', paths().account, { token });

    expect([first.status, second.status]).toEqual([200, 401]);
    expect(second.body.code).toBe('token_revoked');
  });

  it('given a key that is locked, when it is signed out, then it is: incident first', async () => {
    const { id, secret } = await givenKeyOf(service(), robot.iamId, { locked: true });
    const before = await signedIn(service(), secret);

    await asOwner(service(), 'POST', `/latchkey/v1/apikeys/${id}/sign_out`);

    expect(await believedWays(service(), before)).toEqual(REFUSED);
  });

  it('when one key is signed out by ten at once, then each succeeds, with a generation of its own', async () => {
    const { id, secret } = await givenKeyOf(service(), robot.iamId);
    const before = await signedIn(service(), secret);
    const token = await service().ownerToken();

    const answers = await Promise.all(
      Array.from({ length: 10 }, () => service().call('POST', `/latchkey/v1/apikeys/${id}/sign_out`, { token })),
    );

    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
    expect(answers.map(({ body }) => body.generation).sort((left, right) => left - right)).toEqual([
      2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
    ]);
    expect(await believedWays(service(), before)).toEqual(REFUSED);
    expect(await believedWays(service(), await signedIn(service(), secret))).toEqual(BELIEVED);
  });

  describe('given a key that was signed out', () => {
    it('when the store is looked at, then generation, cut-off and audit record say the same', async () => {
      const { id } = await givenKeyOf(service(), robot.iamId);

      const { body } = await asOwner(service(), 'POST', `/latchkey/v1/apikeys/${id}/sign_out`);

      const at = Date.parse(body.signed_out_at);
      const { rows } = await service()
        .store.read(AUDIT_EVENTS)
        .page('byTarget', { equals: [accountId, id], limit: 1, descending: true });
      expect(await service().store.read(API_KEYS).get(id)).toMatchObject({ generation: 2, modifiedAt: at });
      expect(await service().store.read(REVOCATIONS).get(`key:${id}@2`)).toMatchObject({ createdAt: at, accountId });
      expect(rows).toMatchObject([
        {
          ...{ at, action: 'iam-identity.apikey.sign-out', outcome: 'success', accountId },
          ...{ before: { generation: 1 }, after: { generation: 2 } },
        },
      ]);
    });

    it('when its history is read in the identity API, then it is there', async () => {
      const { id } = await givenKeyOf(service(), robot.iamId);
      await asOwner(service(), 'POST', `/latchkey/v1/apikeys/${id}/sign_out`);

      const { body } = await asOwner(service(), 'GET', `/v1/apikeys/${id}?include_history=true`);

      expect(body.history[0]).toMatchObject({ action: 'sign-out' });
    });
  });
});
