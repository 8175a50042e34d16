import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { BACKENDS, settingsOf } from '../harness/backends.ts';
import { type ServiceProcess, serviceProcesses } from '../harness/service-process.ts';

const run = promisify(execFile);

describe('node src/main.ts', () => {
  const processes = serviceProcesses();
  afterAll(processes.removeAll);

  describe('given a first start in a folder whose name a shell would act on', () => {
    let service: ServiceProcess;
    let adminKey: string;

    beforeAll(async () => {
      service = await processes.start({ dataFolder: join(await processes.folder(), "it's $HOME", 'data') });
      adminKey = await service.adminKey();
    });

    it('when its curl line is pasted into a shell, then it answers a token', async () => {
      const line = /^ {2}(curl [^\n]*\n[^\n]*)$/m.exec(service.output())?.[1] ?? 'false';

      const { stdout } = await run('bash', ['-c', line]);

      expect(JSON.parse(stdout)).toMatchObject({ token_type: 'Bearer', expires_in: 3600 });
    });

    it('when its banner is read, then it says where it listens and where the key lies, and not the key', () => {
      expect(service.output()).toContain(`Latchkey listens on ${service.url}\n`);
      expect(service.output()).toContain(`  admin API key  ${join(service.dataFolder, 'admin.apikey')}\n`);
      expect(service.output()).not.toContain(adminKey);
      expect(service.output().split('\n').length).toBeLessThan(25);
    });

    /** Other users of the machine must not read keys, digests or secrets. */
    it("when its folder is looked at, then it and all in it are its owner's alone", async () => {
      const names = await readdir(service.dataFolder);
      const modes = await Promise.all(names.map(async (name) => [name, await modeOf(join(service.dataFolder, name))]));

      expect(await modeOf(service.dataFolder)).toBe('700');
      expect(Object.fromEntries(modes)).toMatchObject({
        'admin.apikey': '600',
        'latchkey.sqlite': '600',
        'latchkey.sqlite-wal': '600',
        'master-key': '600',
        pepper: '600',
      });
      expect(modes.filter(([name, mode]) => mode !== (name === 'compiled' ? '700' : '600'))).toEqual([]);
      expect(await readFile(join(service.dataFolder, 'admin.apikey'), 'utf8')).toBe(`${adminKey}\n`);
    });

    it('when the history of its first key is read, then its making is on record', async () => {
      const token = await service.tokenOf(adminKey);
      const details = await service.call('GET', '/v1/apikeys/details', { token, headers: { 'IAM-ApiKey': adminKey } });

      const { body } = await service.call('GET', `/v1/apikeys/${details.body.id}?include_history=true`, { token });

      expect(body.history).toEqual([expect.objectContaining({ action: 'create', iam_id: details.body.iam_id })]);
    });

    it('when a second one is started beside it on a folder of its own, then both answer', async () => {
      const second = await processes.start();

      const tokens = await Promise.all([service.tokenOf(adminKey), second.tokenOf(await second.adminKey())]);

      expect(second.url).not.toBe(service.url);
      expect(new Set(tokens).size).toBe(2);
      await second.stop();
    });
  });

  describe('given a running service', () => {
    let service: ServiceProcess;
    afterEach(() => service.stop());

    it('when it is asked to end while a request is under way, then that is answered, and it ends with 0', async () => {
      service = await processes.start();
      const apikey = await service.adminKey();
      const request = await begunRequest(service, `grant_type=apikey&apikey=${apikey}`);

      service.signal('SIGTERM');
      await untilNotReady(service);
      request.finish();
      const answer = await request.answer;

      expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
      expect(answer).toMatch(/\r\nConnection: close\r\n/i);
      expect(await service.ended).toMatchObject({ exitCode: 0, stderr: '' });
    });

    it('when it is interrupted by Ctrl-C, then it ends with 0, and goes on later with the same key', async () => {
      service = await processes.start();
      const apikey = await service.adminKey();
      const token = await service.tokenOf(apikey);

      service.signal('SIGINT');
      expect(await service.ended).toMatchObject({ exitCode: 0 });
      service = await processes.start({ dataFolder: service.dataFolder });

      expect(await service.adminKey()).toBe(apikey);
      await service.tokenOf(apikey);
      const keys = await service.call('GET', '/identity/keys');
      const { kid } = JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString());
      expect(keys.body.keys.map((key: { kid: string }) => key.kid)).toEqual([kid]);
    });
  });

  describe.each(BACKENDS)('given nothing yet [%s]', (backend) => {
    /** A second installation would have a second admin key, and tokens that half of the processes refuse. */
    it('when three are started at once on one folder, then there is one admin key and one set of signing keys', async () => {
      const settings = { ...settingsOf(backend), LATCHKEY_PUBLIC_URL: 'http://keys.test' };
      const dataFolder = join(await processes.folder(), 'data');

      const services = await Promise.all(Array.from({ length: 3 }, () => processes.start({ settings, dataFolder })));

      const [first] = services;
      const token = await first?.tokenOf((await first.adminKey()) ?? '');
      const sets = await Promise.all(services.map(({ call }) => call('GET', '/identity/keys')));
      expect(new Set(sets.map(({ text }) => text)).size).toBe(1);
      expect(sets[0]?.body.keys).toHaveLength(1);
      for (const { call } of services) {
        const listed = await call('GET', '/v1/apikeys?scope=account', { token: token ?? '' });
        expect(listed.status).toBe(200);
      }
      expect((await readdir(dataFolder)).filter((name) => name.startsWith('admin.apikey'))).toEqual(['admin.apikey']);
      const ends = await Promise.all(services.map((service) => service.stop()));
      expect(ends.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0]);
    });
  });

  describe('given a key file that a start left behind when it was killed before its commit', () => {
    it('when it is started, then that is gone, and what its operator put there stays', async () => {
      const dataFolder = join(await processes.folder(), 'data');
      await mkdir(dataFolder, { mode: 0o700 });
      const leftBehind = join(dataFolder, 'admin.apikey.00000000-0000-4000-8000-000000000000');
      await writeFile(leftBehind, 'lk_dead\n', { mode: 0o600 });
      const anHourAgo = new Date(Date.now() - 3_600_000);
      await utimes(leftBehind, anHourAgo, anHourAgo);
      await writeFile(join(dataFolder, 'admin.apikey.backup'), 'lk_mine\n', { mode: 0o600 });
      // Of a start that may be under way, and one that somebody has made readable, which no start does.
      const young = 'admin.apikey.11111111-0000-4000-8000-000000000000';
      await writeFile(join(dataFolder, young), 'lk_young\n', { mode: 0o600 });
      const readable = 'admin.apikey.22222222-0000-4000-8000-000000000000';
      await writeFile(join(dataFolder, readable), 'lk_mine\n', { mode: 0o640 });
      await utimes(join(dataFolder, readable), anHourAgo, anHourAgo);

      const service = await processes.start({ dataFolder });

      const found = (await readdir(dataFolder)).filter((name) => name.startsWith('admin.apikey'));
      expect(found.sort()).toEqual(['admin.apikey', young, readable, 'admin.apikey.backup']);
      await service.stop();
    });
  });
});

async function modeOf(path: string): Promise<string> {
  return ((await stat(path)).mode & 0o777).toString(8);
}

/** A request whose last byte waits for `finish`. */
async function begunRequest({ url }: ServiceProcess, body: string) {
  const { hostname, port } = new URL(url);
  const socket = createConnection({ host: hostname, port: Number(port) });
  let text = '';
  const answer = new Promise<string>((resolve, reject) => {
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    socket.once('end', () => resolve(text));
    socket.once('error', reject);
  });
  const head = [
    'POST /identity/token HTTP/1.1',
    `Host: ${hostname}`,
    'Content-Type: application/x-www-form-urlencoded',
    `Content-Length: ${body.length}`,
  ];
  await new Promise<void>((resolve) =>
    socket.write(`${head.join('\r\n')}\r\n\r\n${body.slice(0, -1)}`, () => resolve()),
  );
  // The service must have begun with it: nothing tells from outside, but an answer to a later request does.
  await fetch(`${url}/identity/keys`);
  return { answer, finish: () => void socket.write(body.slice(-1)) };
}

async function untilNotReady({ operations }: ServiceProcess): Promise<void> {
  for (;;) {
    const { status, body } = await operations('GET', '/readyz');
    if (status === 503 && body.stopping === true) return;
  }
}
