import { beforeAll, describe, expect, it } from '@jest/globals';
import { API_KEYS } from '../../../src/api-keys/api-key.ts';
import { newApiKey } from '../../../src/api-keys/new-api-key.ts';
import { AUDIT_EVENTS } from '../../../src/audit/audit-event.ts';
import { platformRoleCrn } from '../../../src/resource-catalog/service-definition.ts';
import { insert } from '../../../src/store/changes.ts';
import { firstAccountId, givenServiceId, givenUser } from '../../harness/given-credentials.ts';
import { givenOtherAccount, type OtherAccount } from '../../harness/given-other-account.ts';
import { givenPolicy } from '../../harness/given-rights.ts';
import type { Answer, Sent } from '../../harness/http-call.ts';
import { describeOnEveryBackend } from '../../harness/running-service.ts';
import { expectAicRefusal } from './aic-refusal.ts';

const ALL = '/keys';
const CREATE = `${ALL}?_action=create`;
const KEY = {
  name: 'shipper',
  api_key_id: expect.stringMatching(/^[0-9a-f]{32}$/),
  created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/),
};

describeOnEveryBackend('/keys', (service) => {
  let account: OtherAccount;

  const asked = async (method: string, path: string, sent: Sent = {}): Promise<Answer> =>
    service().call(method, path, { token: await account.ownerToken(), ...sent });
  const made = async () => (await asked('POST', CREATE, { json: { name: 'shipper' } })).body;

  beforeAll(async () => {
    account = await givenOtherAccount(service());
  });

  it('when an administrator makes, reads, lists and deletes a key, then each answer has the recorded form, and the secret is shown once', async () => {
    const created = await asked('POST', CREATE, { json: { name: 'shipper' } });
    const { api_key_secret: secret, ...shown } = created.body;
    const one = `${ALL}/${shown.api_key_id}`;
    const read = await asked('GET', one);
    const listed = await asked('GET', ALL);
    const deleted = await asked('DELETE', one);
    const gone = await asked('GET', one);

    expect([created.status, shown]).toEqual([200, KEY]);
    expect(secret).toMatch(/^[0-9a-f]{64}$/);
    expect(created.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect([read.status, read.body]).toEqual([200, shown]);
    expect([listed.status, listed.body]).toEqual([
      200,
      {
        ...{ result: [shown], resultCount: 1, pagedResultsCookie: null, totalPagedResultsPolicy: 'NONE' },
        ...{ totalPagedResults: 1, remainingPagedResults: 0 },
      },
    ]);
    expect([deleted.status, deleted.text]).toEqual([204, '']);
    expectAicRefusal(gone, 404, 'not_found');
    expectAicRefusal(await asked('DELETE', one), 404, 'not_found');
  });

  it('when two keys get the same name, then both are there: whether a name is taken, the client looks up itself', async () => {
    const first = await made();
    const second = await made();

    const { body } = await asked('GET', ALL);

    expect(second.api_key_id).not.toBe(first.api_key_id);
    expect(body.result.map(({ name }: { name: string }) => name)).toEqual(['shipper', 'shipper']);
    for (const { api_key_id: id } of [first, second]) await asked('DELETE', `${ALL}/${id}`);
  });

  it('given an account that counts exchanges, when its first key is made, then each is written down from then on, until somebody chooses', async () => {
    const { accountId, ownerToken } = await givenOtherAccount(service());
    const token = await ownerToken();
    const settings = `/latchkey/v1/accounts/${accountId}/log_settings`;
    const seen = async () => (await asked('GET', settings, { token })).body;

    const before = await seen();
    await asked('POST', CREATE, { token, json: { name: 'first' } });
    const after = await seen();
    await asked('PATCH', settings, { token, json: { exchange_records: 'counted' } });
    await asked('POST', CREATE, { token, json: { name: 'second' } });

    expect([before, after, await seen()]).toEqual([
      { exchange_records: 'counted', is_set: false },
      { exchange_records: 'each', is_set: true },
      { exchange_records: 'counted', is_set: true },
    ]);
  });

  it('given nearly as many keys as there may be, when another is made and all are listed, then the one answer has all of them', async () => {
    const many = await givenOtherAccount(service());
    const { accountId, ownerIamId: iamId } = many;
    const digests = { digest: () => `p:${crypto.randomUUID()}` };
    // Safe: of these keys nothing is sealed, and no digest is compared.
    const maker = { digests, sealing: {} } as unknown as Parameters<typeof newApiKey>[0];
    const chosen = { accountId, iamId, kind: 'log_reading', name: 'one of many' } as const;
    for (let left = 950; left > 0; left -= 190) {
      const keys = Array.from({ length: 190 }, () => newApiKey(maker, chosen, iamId, service().clock.now()).apiKey);
      await service().store.commit(keys.map((key) => insert(API_KEYS, key)));
    }

    const token = await many.ownerToken();
    // It changes the account twice: for the limit, and because it is the first that is made here.
    const created = await asked('POST', CREATE, { token, json: { name: 'the last' } });
    const { body } = await asked('GET', ALL, { token });

    expect(created.status).toBe(200);
    expect(body).toMatchObject({ resultCount: 951, pagedResultsCookie: null, totalPagedResults: 1 });
    expect(new Set(body.result.map(({ api_key_id: id }: { api_key_id: string }) => id)).size).toBe(951);
  });

  it('when a key is made and deleted, then the record says who, and under which name of the request; nothing has the secret', async () => {
    const name = 'frodo-1f0c6c1a';
    const sent = { json: { name: 'recorded' }, headers: { 'X-ForgeRock-TransactionId': name } };

    const created = await asked('POST', CREATE, sent);
    await asked('DELETE', `${ALL}/${created.body.api_key_id}`);
    const refused = await asked('GET', ALL, { headers: { 'X-ForgeRock-TransactionId': 'two words\t' } });

    const equals = [account.accountId];
    const { rows } = await service().store.read(AUDIT_EVENTS).page('byAccount', { equals, limit: 200 });
    const records = rows.filter(({ before, after }) => (after ?? before)?.['name'] === 'recorded');
    expect(records).toMatchObject([
      { action: 'iam-identity.tenantkey.create', actor: { iamId: account.ownerIamId }, transactionId: name },
      { action: 'iam-identity.tenantkey.delete', actor: { iamId: account.ownerIamId } },
    ]);
    expect(created.headers.get('x-forgerock-transactionid')).toBe(name);
    expect(refused.headers.get('x-forgerock-transactionid')).toMatch(/^[0-9a-f-]{36}$/);
    expect(JSON.stringify(rows)).not.toContain(created.body.api_key_secret);
    expect(service().log.join('\n')).not.toContain(created.body.api_key_secret);
  });

  describe('given somebody who is no administrator', () => {
    const PEOPLE: readonly (readonly [string, () => Promise<{ iamId: string; key: { secret: string } }>])[] = [
      ['a user', () => givenUser(service())],
      ['a service ID', () => givenServiceId(service())],
    ];

    it.each(PEOPLE)(
      'when %s asks for anything, then it is 403, until the role Administrator is given',
      async (_who, given) => {
        const { iamId, key } = await given();
        const asEach = async (): Promise<Answer[]> => {
          const token = await service().tokenOf(key.secret);
          const created = await asked('POST', CREATE, { token, json: { name: 'mine' } });
          const one = `${ALL}/${created.body.api_key_id ?? '0'.repeat(32)}`;
          return [
            created,
            await asked('GET', ALL, { token }),
            await asked('GET', one, { token }),
            await asked('DELETE', one, { token }),
          ];
        };

        for (const answer of await asEach()) expectAicRefusal(answer, 403, 'access_denied');
        const accountId = await firstAccountId(service());
        const roles = [platformRoleCrn('Administrator')];
        await givenPolicy(service(), { accountId, subject: iamId, roles, service: 'iam-identity' });
        expect((await asEach()).map(({ status }) => status)).toEqual([200, 200, 200, 204]);
      },
    );
  });

  /** Reaching across: an id of another account, or of a key of another kind, is nobody's. */
  it("when another account's key, or one of another kind, is asked for, then it is missing", async () => {
    const theirs = await givenOtherAccount(service());
    const { body } = await service().call('POST', CREATE, {
      token: await theirs.ownerToken(),
      json: { name: 'theirs' },
    });
    const others = [
      body.api_key_id,
      account.ownerKeyId.replace('ApiKey-', '').replaceAll('-', ''),
      account.ownerKeyId,
      'x',
      '%00',
    ];

    for (const id of others) {
      for (const method of ['GET', 'DELETE']) expectAicRefusal(await asked(method, `${ALL}/${id}`), 404, 'not_found');
    }
    const still = await service().call('GET', `${ALL}/${body.api_key_id}`, { token: await theirs.ownerToken() });
    expect(still.status).toBe(200);
  });

  describe('given another credential than a bearer token', () => {
    it.each<[string, number, string, () => Promise<Sent>]>([
      ['nothing', 401, 'credentials_missing', async () => ({})],
      ['a pair of a key', 401, 'credentials_missing', async () => ({ headers: pairOf(await made()) })],
      ['a pair as Basic', 401, 'credentials_missing', async () => ({ headers: basicOf(await made()) })],
      [
        'a key alone, without a scheme',
        401,
        'credentials_missing',
        async () => ({ headers: { Authorization: (await made()).api_key_secret } }),
      ],
      [
        'a key as its own scheme',
        401,
        'credentials_missing',
        async () => ({ headers: { Authorization: `rest_api_key=${(await made()).api_key_secret}` } }),
      ],
      ['an empty header', 401, 'credentials_missing', async () => ({ headers: { Authorization: '' } })],
      ['an empty token', 401, 'credentials_missing', async () => ({ headers: { Authorization: 'Bearer ' } })],
      ['a secret as a token', 401, 'token_invalid', async () => ({ token: (await made()).api_key_secret })],
      ['a token that is none', 401, 'token_invalid', async () => ({ token: 'rubbish' })],
      [
        'a token with characters of none',
        400,
        'request_malformed',
        async () => ({ headers: { Authorization: 'Bearer ü' } }),
      ],
      ['a header of 10 kB', 400, 'request_malformed', async () => ({ token: 'a'.repeat(10 * 1024) })],
      [
        'a token and a pair',
        400,
        'credentials_conflicting',
        async () => ({ token: await account.ownerToken(), headers: pairOf(await made()) }),
      ],
      ['a token in the URL', 400, 'secret_in_url', async () => ({})],
    ])('when %s is sent, then it is %i', async (what, status, code, sent) => {
      const path = what.endsWith('URL') ? `${ALL}?access_token=${await account.ownerToken()}` : ALL;

      expectAicRefusal(await service().call('GET', path, await sent()), status, code);
    });
  });

  it.each<[string, string, string, Sent, number, string]>([
    ['no action', 'POST', ALL, { json: { name: 'a' } }, 400, 'parameter_missing'],
    ['another action', 'POST', `${ALL}?_action=drop`, { json: { name: 'a' } }, 400, 'parameter_invalid'],
    ['an action twice', 'POST', `${CREATE}&_action=create`, { json: { name: 'a' } }, 400, 'parameter_repeated'],
    ['no name', 'POST', CREATE, { json: {} }, 400, 'parameter_missing'],
    ['a name of 256 characters', 'POST', CREATE, { json: { name: 'a'.repeat(256) } }, 400, 'parameter_invalid'],
    ['a name with a control character', 'POST', CREATE, { json: { name: 'a\u0007b' } }, 400, 'parameter_invalid'],
    [
      'a body that is not JSON',
      'POST',
      CREATE,
      { raw: '{', headers: { 'Content-Type': 'application/json' } },
      400,
      'request_malformed',
    ],
    ['a form', 'POST', CREATE, { form: { name: 'a' } }, 415, 'media_type_unsupported'],
    ['a method that there is not', 'PATCH', ALL, {}, 405, 'method_not_allowed'],
    ['a path that there is not', 'GET', `${ALL}/a/b`, {}, 404, 'route_unknown'],
  ])(
    'when a request has %s, then it is refused, and there is no new key',
    async (_what, method, path, sent, status, code) => {
      const before = (await asked('GET', ALL)).body;

      expectAicRefusal(await asked(method, path, sent), status, code);
      expect((await asked('GET', ALL)).body).toEqual(before);
    },
  );
});

const pairOf = (key: { api_key_id: string; api_key_secret: string }) => ({
  'x-api-key': key.api_key_id,
  'x-api-secret': key.api_key_secret,
});

const basicOf = (key: { api_key_id: string; api_key_secret: string }) => ({
  Authorization: `Basic ${Buffer.from(`${key.api_key_id}:${key.api_key_secret}`).toString('base64')}`,
});
