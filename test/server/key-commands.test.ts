import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BACKENDS, settingsOf } from '../harness/backends.ts';
import { givenLogInstance } from '../harness/given-log-instance.ts';
import { givenReadableKey } from '../harness/given-readable-key.ts';
import { type ServiceProcess, serviceProcesses } from '../harness/service-process.ts';

const processes = serviceProcesses();
afterAll(processes.removeAll);

describe.each(BACKENDS)('commands beside a running service [%s]', (backend) => {
  let service: ServiceProcess;
  let token: string;
  const settings = settingsOf(backend);
  const run = (...words: string[]) => processes.run(words, { settings, dataFolder: service.dataFolder });
  const published = async (): Promise<string[]> =>
    (await service.call('GET', '/identity/keys')).body.keys.map(({ kid }: { kid: string }) => kid);
  const statusOf = async (bearer: string): Promise<number> =>
    (await service.call('GET', '/v1/apikeys', { token: bearer })).status;

  beforeAll(async () => {
    service = await processes.start({ settings });
    token = await service.tokenOf(await service.adminKey());
  });

  it('when the installation is there already, then bootstrap changes nothing', async () => {
    const before = await service.adminKey();

    const { exitCode, stdout } = await run('bootstrap');

    expect({ exitCode, stdout }).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('was there already') });
    expect(await service.adminKey()).toBe(before);
  });

  it('when the signing key is rotated, then the next one is published at once and signs only later', async () => {
    const [current = ''] = await published();

    const { exitCode, stdout } = await run('rotate-signing-key');

    expect(exitCode).toBe(0);
    const next = /^key (\S+) \(RS256\) is published and signs from \S+Z on$/m.exec(stdout)?.[1] ?? '';
    await eventually(async () => expect((await published()).sort()).toEqual([current, next].sort()));
    expect(kidOf(await service.tokenOf(await service.adminKey()))).toBe(current);
    expect(await statusOf(token)).toBe(200);
  });

  it('when the current signing key is dropped, then its tokens are refused and the next one signs', async () => {
    const dropped = kidOf(token);

    const { exitCode, stdout } = await run('drop-signing-key', dropped);

    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/ signs now$/m);
    await eventually(async () => expect(await statusOf(token)).toBe(401));
    expect(await published()).not.toContain(dropped);
    const fresh = await service.tokenOf(await service.adminKey());
    expect(await statusOf(fresh)).toBe(200);
  });

  it('when an account has locked itself out, then a command opens it again, and the running service follows', async () => {
    const adminKey = await service.adminKey();
    const bearer = await service.tokenOf(adminKey);
    const listed = await service.call('GET', '/v1/apikeys', { token: bearer });
    const account = listed.body.apikeys[0].account_id;
    const json = { allowed_ip_addresses: '192.0.2.7' };
    const headers = { 'If-Match': '*' };
    await service.call('PUT', `/v1/accounts/${account}/settings/identity`, { token: bearer, json, headers });
    expect(await statusOf(bearer)).toBe(403);

    const unknown = await run('clear-allowed-addresses', '0'.repeat(32));
    const { exitCode, stdout } = await run('clear-allowed-addresses', account);

    expect([unknown.exitCode, unknown.stderr]).toEqual([1, expect.stringContaining('could not be found')]);
    expect({ exitCode, stdout }).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('open to all') });
    await eventually(async () => expect(await statusOf(bearer)).toBe(200));
  });

  it('when a key that is not there is dropped, then it ends with 1 and says so', async () => {
    const { exitCode, stderr } = await run('drop-signing-key', 'no-such-key');

    expect(exitCode).toBe(1);
    expect(stderr).toContain('There is no such signing key.');
  });
});

/** Who types a command has not the service's environment about: its defaults must decide nothing. */
describe('commands without the settings of a service that signs with ES256', () => {
  it('when each is run, then none changes how tokens are signed, nor does the drop of an unknown key change a thing', async () => {
    const service = await processes.start({ settings: { LATCHKEY_SIGNING_ALGORITHM: 'ES256' } });
    const { dataFolder } = service;
    const run = (...words: string[]) => processes.run(words, { dataFolder });
    const published = async () => (await service.call('GET', '/identity/keys')).body.keys;
    const [first, ...others] = await published();
    expect([first.alg, others]).toEqual(['ES256', []]);

    expect(await run('drop-signing-key', 'no-such-key')).toMatchObject({ exitCode: 1 });
    await run('retire-master-key');
    await run('retire-master-key');
    expect(await published()).toEqual([first]);

    expect(await run('rotate-signing-key')).toMatchObject({ stdout: expect.stringContaining('(ES256)') });
    await eventually(async () => expect(await published()).toHaveLength(2));
    expect((await published()).map(({ alg }: { alg: string }) => alg)).toEqual(['ES256', 'ES256']);
    await service.stop();
  });

  it('when there is no installation yet, then none makes a signing key', async () => {
    const dataFolder = join(await processes.folder(), 'data');

    const { exitCode, stderr } = await processes.run(['rotate-signing-key'], { dataFolder });

    expect(exitCode).toBe(1);
    expect(stderr).toContain('There is no signing key yet');
    const service = await processes.start({ dataFolder, settings: { LATCHKEY_SIGNING_ALGORITHM: 'ES256' } });
    const { keys } = (await service.call('GET', '/identity/keys')).body;
    expect(keys.map(({ alg }: { alg: string }) => alg)).toEqual(['ES256']);
    await service.stop();
  });
});

describe('commands that change the secrets of the embedded store', () => {
  it('when the pepper is retired, then keys move when they are used, and it refuses to end while some have not', async () => {
    const first = await processes.start();
    const { dataFolder } = first;
    const run = (...words: string[]) => processes.run(words, { dataFolder });
    const adminKey = await first.adminKey();
    const [used, idle] = [await givenKey(first), await givenKey(first)];
    const instanceKeys = await givenInstanceKeys(first);
    await first.stop();

    expect(await run('retire-pepper')).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/ is retired and still understood/),
    });
    const second = await processes.start({ dataFolder });
    await Promise.all([second.tokenOf(adminKey), second.tokenOf(used)]);
    const refused = await run('retire-pepper');
    expect(refused).toMatchObject({ exitCode: 1, stdout: expect.stringMatching(/: 1 keys are still under it$/m) });
    // Those of instances can be read, so nobody has to use them.
    expect(refused.stdout).toMatch(/: 2 keys whose values are stored moved to the current one$/m);
    await second.tokenOf(idle);
    expect(await run('retire-pepper')).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/ alone now$/m) });
    await second.stop();

    const third = await processes.start({ dataFolder });
    for (const key of [adminKey, used, idle]) await third.tokenOf(key);
    const read = await configKeysWith(third, instanceKeys.service.key);
    expect(read).toEqual([instanceKeys.default, instanceKeys.service]);
    await third.stop();
  });

  it('when it is forced, then the keys that were not used stop working, and the others go on', async () => {
    const first = await processes.start();
    const { dataFolder } = first;
    const run = (...words: string[]) => processes.run(words, { dataFolder });
    const [adminKey, idle] = [await first.adminKey(), await givenKey(first)];
    await first.stop();
    await run('retire-pepper');
    const second = await processes.start({ dataFolder });
    await second.tokenOf(adminKey);
    await second.stop();

    expect(await run('retire-pepper', '--force')).toMatchObject({ exitCode: 0 });

    const third = await processes.start({ dataFolder });
    await third.tokenOf(adminKey);
    await expect(third.tokenOf(idle)).rejects.toThrow('BXNIM0415E');
    await third.stop();
  });

  it('when the master key is retired, then everything is sealed anew, and opens without the old one', async () => {
    const first = await processes.start();
    const { dataFolder } = first;
    const run = (...words: string[]) => processes.run(words, { dataFolder });
    const adminKey = await first.adminKey();
    const token = await first.tokenOf(adminKey);
    const readable = await givenReadableKey(first);
    const instanceKeys = await givenInstanceKeys(first);
    await first.stop();

    expect(await run('retire-master-key')).toMatchObject({ exitCode: 0 });
    const ended = await run('retire-master-key');
    expect(ended).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/ alone now$/m) });
    expect(ended.stdout).toContain('signing keys sealed anew: 1\n');
    expect(ended.stdout).toContain('stored API keys sealed anew: 3\n');

    const second = await processes.start({ dataFolder });
    const answer = await second.call('GET', `/v1/apikeys/${readable.id}`, { token: await second.tokenOf(adminKey) });
    expect(answer.body.apikey).toBe(readable.apikey);
    const read = await configKeysWith(second, instanceKeys.service.key);
    expect(read).toEqual([instanceKeys.default, instanceKeys.service]);
    // Another port is another issuer, so the old token is proven by its signature's key.
    expect((await second.call('GET', '/identity/keys')).body.keys[0].kid).toBe(kidOf(token));
    await second.stop();
  });
});

async function givenKey(service: ServiceProcess): Promise<string> {
  const owner = await service.tokenOf(await service.adminKey());
  const { iam_id, account } = JSON.parse(Buffer.from(owner.split('.')[1] ?? '', 'base64url').toString());
  const json = { name: 'one', iam_id, account_id: account.bss };
  const { status, body } = await service.call('POST', '/v1/apikeys', { token: owner, json });
  expect(status).toBe(201);
  return body.apikey;
}

interface InstanceKey {
  readonly id: string;
  readonly key: string;
}

/** The two keys of a new instance: the one that it began with, and a service key. */
async function givenInstanceKeys(service: ServiceProcess): Promise<Record<'default' | 'service', InstanceKey>> {
  const token = await service.tokenOf(await service.adminKey());
  const { account } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
  const { guid } = await givenLogInstance(service, { accountId: account.bss, ownerToken: async () => token });
  const json = { instance: guid, name: 'manages', type: 'service' };
  const made = await service.call('POST', '/latchkey/v1/ingestion_keys', { token, json });
  const [first, second] = await configKeysWith(service, made.body.key);
  if (first === undefined || second === undefined) throw new Error(`no keys: ${made.status} ${made.text}`);
  return { default: first, service: second };
}

async function configKeysWith(service: ServiceProcess, servicekey: string): Promise<readonly InstanceKey[]> {
  const { status, body } = await service.call('GET', '/v1/config/keys', { headers: { servicekey } });
  expect(status).toBe(200);
  return body;
}

function kidOf(token: string): string {
  return JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()).kid;
}

async function eventually(check: () => Promise<void>): Promise<void> {
  const deadline = Date.now() + 5_000;
  for (;;) {
    try {
      await check();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
