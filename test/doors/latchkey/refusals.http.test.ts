import { beforeAll, describe, expect, it } from '@jest/globals';
import { operations } from '../../../src/doors/latchkey/operations.ts';
import { asOwner, givenServiceId } from '../../harness/given-credentials.ts';
import { describeOnEveryBackend } from '../../harness/running-service.ts';
import { expectProductRefusal } from './product-refusal.ts';

/** @returns what `Allow` says of a path, in the order of the rows */
const allowedOn = (template: string): readonly string[] =>
  operations
    .filter(({ path }) => path === template)
    .flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));

const pathOf = (template: string) => template.replaceAll(/:[a-z_]+/g, 'none');

describeOnEveryBackend("the product's own API", (service) => {
  let expiredToken: string;
  let revokedToken: string;
  let goodToken: string;
  beforeAll(async () => {
    expiredToken = await service().ownerToken();
    service().clock.pass(3_601_000);
    revokedToken = await service().ownerToken();
    await service().call('POST', '/identity/revoke', { form: { token: revokedToken } });
    goodToken = await service().ownerToken();
  });

  describe.each(operations.map(({ method, path, operationId }) => [operationId, method, path] as const))(
    '%s',
    (id, method, template) => {
      const path = pathOf(template);

      it('when no credentials come, then the answer is 401, with and without a last slash', async () => {
        // Who has been invited has no token yet.
        if (id === 'activateUser') return;
        for (const asked of [path, `${path}/`]) {
          const answer = await service().call(method, asked);

          expectProductRefusal(answer, 401, 'credentials_missing');
          expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="latchkey"');
        }
      });

      it('when the token is expired, revoked or none of ours, then the answer is 401 and says which', async () => {
        const expected = [
          [expiredToken, 'token_expired'],
          [revokedToken, 'token_revoked'],
          ['nonsense', 'token_invalid'],
        ] as const;
        for (const [token, code] of expected) {
          const answer = await service().call(method, path, { token });

          expectProductRefusal(answer, 401, code);
          expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="latchkey", error="invalid_token"');
        }
      });

      it('when another method comes, then the answer is 405 and says which are served', async () => {
        const unserved = allowedOn(template).includes('PUT') ? 'PATCH' : 'PUT';

        const answer = await service().call(unserved, path, { token: goodToken });

        expectProductRefusal(answer, 405, 'method_not_allowed');
        expect(answer.headers.get('allow')?.split(', ')).toContain(method);
        expect(answer.headers.get('allow')).toBe(allowedOn(template).join(', '));
      });
    },
  );

  it.each(['apikeys/ApiKey-none', 'serviceids/ServiceId-none', 'users/IBMid-NONE', 'accounts/none'])(
    'when %s, which does not exist, is signed out by the operator, then the answer is 404',
    async (path) => {
      const answer = await service().call('POST', `/latchkey/v1/${path}/sign_out`, { token: goodToken });

      expectProductRefusal(answer, 404, 'not_found');
    },
  );

  it('when a removed service ID or its key is signed out, then the answer is 404', async () => {
    const { id, key } = await givenServiceId(service());
    await asOwner(service(), 'DELETE', `/v1/serviceids/${id}`);

    for (const path of [`serviceids/${id}`, `apikeys/${key.id}`]) {
      const answer = await service().call('POST', `/latchkey/v1/${path}/sign_out`, {
        token: await service().ownerToken(),
      });
      expectProductRefusal(answer, 404, 'not_found');
    }
  });

  it('when a path is asked for that there is not, then the answer is 404 and does not repeat it', async () => {
    const answer = await service().call('GET', '/latchkey/v1/secret-looking-path', { token: goodToken });

    expectProductRefusal(answer, 404, 'route_unknown');
    expect(answer.text).not.toContain('secret-looking-path');
  });

  it('when a key stands in the URL, then it is refused before anything is done', async () => {
    const path = `/latchkey/v1/installation/sign_out?apikey=${service().adminKey}`;

    expectProductRefusal(await service().call('POST', path, { token: goodToken }), 400, 'secret_in_url');
  });

  it('when an escape in the path is broken, then the answer is 400', async () => {
    const answer = await service().call('POST', '/latchkey/v1/apikeys/%zz/sign_out', { token: goodToken });

    expect(answer.status).toBe(400);
  });
});
