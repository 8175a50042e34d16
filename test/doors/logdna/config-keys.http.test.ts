import { beforeAll, describe, expect, it } from '@jest/globals';
import { givenAccountSettings } from '../../harness/given-account-settings.ts';
import {
  type GivenInstance,
  type GivenRole,
  givenLogInstance,
  tokenWithRoles,
} from '../../harness/given-log-instance.ts';
import { givenOtherAccount, type OtherAccount } from '../../harness/given-other-account.ts';
import type { Answer, Sent } from '../../harness/http-call.ts';
import { describeOnEveryBackend } from '../../harness/running-service.ts';
import { expectLogRefusal } from './log-refusal.ts';

const ALL = '/v1/config/keys';
const SECRET = /^[0-9a-f]{32}$/;

describeOnEveryBackend('/v1/config/keys', (service) => {
  let account: OtherAccount;
  let instance: GivenInstance;
  let serviceKey: string;

  const bearer = async (of: GivenInstance = instance): Promise<Sent> => ({
    token: await account.ownerToken(),
    headers: { 'cloud-resource-name': of.crn },
  });
  const asked = (method: string, path: string, sent: Sent): Promise<Answer> => service().call(method, path, sent);
  const made = async (type: 'ingestion' | 'service', of: GivenInstance = instance) =>
    (await asked('POST', `${ALL}?type=${type}`, { ...(await bearer(of)), json: { name: 'made' } })).body;

  beforeAll(async () => {
    account = await givenOtherAccount(service());
    instance = await givenLogInstance(service(), account);
    serviceKey = (await made('service')).key;
  });

  describe('given a credential in each of its forms', () => {
    const FORMS: readonly (readonly [string, () => Promise<Sent>])[] = [
      ['a service key in its header', async () => ({ headers: { servicekey: serviceKey } })],
      ['a service key as a token', async () => ({ headers: { authorization: `Token ${serviceKey}` } })],
      [
        'the same service key twice',
        async () => ({ headers: { authorization: `Token ${serviceKey}`, servicekey: serviceKey } }),
      ],
      ['a bearer token with the name of the instance', bearer],
    ];

    it.each(FORMS)(
      'when keys are managed with %s, then every answer is 200, in the form that clients read',
      async (_form, credential) => {
        const sent = await credential();

        const created = await asked('POST', `${ALL}?type=ingestion`, { ...sent, json: { name: 'first name' } });
        const one = `${ALL}/${created.body.id}`;
        const read = await asked('GET', one, sent);
        const renamed = await asked('PUT', one, { ...sent, json: { name: 'second name' } });
        const listed = await asked('GET', `${ALL}?type=ingestion`, sent);
        const unnamed = await asked('POST', `${ALL}?type=service`, sent);
        const deleted = await asked('DELETE', one, sent);
        const gone = await asked('GET', one, sent);

        expect(created).toMatchObject({ status: 200 });
        expect(created.body).toEqual({
          ...{ id: expect.stringMatching(/^ApiKey-/), key: expect.stringMatching(SECRET) },
          ...{ name: 'first name', type: 'ingestion', created: expect.any(Number) },
        });
        expect(Math.abs(created.body.created - service().clock.now())).toBeLessThan(60_000);
        expect([read.status, read.body]).toEqual([200, created.body]);
        expect([renamed.status, renamed.body]).toEqual([200, { ...created.body, name: 'second name' }]);
        expect(listed.status).toBe(200);
        expect(listed.body).toContainEqual(renamed.body);
        expect(listed.body.filter(({ type }: { type: string }) => type !== 'ingestion')).toEqual([]);
        expect([unnamed.status, unnamed.body]).toMatchObject([200, { type: 'service', name: 'Service Key' }]);
        expect([deleted.status, deleted.body]).toEqual([200, { deleted: true }]);
        expectLogRefusal(gone, 404, 'NotFound');
        await asked('DELETE', `${ALL}/${unnamed.body.id}`, sent);
      },
    );
  });

  it('when there is no credential, then it is 401; clients take it for a service that is alive', async () => {
    expectLogRefusal(await asked('GET', ALL, {}), 401, 'NotAuthorized');
    expectLogRefusal(await asked('GET', ALL, { headers: { servicekey: '' } }), 401, 'NotAuthorized');
  });

  describe('given a credential that is none here', () => {
    it.each<[string, () => Promise<string>]>([
      ['a key that there is not', async () => '0'.repeat(32)],
      ['an ingestion key', async () => (await made('ingestion')).key],
      ['an API key of the owner', async () => account.ownerSecret],
      ['rubbish', async () => 'rubbish'],
      [
        'a service key that was deleted',
        async () => {
          const { id, key } = await made('service');
          await asked('GET', ALL, { headers: { servicekey: key } });
          await asked('DELETE', `${ALL}/${id}`, await bearer());
          return key;
        },
      ],
    ])('when keys are asked for with %s, then the answer is 403, and the same for each', async (_what, secret) => {
      const answer = await asked('GET', ALL, { headers: { servicekey: await secret() } });

      expectLogRefusal(answer, 403, 'NotAuthorized');
      expect(answer.body.error).toBe('Key Validation Error: Invalid or deactivated key');
    });

    it('when a bearer token is not good, then it is 401, so that its holder gets another', async () => {
      const sent = { token: 'rubbish', headers: { 'cloud-resource-name': instance.crn } };

      expectLogRefusal(await asked('GET', ALL, sent), 401, 'NotAuthorized');
    });
  });

  /** Credential confusion: a filter in front may have looked at the other one. */
  it('when there are two different credentials, then it is 400', async () => {
    const other = (await made('service')).key;
    const { token } = await bearer();

    const answers = [
      await asked('GET', ALL, { headers: { servicekey: serviceKey, authorization: `Token ${other}` } }),
      await asked('GET', ALL, { headers: { servicekey: serviceKey, authorization: `Bearer ${token}` } }),
    ];

    for (const answer of answers) expectLogRefusal(answer, 400, 'BadRequest');
  });

  describe('given a bearer token', () => {
    it('when the name of the instance is missing, or names none of the account, then it is 400, or 404', async () => {
      const token = await account.ownerToken();
      const elsewhere = await givenOtherAccount(service());
      const theirs = await givenLogInstance(service(), elsewhere);
      const named = (crn: string) => asked('GET', ALL, { token, headers: { 'cloud-resource-name': crn } });

      expectLogRefusal(await asked('GET', ALL, { token }), 400, 'BadRequest');
      expectLogRefusal(await named(theirs.crn), 404, 'NotFound');
      // The GUID is right, and what stands around it is not.
      expectLogRefusal(await named(instance.crn.replace('us-south', 'eu-de')), 404, 'NotFound');
    });

    /** Seed of the product: platform role Viewer with service role Manager; by itself neither is enough. */
    it.each<[boolean, GivenRole[]]>([
      [true, ['Viewer', 'Manager']],
      [true, ['Editor', 'Manager']],
      [false, ['Viewer', 'Writer']],
      [false, ['Manager']],
      [false, ['Viewer']],
      [false, ['Editor']],
    ])(
      'when (%s) somebody with %j asks for everything that there is to do, then all is decided so',
      async (may, roles) => {
        const key = await made('ingestion');
        const token = await tokenWithRoles(service(), account, { of: instance.service, roles });
        const sent = { token, headers: { 'cloud-resource-name': instance.crn } };
        const one = `${ALL}/${key.id}`;

        const answers = [
          await asked('GET', ALL, sent),
          await asked('POST', `${ALL}?type=service`, sent),
          await asked('GET', one, sent),
          await asked('PUT', one, { ...sent, json: { name: 'mine' } }),
          await asked('DELETE', one, sent),
        ];

        expect(answers.map(({ status }) => status)).toEqual(Array(5).fill(may ? 200 : 403));
        if (may) await asked('DELETE', `${ALL}/${answers[1]?.body.id}`, sent);
        else for (const answer of answers) expectLogRefusal(answer, 403, 'NotAuthorized');
      },
    );
  });

  /** Reaching across: the holder of one instance's service key is nobody at another one, also of the same account. */
  it("given a key of another instance, when a service key is used for it, then it is missing, and the instance's name does not help", async () => {
    const other = await givenLogInstance(service(), account);
    const theirs = await made('ingestion', other);
    const sent = { headers: { servicekey: serviceKey } };
    const one = `${ALL}/${theirs.id}`;

    const answers = [
      await asked('GET', one, sent),
      await asked('PUT', one, { ...sent, json: { name: 'mine' } }),
      await asked('DELETE', one, sent),
      await asked('GET', ALL, { headers: { servicekey: serviceKey, 'cloud-resource-name': other.crn } }),
      // With a token for both instances as well, what is asked for is that of the one named.
      await asked('GET', one, await bearer()),
    ];

    for (const answer of answers) expectLogRefusal(answer, 404, 'NotFound');
    expect((await asked('GET', one, await bearer(other))).body).toEqual(theirs);
  });

  it.each<[string, string, object | undefined]>([
    ['no type', ALL, {}],
    ['another type', `${ALL}?type=admin`, {}],
    ['a name of 31 characters', `${ALL}?type=service`, { name: 'a'.repeat(31) }],
    ['a name with a control character', `${ALL}?type=service`, { name: 'a\u0000b' }],
    ['a secret in the URL', `${ALL}?type=service&apikey=${'0'.repeat(32)}`, {}],
  ])('when a key is to be made with %s, then it is 400', async (_what, path, json) => {
    expectLogRefusal(await asked('POST', path, { ...(await bearer()), json }), 400, 'BadRequest');
  });

  it('when a path or a method is not there, then it says so in the same form', async () => {
    const sent = await bearer();

    expectLogRefusal(await asked('GET', '/v1/config/view', sent), 404, 'NotFound');
    expectLogRefusal(await asked('PATCH', ALL, sent), 405, 'MethodNotAllowed');
  });

  it('given an account that is used from elsewhere only, when a service key of it is used, then it is refused', async () => {
    const strict = await givenOtherAccount(service());
    const of = await givenLogInstance(service(), strict);
    const sent = { token: await strict.ownerToken(), headers: { 'cloud-resource-name': of.crn } };
    const { key } = (await asked('POST', `${ALL}?type=service`, sent)).body;
    await givenAccountSettings(service(), strict.accountId, { allowedAddresses: '192.0.2.7' });

    expectLogRefusal(await asked('GET', ALL, { headers: { servicekey: key } }), 403, 'NotAuthorized');
  });
});
