import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { asOwner, type GivenServiceId, givenServiceId } from '../../harness/given-credentials.ts';
import type { Answer } from '../../harness/http-call.ts';
import { describeOnEveryBackend } from '../../harness/running-service.ts';

/** A failure prints its seed and the smallest request that shows it. */
const RUNS = 60;
const JSON_TYPE = { 'Content-Type': 'application/json', 'If-Match': '*' };

const MEMBERS = [
  ...['name', 'iam_id', 'description', 'account_id', 'apikey', 'store_value', 'support_sessions', 'expires_at'],
  ...['action_when_leaked', 'unique_instance_crns', 'group_id', 'toString', 'hasOwnProperty', '$ne', 'id'],
];
const PARAMETERS = [
  ...['account_id', 'iam_id', 'scope', 'type', 'group_id', 'sort', 'order', 'pagesize', 'pagetoken', 'filter'],
  ...['include_history', 'include_activity', 'name', 'toString', '$where'],
];

const value = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.constantFrom('', 'true', 'asc', 'account', 'name sw "a"', '((((', 'name sw "', '2049-01-02T18:30+0000', '\u0000'),
);
const anyJson = fc.oneof(
  fc.dictionary(fc.constantFrom(...MEMBERS), fc.oneof(fc.jsonValue({ maxDepth: 3 }), value), { maxKeys: 8 }),
  fc.jsonValue({ maxDepth: 5 }),
);
const anyQuery = fc
  .array(fc.tuple(fc.constantFrom(...PARAMETERS), value), { maxLength: 5 })
  .map((fields) => fields.map(([name, text]) => `${name}=${encodeURIComponent(text.toWellFormed())}`).join('&'));

describeOnEveryBackend('random requests to the identity API', (service) => {
  let given: GivenServiceId;
  let token: string;

  beforeAll(async () => {
    given = await givenServiceId(service());
    token = await service().ownerToken();
  });

  const pathOf = (path: string): string =>
    path.replace(':id', path.startsWith('/v1/apikeys') ? given.key.id : given.id);
  const isDecided = ({ status, body }: Answer): void => {
    expect([200, 201, 400, 403, 404]).toContain(status);
    if (status >= 400) expect(body).toMatchObject({ status_code: status, errors: [{ code: expect.any(String) }] });
  };

  describe.each([
    ['POST', '/v1/apikeys'],
    ['PUT', '/v1/apikeys/:id'],
    ['POST', '/v1/serviceids'],
    ['PUT', '/v1/serviceids/:id'],
  ])('%s %s', (method, path) => {
    it('given any JSON, when it is sent, then it is done or refused, and never a failure of the service', async () => {
      await fc.assert(
        fc.asyncProperty(anyJson, async (json) => {
          const raw = JSON.stringify(json);
          isDecided(await service().call(method, pathOf(path), { token, raw, headers: JSON_TYPE }));
        }),
        { numRuns: RUNS },
      );
    });

    it('given any bytes, when they are sent, then they are refused, and never a failure of the service', async () => {
      await fc.assert(
        fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 200 }), async (bytes) => {
          const raw = new Uint8Array(bytes);
          isDecided(await service().call(method, pathOf(path), { token, raw, headers: JSON_TYPE }));
        }),
        { numRuns: RUNS / 2 },
      );
    });
  });

  it.each(['/v1/apikeys', '/v1/serviceids', '/v1/apikeys/:id', '/v1/serviceids/:id'])(
    'given any query, when GET %s comes with it, then it is answered or refused, and never a failure of the service',
    async (path) => {
      await fc.assert(
        fc.asyncProperty(anyQuery, async (query) => {
          const answer = await service().call('GET', `${pathOf(path)}?${query}`, { token });
          if (answer.status !== 403) isDecided(answer);
        }),
        { numRuns: RUNS },
      );
    },
  );

  it('given any id, when it is asked for, then it is not found or not readable, and never a failure of the service', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }), async (id) => {
        const encoded = encodeURIComponent(id.toWellFormed());
        fc.pre(encoded !== '.' && encoded !== '..');
        const answer = await service().call('GET', `/v1/apikeys/${encoded}`, { token });
        expect(answer.status).toBe(404);
      }),
      { numRuns: RUNS },
    );
  });

  it('given all of this, when the key is exchanged and read, then it is still there', async () => {
    expect((await asOwner(service(), 'GET', `/v1/apikeys/${given.key.id}`)).body.id).toBe(given.key.id);
  });
});
