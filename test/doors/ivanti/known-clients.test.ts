import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { asOwner } from '../../harness/given-credentials.ts';
import { type RunningService, runningService } from '../../harness/running-service.ts';
import { askWith, givenGroupedKey } from './given-grouped-key.ts';
import { expectNotAuthorized, expectRestRefusal } from './rest-refusal.ts';

/** What the published integrations of this system do with an answer: they look at three statuses, and show everything else as it is. */
async function taken(response: Response): Promise<string> {
  if (response.status === 401) throw new Error('the API key is not valid');
  if (response.status === 403) throw new Error('not permitted');
  if (response.status === 204) return '';
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  return text;
}

/** As they make it of whatever address they are given: everything from `/api` on is cut off, and `/api/` put there. */
const baseOf = (address: string): string => `${address.replace(/\/api.*$/, '').replace(/\/+$/, '')}/api/`;

describe('clients of this system', () => {
  let service: RunningService;
  let secret: string;
  let path: string;

  beforeAll(async () => {
    service = await runningService({ settings: { LATCHKEY_REST_API_KEYS_IN_URL: 'on', LATCHKEY_LOG_LEVEL: 'debug' } });
    ({ secret, path } = await givenGroupedKey(service, { description: 'service desk' }));
  });
  afterAll(() => service.dispose());

  const get = (base: string, name: string, headers: Record<string, string> = {}) =>
    fetch(`${base}${name}`, { headers: { Authorization: `rest_api_key=${secret}`, ...headers } });

  it.each(['', '/', '/HEAT', '/HEAT/', '/api', '/api/', '/HEAT/api/odata/businessobject'])(
    'given an address that ends with %j, when a client looks for metadata, then it is there',
    async (end) => {
      const base = baseOf(`${service.listenUrl}${end}`);

      const text = await taken(await get(base, 'odata/incidents/$metadata', { Accept: 'application/xml' }));

      expect(text).toContain('<edmx:Edmx');
    },
  );

  it('when a client tries both prefixes, then both are there; when it asks for records, then it shows what is said', async () => {
    for (const prefix of ['/HEAT', '']) {
      const base = `${service.listenUrl}${prefix}/api/`;
      expect((await get(base, 'odata/businessobject/$metadata')).status).toBe(200);
      await expect(get(base, 'odata/businessobject/incidents?$top=25').then(taken)).rejects.toThrow('ISM_4004');
    }
  });

  it('when a client logs in for a session, then it hears that there are none, with or without a key', async () => {
    const json = { tenant: 'one', username: 'a', password: 'b', role: 'c' };

    const answer = await service.call('POST', '/HEAT/api/rest/authentication/login', { json });

    expectRestRefusal(answer, 404, 'ISM_4004');
    expect(answer.body.help).toContain('rest_api_key=');
  });

  it('when a client has logged in elsewhere, then its session key is not good here', async () => {
    expectNotAuthorized(
      await service.call('GET', '/api/rest/whoami', { headers: { Authorization: 'keys.example.test#A1B2C3#1' } }),
    );
  });

  it('given the switch, when the key is sent in the URL, then it is taken, and stands in no log', async () => {
    const byUrl = await service.call('GET', `/HEAT/api/rest/whoami?rest_api_key=${secret}`);
    const wrong = await service.call('GET', `/api/rest/whoami?rest_api_key=${'0'.repeat(32)}`);

    expect(byUrl.body.key.description).toBe('service desk');
    expectNotAuthorized(wrong);
    expectRestRefusal(await service.call('GET', `/api/rest/whoami?apikey=${secret}`), 400, 'ISM_4000');
    expect(service.log.join('\n')).not.toContain(secret);
  });

  it('when the key is deactivated, then the client hears that it is not valid, without a restart', async () => {
    const base = baseOf(service.listenUrl);
    await taken(await get(base, 'rest/whoami'));

    await asOwner(service, 'PATCH', path, { json: { activated: false } });

    await expect(get(base, 'rest/whoami').then(taken)).rejects.toThrow('not valid');
    await asOwner(service, 'PATCH', path, { json: { activated: true } });
    expect((await askWith(service, secret)).status).toBe(200);
  });
});
