import { beforeAll, describe, expect, it } from '@jest/globals';
import { firstAccountId, givenServiceId } from '../../harness/given-credentials.ts';
import {
  type GivenPerson,
  type GivenTenant,
  givenPerson,
  givenTenant,
  invite,
  newEmail,
} from '../../harness/given-people.ts';
import type { Sent } from '../../harness/http-call.ts';
import { describeOnEveryBackend } from '../../harness/running-service.ts';
import { expectUserRefusal } from './user-refusal.ts';

describeOnEveryBackend('refusals of /v2/accounts/{id}/users', (service) => {
  let accountId: string;
  let tenant: GivenTenant;

  beforeAll(async () => {
    accountId = await firstAccountId(service());
    tenant = await givenTenant(service());
  });

  const asOwner = async (method: string, path: string, sent: Sent = {}) =>
    service().call(method, path, { token: await service().ownerToken(), ...sent });
  const pathOf = ({ iamId }: { iamId: string }) => `/v2/accounts/${accountId}/users/${iamId}`;
  const person = async (): Promise<GivenPerson> =>
    givenPerson(service(), { token: await service().ownerToken(), accountId });
  const guest = async (): Promise<GivenPerson> => {
    const made = await person();
    await invite(service(), { token: await tenant.ownerToken(), accountId: tenant.accountId, emails: [made.email] });
    return made;
  };

  describe('given callers without the right', () => {
    it('when a plain user or a service ID asks, then only the own profile of the user is there', async () => {
      const made = await person();
      const others = await person();
      const { key } = await givenServiceId(service());
      const all = `/v2/accounts/${accountId}/users`;

      for (const secret of [made.secret, key.secret]) {
        const send = async (method: string, path: string, sent: Sent = {}) =>
          service().call(method, path, { token: await service().tokenOf(secret), ...sent });
        const denied = [
          await send('GET', all),
          await send('GET', `${all}?user_id=${others.email}`),
          await send('POST', all, { json: { users: [{ email: newEmail() }] } }),
          await send('GET', pathOf(others)),
          await send('PATCH', pathOf(others), { json: { state: 'SUSPENDED' } }),
          await send('PATCH', pathOf(others), { json: { firstname: 'Mallory' } }),
          await send('DELETE', pathOf(others)),
        ];
        for (const answer of denied) expectUserRefusal(answer, 403, 'access_denied');
      }
      const own = await service().call('GET', pathOf(made), { token: await service().tokenOf(made.secret) });
      expect(own.status).toBe(200);
    });

    it('when the owner of another account asks, then the account is missing, whoever is in it', async () => {
      const made = await guest();
      const token = await tenant.ownerToken();
      const send = (method: string, path: string, sent: Sent = {}) => service().call(method, path, { token, ...sent });

      const answers = [
        await send('GET', `/v2/accounts/${accountId}/users`),
        await send('GET', `/v2/accounts/${accountId}/users?user_id=${made.email}`),
        await send('POST', `/v2/accounts/${accountId}/users`, { json: { users: [{ email: newEmail() }] } }),
        await send('GET', pathOf(made)),
        await send('PATCH', pathOf(made), { json: { state: 'SUSPENDED' } }),
        await send('DELETE', pathOf(made)),
        await send('GET', `/v2/accounts/${'0'.repeat(32)}/users`),
      ];

      for (const answer of answers) expectUserRefusal(answer, 404, 'not_found');
    });

    it('when nobody asks, or a wrong method or path is asked for, then the answer is in the form of the API', async () => {
      const all = `/v2/accounts/${accountId}/users`;

      expectUserRefusal(await service().call('GET', all), 401, 'credentials_missing');
      expectUserRefusal(await service().call('PUT', all), 405, 'method_not_allowed');
      expectUserRefusal(await asOwner('GET', `${all}/a/b/c`), 404, 'route_unknown');
      expectUserRefusal(await asOwner('GET', `${all}?apikey=x`), 400, 'secret_in_url');
    });
  });

  describe('given a body or query that is not right', () => {
    it.each([
      ['another state', { state: 'DISABLED_CLASSIC_INFRASTRUCTURE' }],
      ['another e-mail address', { email: 'new@example.test' }],
      ['a telephone number', { phonenumber: '123' }],
      ['a line break in the name', { firstname: 'a\r\nb' }],
    ])('when %s is sent, then it is refused and nothing changed', async (_, json) => {
      const made = await person();
      const before = await asOwner('GET', pathOf(made));
      const token = await service().tokenOf(made.secret);

      const refused = await service().call('PATCH', pathOf(made), { token, json: { lastname: 'Changed', ...json } });

      expectUserRefusal(refused, 400, 'parameter_invalid');
      expect((await asOwner('GET', pathOf(made))).body).toEqual(before.body);
    });

    it.each([['limit=0'], ['limit=x'], ['_start=forged'], ['search=email:x'], ['limit=1&limit=2']])(
      'when a list is asked for with %s, then it is refused',
      async (query) => {
        const { status } = await asOwner('GET', `/v2/accounts/${accountId}/users?${query}`);

        expect(status).toBe(400);
      },
    );

    it('when an invited user is suspended before the code is used, then it is refused', async () => {
      const invited = await invite(service(), { token: await service().ownerToken(), accountId, emails: [newEmail()] });
      const [{ iam_id: iamId }] = invited.body.resources;

      const refused = await asOwner('PATCH', pathOf({ iamId }), { json: { state: 'ACTIVE' } });

      expectUserRefusal(refused, 400, 'parameter_invalid');
    });
  });
});
