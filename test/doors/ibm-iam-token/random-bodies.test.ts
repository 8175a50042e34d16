import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { BACKENDS, type Backend } from '../../harness/backends.ts';
import { type RunningService, runningService } from '../../harness/running-service.ts';

const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' };
/** A run of its own each time; with the printed seed it can be repeated. */
const SEED = Number(process.env['FAST_CHECK_SEED'] ?? Date.now() % 2_147_483_647);
/** What is read before any store is asked is the same on every back-end, so the others have fewer. */
const runsOn = (backend: Backend): number => (backend === BACKENDS[0] ? 500 : 100);

const NAMES = [
  'grant_type',
  'apikey',
  'refresh_token',
  'account',
  'client_id',
  'client_secret',
  'token',
  'response_type',
];
const GRANTS = ['apikey', 'refresh_token', 'password', 'urn:ibm:params:oauth:grant-type:apikey', '__proto__', ''];

/** From nearly a good request to noise. */
const anyName = fc.oneof(
  fc.constantFrom(...NAMES, 'apikey[$ne]', 'apikey[]', '__proto__', 'constructor.prototype', 'a[b][c][d][e]'),
  fc.string(),
);
const anyValue = fc.oneof(
  fc.constantFrom(...GRANTS, 'lk_', '%', '%00', '%ff', 'not_supported'),
  fc.string({ unit: 'binary' }),
);
const likeAForm = fc
  .array(fc.tuple(anyName, anyValue), { maxLength: 30 })
  .map((fields) => fields.map(([name, value]) => `${name}=${value}`).join('&'));
const encodedForm = fc
  .array(fc.tuple(anyName, anyValue), { maxLength: 22 })
  .map((fields) => new URLSearchParams(fields).toString());
const likeAKey = fc
  .tuple(fc.constantFrom('apikey', 'refresh_token'), fc.string({ minLength: 49, maxLength: 49 }))
  .map(([grant, random]) => new URLSearchParams({ grant_type: grant, [grant]: `lk_${random}` }).toString());
const body = fc.oneof(
  likeAForm,
  encodedForm,
  likeAKey,
  fc.string({ unit: 'binary', maxLength: 9000 }),
  fc.uint8Array(),
);

/** Bad input of every kind: never a failure of ours, never a token, always an answer that says what is wrong. */
describe.each(BACKENDS)('random bodies [%s]', (backend) => {
  let service: RunningService;
  beforeAll(async () => {
    service = await runningService({ backend });
  });
  afterAll(() => service.dispose());

  const bytesOf = (content: string | Uint8Array): Uint8Array<ArrayBuffer> =>
    Uint8Array.from(typeof content === 'string' ? Buffer.from(content) : content);

  it.each(['/identity/token', '/identity/introspect', '/identity/revoke'])(
    `given random bodies (FAST_CHECK_SEED=${SEED}), when they are posted to %s, then none fails, none passes and each is answered`,
    async (path) => {
      const property = fc.asyncProperty(body, async (content) => {
        const {
          status,
          headers,
          body: answer,
        } = await service.call('POST', path, { raw: bytesOf(content), headers: FORM });
        expect(headers.get('content-type')).toBe('application/json');
        expect(status).toBeLessThan(500);
        if (path === '/identity/token') expect(status).toBeGreaterThanOrEqual(400);
        if (status === 200) expect([{ active: false }, {}]).toContainEqual(answer);
        else expect(answer).toMatchObject({ errorCode: expect.stringMatching(/^BXNIM\d{4}E$/) });
      });

      await fc.assert(property, { seed: SEED, numRuns: runsOn(backend) });
    },
  );

  it('given all that, when an honest key is exchanged, then it works', async () => {
    expect((await service.exchange({ grant_type: 'apikey', apikey: service.adminKey })).status).toBe(200);
    expect(service.log.filter((line) => line.includes('"level":"error"'))).toEqual([]);
  });
});
