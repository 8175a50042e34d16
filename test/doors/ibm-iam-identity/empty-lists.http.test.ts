import { expect, it } from '@jest/globals';
import { asOwner, firstAccountId, givenServiceId } from '../../harness/given-credentials.ts';
import { givenOtherAccount } from '../../harness/given-other-account.ts';
import { expectIdentityRefusal } from '../../harness/identity-refusal.ts';
import { describeOnEveryBackend } from '../../harness/running-service.ts';

const LISTS = [
  ['/v1/profiles', 'profiles', 'pagesize'],
  ['/v1/profile_templates', 'profile_templates', 'limit'],
  ['/v1/account_settings_templates', 'account_settings_templates', 'limit'],
  ['/v1/profile_assignments', 'assignments', 'limit'],
  ['/v1/account_settings_assignments', 'assignments', 'limit'],
] as const;

describeOnEveryBackend('lists of what the service does not serve', (service) => {
  it.each(LISTS)(
    'given %s, when the owner asks, then the page is empty, well-formed, and the only one',
    async (path, plural, size) => {
      const accountId = await firstAccountId(service());

      const { body } = await asOwner(
        service(),
        'GET',
        `${path}?account_id=${accountId}&${size}=50&sort=name&order=desc`,
      );

      expect(body).toEqual({ offset: 0, limit: 50, first: expect.stringContaining(`${path}?`), [plural]: [] });
      const first = await asOwner(service(), 'GET', String(body.first).replace(service().publicUrl, ''));
      expect(first.body[plural]).toEqual([]);
      expect((await asOwner(service(), 'GET', `${path}/`)).body).toMatchObject({ limit: 20, [plural]: [] });
    },
  );

  it.each(LISTS.map(([path]) => path))(
    "given %s, when something is made or looked for there, then it is 404 in the door's form and says why",
    async (path) => {
      const token = await service().ownerToken();
      const json = { name: 'x', account_id: await firstAccountId(service()) };

      const made = await service().call('POST', path, { token, json });
      const below = await Promise.all(
        ['GET', 'PUT', 'DELETE'].map((method) => service().call(method, `${path}/Profile-1`, { token })),
      );
      const deeper = await service().call('POST', `${path}/Profile-1/rules`, { token, json });

      for (const answer of [made, ...below, deeper]) {
        expectIdentityRefusal(answer, 404, 'not_found');
        expect(answer.body.errors[0].message).toMatch(/not served/);
      }
      expectIdentityRefusal(await service().call('PATCH', path, { token }), 405, 'method_not_allowed');
    },
  );

  /** Even an empty list of another tenant is no answer to a stranger: the same as for lists that are not empty. */
  it('given a service ID without rights, or the owner of another account, when they ask, then it is 403, and without a token 401', async () => {
    const accountId = await firstAccountId(service());
    const { key } = await givenServiceId(service());
    const stranger = await (await givenOtherAccount(service())).ownerToken();
    const without = await service().tokenOf(key.secret);

    for (const [path] of LISTS) {
      for (const token of [stranger, without]) {
        const refused = await service().call('GET', `${path}?account_id=${accountId}`, { token });
        expectIdentityRefusal(refused, 403, 'access_denied');
      }
      expectIdentityRefusal(await service().call('GET', path), 401, 'credentials_missing');
      expectIdentityRefusal(await service().call('POST', path, { json: {} }), 401, 'credentials_missing');
    }
  });

  it.each(['/v1/mfa/x', '/v1/preferences/accounts/a', '/v1/serviceids/a/b/c', '/v1/apikeys/a/rotate'])(
    "given %s, which nothing serves, when it is asked for, then it is 404 in the form that this API's clients read",
    async (path) => {
      const answer = await service().call('GET', path, { token: await service().ownerToken() });

      expectIdentityRefusal(answer, 404, 'not_found');
      expect(answer.headers.get('transaction-id')).toMatch(/./);
    },
  );
});
