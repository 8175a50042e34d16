import { randomBytes, randomUUID } from 'node:crypto';
import { beforeAll, beforeEach, expect, it } from '@jest/globals';
import { asOwner, firstAccountId, givenServiceId } from '../../harness/given-credentials.ts';
import { givenOtherAccount } from '../../harness/given-other-account.ts';
import { expectIdentityRefusal } from '../../harness/identity-refusal.ts';
import { describeOnEveryBackend } from '../../harness/running-service.ts';

/** As IBM Cloud makes them: 44 characters. */
const newValue = (): string => `Z${randomBytes(33).toString('base64url').slice(1)}`;

describeOnEveryBackend('values of keys that their makers choose', (service) => {
  let accountId: string;
  let iamId: string;
  const allow = (allowed: boolean) =>
    asOwner(service(), 'PUT', `/v1/accounts/${accountId}/settings/identity`, {
      json: { allow_chosen_apikey_values: allowed },
      headers: { 'If-Match': '*' },
    });
  const create = async (apikey: unknown, more: object = {}) =>
    service().call('POST', '/v1/apikeys', {
      token: await service().ownerToken(),
      json: { name: 'brought along', iam_id: iamId, apikey, ...more },
    });
  const exchanged = async (apikey: string) => (await service().exchange({ grant_type: 'apikey', apikey })).status;
  const keyCount = async () =>
    (await asOwner(service(), 'GET', `/v1/apikeys?iam_id=${iamId}&pagesize=100`)).body.apikeys.length;

  beforeAll(async () => {
    accountId = await firstAccountId(service());
  });
  beforeEach(async () => {
    iamId = (await givenServiceId(service())).iamId;
    await allow(true);
  });

  it('given a new account, when a value is chosen, then it is refused with the rule, and no key is made', async () => {
    await allow(false);
    const before = await keyCount();

    const refused = await create(newValue());
    const token = await service().ownerToken();
    const withServiceId = await service().call('POST', '/v1/serviceids', {
      token,
      json: { name: 'not made', apikey: { name: 'its key', apikey: newValue() } },
    });

    for (const answer of [refused, withServiceId]) {
      expectIdentityRefusal(answer, 400, 'parameter_invalid');
      expect(answer.text).toMatch(/apikey' .*does not allow/);
    }
    expect(await keyCount()).toBe(before);
    expect((await asOwner(service(), 'GET', '/v1/serviceids?name=not%20made')).body.serviceids).toEqual([]);
  });

  it.each([
    ['of 44 characters', newValue],
    ['of any characters', () => `  ${randomUUID()} + % & = "\u{1F511}" \\ `],
  ])(
    'given an account that allows it, when a value %s is chosen, then it opens what a generated one opens',
    async (_name, make) => {
      const value = make();
      // Also after it was tried in vain: what memory knows of it must go.
      expect(await exchanged(value)).toBe(400);

      const { status, body } = await create(value);

      expect([status, body.apikey]).toEqual([201, value]);
      const token = await service().tokenOf(value);
      const introspected = await service().call('POST', '/identity/introspect', { form: { apikey: value } });
      expect(introspected.body).toMatchObject({ active: true, iam_id: iamId });
      expect((await service().call('GET', '/v1/apikeys', { token })).status).toBe(200);
      expect(await exchanged(`${value}x`)).toBe(400);
      expect((await asOwner(service(), 'GET', `/v1/apikeys/${body.id}`)).body).not.toHaveProperty('apikey');
    },
  );

  it.each([
    // fetch sends each character of a header as one byte, so these are the bytes that clients send.
    ['UTF-8', (value: string) => Buffer.from(value, 'utf8').toString('latin1')],
    ['ISO 8859-1', (value: string) => value],
  ])(
    'given a chosen value beyond ASCII, when it is looked up in a header in %s, then its key is found',
    async (_name, inHeader) => {
      const value = `Schl\u00FCssel ${randomUUID()}`;
      const { body } = await create(value);

      const found = await asOwner(service(), 'GET', '/v1/apikeys/details', {
        headers: { 'IAM-ApiKey': inHeader(value) },
      });

      expect([found.status, found.body.id]).toEqual([200, body.id]);
    },
  );

  it('given a service ID that is made with a key of a chosen value, when both are there, then the value works as client secret too', async () => {
    const value = newValue();

    const { body } = await asOwner(service(), 'POST', '/v1/serviceids', {
      json: { name: 'moved', apikey: { name: 'its key', apikey: value, store_value: true } },
    });

    expect(body.apikey.apikey).toBe(value);
    const basic = { Authorization: `Basic ${Buffer.from(`${body.id}:${value}`).toString('base64')}` };
    expect((await service().exchange({ grant_type: 'apikey', apikey: value }, basic)).body).toHaveProperty(
      'refresh_token',
    );
    expect((await asOwner(service(), 'GET', `/v1/apikeys/${body.apikey.id}`)).body.apikey).toBe(value);
    const byValue = await asOwner(service(), 'GET', '/v1/apikeys/details', { headers: { 'IAM-ApiKey': value } });
    expect(byValue.body.id).toBe(body.apikey.id);
  });

  it('given a key of a chosen value, when it is disabled, revoked by its holder or deleted, then the value opens nothing', async () => {
    const [disabled, revoked, deleted] = [newValue(), newValue(), newValue()];
    const { id } = (await create(disabled)).body;
    await create(revoked);
    const { body } = await create(deleted);
    const tokens = await Promise.all([disabled, revoked, deleted].map((value) => service().tokenOf(value)));

    await asOwner(service(), 'POST', `/v1/apikeys/${id}/disable`);
    await service().call('POST', '/identity/revoke', { form: { token: revoked } });
    await asOwner(service(), 'DELETE', `/v1/apikeys/${body.id}`);

    for (const value of [disabled, revoked, deleted]) expect(await exchanged(value)).toBe(400);
    for (const token of tokens) expect((await service().call('GET', '/v1/apikeys', { token })).status).toBe(401);
    // Freed with the key.
    expect((await create(deleted)).status).toBe(201);
    expect(await exchanged(deleted)).toBe(200);
  });

  it('given a key of a chosen value, when the account no longer allows them, then the key works on and no other is made', async () => {
    const value = newValue();
    await create(value);

    await allow(false);

    expect(await exchanged(value)).toBe(200);
    expectIdentityRefusal(await create(newValue()), 400, 'parameter_invalid');
  });

  it.each([
    ['too short', () => 'x'.repeat(31)],
    ['empty', () => ''],
    ['too long', () => 'x'.repeat(513)],
    ['with a line end', () => `${newValue()}\r\n`],
    ['with half a character', () => `${newValue()}\ud83d`],
    ['a UUID', () => randomUUID()],
    ['like one of our own', () => `lk_${'x'.repeat(49)}`],
    ['a number', () => 1234],
  ])(
    'given a value that is %s, when it is chosen, then it is refused, not repeated, and no key is made',
    async (_name, make) => {
      const before = await keyCount();
      const value = make();

      const refused = await create(value);

      expectIdentityRefusal(refused, 400, 'parameter_invalid');
      expect(refused.text).toContain('apikey');
      if (value !== '') expect(refused.text).not.toContain(String(value));
      expect(await keyCount()).toBe(before);
    },
  );

  it('given a value that a key has, when it is chosen again, here, at the same time or in another account, then it is refused with 409', async () => {
    const value = newValue();
    const other = await givenOtherAccount(service());
    const [one, two] = await Promise.all([create(value), create(value)]);
    expect([one.status, two.status].sort()).toEqual([201, 409]);
    const token = await other.ownerToken();
    await service().call('PUT', `/v1/accounts/${other.accountId}/settings/identity`, {
      ...{ token, json: { allow_chosen_apikey_values: true }, headers: { 'If-Match': '*' } },
    });

    const again = await create(value);
    const there = await service().call('POST', '/v1/apikeys', {
      token,
      json: { name: 'taken', iam_id: other.ownerIamId, apikey: value },
    });

    expectIdentityRefusal(again, 409, 'already_exists');
    expectIdentityRefusal(there, 409, 'already_exists');
    // Nothing of whose it is.
    expect(there.text).not.toMatch(/ServiceId|ApiKey-/);
    expect(await exchanged(value)).toBe(200);
  });

  it('given a user, when the value is chosen and to be stored, then it is refused', async () => {
    const { body: own } = await asOwner(service(), 'GET', '/v1/apikeys');
    const user = { iam_id: own.apikeys[0].iam_id };

    expectIdentityRefusal(await create(newValue(), { ...user, store_value: true }), 400, 'parameter_invalid');
    expect((await create(newValue(), user)).status).toBe(201);
  });
});

describeOnEveryBackend(
  'attack: guessing keys by choosing their values',
  (service, backend) => {
    /** "Taken" says that the value opens something in another account, as surely as an exchange would. */
    it('given somebody who tries values that others have, when there were too many, then every further try is refused with 429', async () => {
      const accountId = await firstAccountId(service());
      await asOwner(service(), 'PUT', `/v1/accounts/${accountId}/settings/identity`, {
        json: { allow_chosen_apikey_values: true },
        headers: { 'If-Match': '*' },
      });
      const { iamId } = await givenServiceId(service());
      const value = newValue();
      const token = await service().ownerToken();
      const attempt = (apikey: string) =>
        service().call('POST', '/v1/apikeys', { token, json: { name: backend, iam_id: iamId, apikey } });
      expect((await attempt(value)).status).toBe(201);

      const statuses: number[] = [];
      for (let tries = 0; tries < 4; tries += 1) statuses.push((await attempt(value)).status);

      expect(statuses).toEqual([409, 409, 409, 429]);
      expectIdentityRefusal(await attempt(newValue()), 429, 'rate_limited');
    });
  },
  { settings: { LATCHKEY_FAILED_EXCHANGES_PER_MINUTE: '3' } },
);
