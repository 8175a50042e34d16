import { beforeAll, describe, expect, it } from '@jest/globals';
import { firstAccountId } from '../../harness/given-credentials.ts';
import type { Answer, Sent } from '../../harness/http-call.ts';
import { describeOnEveryBackend } from '../../harness/running-service.ts';

describeOnEveryBackend('rules of access groups', (service) => {
  let accountId: string;
  let ownerToken: string;

  beforeAll(async () => {
    accountId = await firstAccountId(service());
    ownerToken = await service().ownerToken();
  });

  const call = (method: string, path: string, sent: Sent = {}): Promise<Answer> =>
    service().call(method, path, { token: ownerToken, ...sent });
  const givenGroup = async (name: string): Promise<string> => {
    const made = await call('POST', `/v2/groups?account_id=${accountId}`, { json: { name } });
    if (made.status !== 201) throw new Error(made.text);
    return made.body.id;
  };

  describe('given a rule of a group', () => {
    const RULE = {
      name: 'builders',
      expiration: 12,
      realm_name: 'https://idp.example.test/saml',
      conditions: [{ claim: 'team', operator: 'EQUALS', value: '"build"' }],
    };

    it('when it is made, read, listed, replaced and deleted, then it is as it was sent each time', async () => {
      const id = await givenGroup('ruled');
      const made = await call('POST', `/v2/groups/${id}/rules`, { json: RULE });
      const path = `/v2/groups/${id}/rules/${made.body.id}`;
      const headers = { 'If-Match': made.headers.get('ETag') ?? '' };

      const changed = await call('PUT', path, { json: { ...RULE, expiration: 24 }, headers });
      const stale = await call('PUT', path, { json: RULE, headers });
      const unseen = await call('PUT', path, { json: RULE });

      expect(made).toMatchObject({ status: 201, body: { ...RULE, access_group_id: id, account_id: accountId } });
      expect(made.body.id).toMatch(/^ClaimRule-/);
      expect(changed).toMatchObject({ status: 200, body: { expiration: 24, id: made.body.id } });
      expect([stale.status, unseen.status]).toEqual([412, 400]);
      expect((await call('GET', path)).body).toEqual(changed.body);
      expect((await call('GET', `/v2/groups/${id}/rules`)).body.rules).toEqual([changed.body]);
      expect((await call('DELETE', path)).status).toBe(204);
      expect((await call('GET', path)).status).toBe(404);
    });

    it('when it is asked for under another group, then it is not there', async () => {
      const [id, elsewhere] = [await givenGroup('rule here'), await givenGroup('no rule here')];
      const { body } = await call('POST', `/v2/groups/${id}/rules`, { json: RULE });

      const answers = [
        await call('GET', `/v2/groups/${elsewhere}/rules/${body.id}`),
        await call('DELETE', `/v2/groups/${elsewhere}/rules/${body.id}`),
      ];

      expect(answers.map(({ status }) => status)).toEqual([404, 404]);
      expect((await call('GET', `/v2/groups/${id}/rules`)).body.rules).toHaveLength(1);
    });

    it.each([
      ['an expiration of 25 hours', { ...RULE, expiration: 25 }],
      ['no conditions', { ...RULE, conditions: [] }],
      ['an operator of its own', { ...RULE, conditions: [{ claim: 'a', operator: 'LIKE', value: '1' }] }],
    ])('when a rule with %s is made, then it is refused', async (name, json) => {
      const id = await givenGroup(`rule with ${name}`);

      const answer = await call('POST', `/v2/groups/${id}/rules`, { json });

      expect(answer.status).toBe(400);
      expect((await call('GET', `/v2/groups/${id}/rules`)).body.rules).toEqual([]);
    });
  });
});
