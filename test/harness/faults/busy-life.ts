import { setTimeout as pause } from 'node:timers/promises';
import { givenLogInstance } from '../given-log-instance.ts';
import type { Answer, Call } from '../http-call.ts';
import type { ServiceProcess } from '../service-process.ts';
import type { SecretTraces } from './secret-traces.ts';

/** What the service lived through. */
export interface LivedThrough {
  readonly keys: number;
  readonly tokens: number;
  readonly refusals: number;
}

const WORKERS = 8;

/**
 * Makes keys and uses them in every way that touches a secret: exchanges, refresh tokens, introspections, revocations,
 * attempts that are refused, keys that are sent where none belongs. Each secret is added to `traces`.
 */
export async function liveBusily(
  { call, ...asked }: ServiceProcess,
  keys: number,
  traces: SecretTraces,
): Promise<LivedThrough> {
  const service = { ...asked, call: patiently(call) };
  const adminKey = await service.adminKey();
  const owner = await service.tokenOf(adminKey);
  traces.add(adminKey);
  traces.add(owner);
  const { iam_id, account } = JSON.parse(Buffer.from(owner.split('.')[1] ?? '', 'base64url').toString());
  const lived = { keys: 0, tokens: 1, refusals: 0 };
  let next = 0;

  const work = async (): Promise<void> => {
    while (next < keys) {
      const position = next++;
      const json = { name: `key ${position}`, iam_id, account_id: account.bss };
      const made = expected(await service.call('POST', '/v1/apikeys', { token: owner, json }), 201);
      lived.keys += 1;
      traces.add(String(made.body.apikey));
      const tokens = await useKey(service, String(made.body.apikey));
      for (const token of tokens) traces.add(token);
      lived.tokens += tokens.length;
      const refused = await misuse(service, owner, String(made.body.apikey), String(tokens[0]));
      lived.refusals += refused;
      if (position % 4 === 0) await end(service, owner, made, tokens, position % 8 === 0);
    }
  };
  await Promise.all(Array.from({ length: WORKERS }, work));
  lived.refusals += await liveWithInstanceKeys(
    service,
    { accountId: account.bss, ownerToken: async () => owner },
    traces,
  );
  await useBundles(service, { accountId: account.bss, ownerToken: async () => owner }, traces);
  return lived;
}

/** As a client does it: on a machine with much else to do, the store may answer too late (503), which is no refusal. */
const patiently =
  (call: Call): Call =>
  async (...request) => {
    for (let attempt = 1; ; attempt += 1) {
      const answer = await call(...request);
      if (answer.status !== 503 || attempt === MOST_ATTEMPTS) return answer;
      await pause(PAUSE_MILLISECONDS);
    }
  };

const MOST_ATTEMPTS = 20;
const PAUSE_MILLISECONDS = 200;

/** The same with keys of an instance, which can be read again. @returns how many requests were refused */
async function liveWithInstanceKeys(
  service: ServiceProcess,
  account: { readonly accountId: string; readonly ownerToken: () => Promise<string> },
  traces: SecretTraces,
): Promise<number> {
  const { call } = service;
  const token = await account.ownerToken();
  const { guid } = await givenLogInstance(service, account);
  const keys: string[] = [];
  for (const type of ['ingestion', 'service']) {
    const json = { instance: guid, name: 'instance key', type };
    const { body } = expected(await call('POST', '/latchkey/v1/ingestion_keys', { token, json }), 201);
    const one = `/latchkey/v1/ingestion_keys/${body.id}`;
    const rotated = expected(await call('POST', `${one}/rotate`, { token, json: { overlap_seconds: 60 } }), 201);
    keys.push(String(body.key), String(rotated.body.key));
  }
  const [, , , serviceKey = ''] = keys;
  expected(await call('GET', '/v1/config/keys', { headers: { servicekey: serviceKey } }), 200);
  const refused: Answer[] = [];
  for (const key of keys) {
    traces.add(key);
    refused.push(
      await call('POST', '/identity/token', { form: { grant_type: 'apikey', apikey: key } }),
      await call('GET', `/latchkey/v1/ingestion_keys/${key}`, { token }),
      await call('GET', `/v1/config/keys/${key}`, { headers: { servicekey: serviceKey } }),
      await call('GET', '/v1/config/keys', { headers: { servicekey: `${key.slice(1)}0` } }),
    );
  }
  return refused.filter(({ status }) => status >= 400 && status < 500).length;
}

const BUNDLES = 6;

/** Resource keys to an instance that takes log lines: read, exchanged, sent where none belongs, half of them deleted. */
async function useBundles(
  service: ServiceProcess,
  account: { readonly accountId: string; readonly ownerToken: () => Promise<string> },
  traces: SecretTraces,
): Promise<void> {
  const { call } = service;
  const token = await account.ownerToken();
  const { guid: source } = await givenLogInstance(service, account);
  for (let position = 0; position < BUNDLES; position += 1) {
    const json = { name: `bundle ${position}`, source, role: 'Writer' };
    const made = expected(await call('POST', '/v2/resource_keys', { token, json }), 201);
    const { apikey, ingestion_key, service_key } = made.body.credentials;
    for (const secret of [apikey, ingestion_key, service_key]) traces.add(String(secret));
    traces.add(await service.tokenOf(String(apikey)));
    expected(await call('GET', `/v2/resource_keys/${made.body.guid}`, { token }), 200);
    expected(await call('GET', `/v2/resource_keys/${apikey}`, { token }), 404);
    expected(await call('GET', `/v2/resource_keys/${ingestion_key}`, { token }), 404);
    expected(await call('POST', '/v2/resource_keys', { token, json: { ...json, role: service_key } }), 400);
    if (position % 2 === 0) expected(await call('DELETE', `/v2/resource_keys/${made.body.guid}`, { token }), 204);
  }
  expected(await call('GET', '/v2/resource_keys', { token }), 200);
}

async function useKey({ call }: ServiceProcess, apikey: string): Promise<readonly string[]> {
  const form = { grant_type: 'urn:ibm:params:oauth:grant-type:apikey', apikey };
  const headers = { Authorization: `Basic ${btoa('bx:bx')}` };
  const granted = expected(await call('POST', '/identity/token', { form, headers }), 200);
  const { access_token, refresh_token } = granted.body;
  const again = { grant_type: 'refresh_token', refresh_token };
  const refreshed = expected(await call('POST', '/identity/token', { form: again, headers }), 200);
  expected(await call('POST', '/identity/introspect', { form: { token: access_token } }), 200);
  expected(await call('POST', '/identity/introspect', { form: { apikey } }), 200);
  expected(await call('GET', '/identity/userinfo', { token: access_token }), 200);
  expected(await call('GET', '/v1/apikeys/details', { token: access_token, headers: { 'IAM-ApiKey': apikey } }), 200);
  return [access_token, refresh_token, refreshed.body.access_token].map(String);
}

/** Secrets in every wrong place, as hurried people and broken scripts send them. @returns how many were refused */
async function misuse({ call }: ServiceProcess, owner: string, apikey: string, token: string): Promise<number> {
  const nearly = `${apikey.slice(0, -1)}${apikey.endsWith('A') ? 'B' : 'A'}`;
  const answers = await Promise.all([
    call('POST', '/identity/token', { form: { grant_type: 'apikey', apikey: nearly } }),
    call('POST', '/identity/token', { form: { grant_type: apikey, apikey } }),
    call('POST', '/identity/token', { form: { grant_type: 'apikey', apikey, account: apikey } }),
    call('POST', '/identity/token', { form: { grant_type: 'refresh_token', refresh_token: token } }),
    call('POST', `/identity/token?apikey=${apikey}`, { form: { grant_type: 'apikey', apikey } }),
    call('GET', `/v1/apikeys/${apikey}`, { token: owner }),
    call('GET', `/${apikey}`, { headers: { 'User-Agent': apikey } }),
    call('GET', '/v1/apikeys', { token: `${token}x` }),
    call('GET', '/v1/apikeys', { headers: { Authorization: `Basic ${btoa(`${apikey}:${token}`)}` } }),
    call('POST', '/identity/token', { raw: `{"apikey":"${apikey}"}`, headers: { 'Content-Type': 'application/json' } }),
  ]);
  return answers.filter(({ status }) => status >= 400 && status < 500).length;
}

async function end(
  { call }: ServiceProcess,
  owner: string,
  made: Answer,
  [token = '']: readonly string[],
  whole: boolean,
): Promise<void> {
  expected(await call('POST', '/identity/revoke', { form: { token } }), 200);
  if (whole) expected(await call('POST', '/identity/revoke', { form: { apikey: String(made.body.apikey) } }), 200);
  else expected(await call('DELETE', `/v1/apikeys/${made.body.id}`, { token: owner }), 204);
}

function expected(answer: Answer, status: number): Answer {
  if (answer.status !== status) throw new Error(`expected ${status}, got ${answer.status}: ${answer.text}`);
  return answer;
}
