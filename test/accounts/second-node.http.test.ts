import { beforeAll, describe, expect, it } from '@jest/globals';
import { INSTALLATION_ID, INSTALLATIONS } from '../../src/accounts/account.ts';
import { BACKENDS } from '../harness/backends.ts';
import { asOwner, firstAccountId } from '../harness/given-credentials.ts';
import { givenLogInstance } from '../harness/given-log-instance.ts';
import type { Answer } from '../harness/http-call.ts';
import type { RunningService } from '../harness/running-service.ts';
import { signedIn } from '../harness/signed-in.ts';
import { givenTwoServices } from '../harness/two-services.ts';
import { withinASecond } from '../harness/within-a-second.ts';

const ELSEWHERE = '192.0.2.7';

describe.each(BACKENDS)('settings, and keys of instances, on two processes on one store [%s]', (backend) => {
  let first: RunningService;
  let second: RunningService;
  const services = givenTwoServices(backend);
  beforeAll(() => {
    ({ first, second } = services());
  });

  it('given a token in use at the second, when a list is set and taken away at the first, then both follow within a second', async () => {
    const path = `/v1/accounts/${await firstAccountId(first)}/settings/identity`;
    const { token } = await signedIn(second, second.adminKey);
    const set = (allowed: string) =>
      first.call('PUT', path, { token, json: { allowed_ip_addresses: allowed }, headers: { 'If-Match': '*' } });
    const seenAt = async (service: RunningService) => ({
      api: (await service.call('GET', path, { token })).status,
      exchange: (await service.exchange({ grant_type: 'apikey', apikey: service.adminKey })).status,
    });
    expect(await seenAt(second)).toEqual({ api: 200, exchange: 200 });

    expect((await set(ELSEWHERE)).status).toBe(200);

    const refused = { api: 403, exchange: 401 };
    expect(await seenAt(first)).toEqual(refused);
    expect(await withinASecond(() => seenAt(second), refused)).toEqual(refused);
    // Locked out: what the command does, in the process that has no client to keep out.
    await clearFrom(first, path);
    expect(await withinASecond(() => seenAt(second), { api: 200, exchange: 200 })).toEqual({ api: 200, exchange: 200 });
    expect((await asOwner(second, 'GET', path)).body.allowed_ip_addresses).toBe('');
  });

  it.each([
    ['service', ['GET', '/v1/config/keys', 'servicekey']],
    ['ingestion', ['POST', '/logs/ingest?hostname=h', 'apikey']],
  ] as const)(
    'given %s keys of an instance in use at the second, when each ends at the first, then the second refuses it within a second',
    async (type, [method, path, header]) => {
      const owner = { accountId: await firstAccountId(first), ownerToken: first.ownerToken };
      const { guid } = await givenLogInstance(first, owner);
      const token = await first.ownerToken();
      const ask = (verb: string, at: string, sent?: object) =>
        first.call(verb, `/latchkey/v1/ingestion_keys${at}`, { token, ...(sent !== undefined && { json: sent }) });
      const made = async () => (await ask('POST', '', { instance: guid, name: 'in use', type })).body;
      const json = type === 'ingestion' ? { lines: [{ line: 'x' }] } : undefined;
      const provesAt = async (service: RunningService, key: string) =>
        (await service.call(method, path, { json, headers: { [header]: key } })).status;
      const ends: readonly ((id: string) => Promise<Answer>)[] = [
        (id) => ask('DELETE', `/${id}`),
        (id) => ask('PATCH', `/${id}`, { disabled: true }),
        (id) => ask('POST', `/${id}/rotate`, { overlap_seconds: 0 }),
        () => first.call('DELETE', `/v2/resource_instances/${guid}`, { token }),
      ];

      for (const end of ends) {
        const { id, key } = await made();
        expect(await withinASecond(() => provesAt(second, key), 200)).toBe(200);

        expect((await end(id)).status).toBeLessThan(300);

        expect(await provesAt(first, key)).toBe(403);
        expect(await withinASecond(() => provesAt(second, key), 403)).toBe(403);
      }
    },
  );

  it('given a resource key in use at the second, when it is deleted at the first, then all of it is refused there at once and at the second within a second', async () => {
    const owner = { accountId: await firstAccountId(first), ownerToken: first.ownerToken };
    const { guid: source } = await givenLogInstance(first, owner);
    const token = await first.ownerToken();
    const json = { name: 'agent', source, role: 'Writer' };
    const { body: key } = await first.call('POST', '/v2/resource_keys', { token, json });
    const { apikey, service_key: servicekey } = key.credentials;
    const lent = await second.tokenOf(apikey);
    const seenAt = async ({ call, exchange }: RunningService) => ({
      token: (await call('GET', '/identity/userinfo', { token: lent })).status,
      exchange: (await exchange({ grant_type: 'apikey', apikey })).status,
      serviceKey: (await call('GET', '/v1/config/keys', { headers: { servicekey } })).status,
    });
    const good = { token: 200, exchange: 200, serviceKey: 200 };
    expect(await withinASecond(() => seenAt(second), good)).toEqual(good);

    expect((await first.call('DELETE', `/v2/resource_keys/${key.guid}`, { token })).status).toBe(204);

    const refused = { token: 401, exchange: 400, serviceKey: 403 };
    expect(await seenAt(first)).toEqual(refused);
    expect(await withinASecond(() => seenAt(second), refused)).toEqual(refused);
  });

  it('given a bundle and a key of an instance in use at both, when the instance is deleted, restored and reclaimed at the first, then the second follows within a second', async () => {
    const owner = { accountId: await firstAccountId(first), ownerToken: first.ownerToken };
    const { guid } = await givenLogInstance(first, owner, { reclaims: true });
    const token = await first.ownerToken();
    const ask = (method: string, path: string, json?: object) =>
      first.call(method, path, { token, ...(json !== undefined && { json }) });
    const [own] = (await ask('GET', `/latchkey/v1/ingestion_keys?instance=${guid}`)).body.ingestion_keys;
    const made = await ask('POST', '/v2/resource_keys', { name: 'agent', source: guid, role: 'Manager' });
    const { apikey, ingestion_key: bundled } = made.body.credentials;
    const lent = await second.tokenOf(apikey);
    const sendsAt = async (service: RunningService, key: string) =>
      (
        await service.call('POST', '/logs/ingest?hostname=h', {
          json: { lines: [{ line: 'x' }] },
          headers: { apikey: key },
        })
      ).status;
    const seenAt = async (service: RunningService) => ({
      own: await sendsAt(service, own.key),
      bundled: await sendsAt(service, bundled),
      token: (await service.call('GET', '/identity/userinfo', { token: lent })).status,
      exchange: (await service.exchange({ grant_type: 'apikey', apikey })).status,
    });
    const act = async (action: string) => ask('POST', `/v1/reclamations/${guid}/actions/${action}`);
    const good = { own: 200, bundled: 200, token: 200, exchange: 200 };
    const lost = { own: 403, bundled: 403, token: 401, exchange: 400 };
    const steps: readonly [() => Promise<Answer>, typeof good][] = [
      [() => ask('DELETE', `/v2/resource_instances/${guid}?recursive=true`), lost],
      [() => act('restore'), { ...lost, own: 200 }],
      [() => ask('DELETE', `/v2/resource_instances/${guid}`), lost],
      [() => act('reclaim'), lost],
    ];
    expect([await withinASecond(() => seenAt(first), good), await withinASecond(() => seenAt(second), good)]).toEqual([
      good,
      good,
    ]);

    for (const [step, expected] of steps) {
      expect((await step()).status).toBeLessThan(300);
      expect(await seenAt(first)).toEqual(expected);
      expect(await withinASecond(() => seenAt(second), expected)).toEqual(expected);
    }
  });
});

async function clearFrom(service: RunningService, path: string): Promise<void> {
  const { domains } = service;
  const [, , , accountId = ''] = path.split('/');
  const origin = { address: 'local', requestId: 'request', transactionId: 'transaction' };
  const listed = await service.store.read(INSTALLATIONS).get(INSTALLATION_ID);
  const operator = { ...origin, iamId: listed?.operatorIamId ?? '', accountId, apiKeyId: '' };
  await domains.accounts.clearAllowedAddresses(operator, accountId);
}
