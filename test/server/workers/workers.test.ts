import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BACKENDS, settingsOf } from '../../harness/backends.ts';
import { killWorkersUnderLoad } from '../../harness/faults/worker-kills.ts';
import { revokeAcrossWorkers } from '../../harness/faults/worker-revocations.ts';
import { overFreshConnection } from '../../harness/fresh-connection.ts';
import { type ServiceProcess, serviceProcesses } from '../../harness/service-process.ts';
import { untilReady, workersOf } from '../../harness/service-workers.ts';

const SQLITE_ROUNDS = 200;
const SERVER_ROUNDS = 20;
const KILLS = 2;

const processes = serviceProcesses();
afterAll(processes.removeAll);

describe.each(BACKENDS)('LATCHKEY_WORKERS=3 [%s]', (backend) => {
  let service: ServiceProcess;
  let adminKey: string;
  beforeAll(async () => {
    service = await processes.start({
      settings: { ...settingsOf(backend), LATCHKEY_LOG_LEVEL: 'debug', LATCHKEY_FAILED_EXCHANGES_PER_MINUTE: '0' },
      workers: 3,
    });
    adminKey = await service.adminKey();
  });

  it('given nothing yet, when it has started, then there is one admin key, one set of signing keys and one banner', async () => {
    const sets = await Promise.all(Array.from({ length: 9 }, () => onFreshConnection(service, '/identity/keys')));

    expect(new Set(sets).size).toBe(1);
    expect(JSON.parse(sets[0] ?? '').keys).toHaveLength(1);
    const names = await readdir(service.dataFolder);
    expect(names.filter((name) => name.startsWith('admin.apikey'))).toEqual(['admin.apikey']);
    expect(service.output().match(/Latchkey listens on/g)).toHaveLength(1);
    expect(service.output()).toMatch(/^ {2}workers +3$/m);
  });

  it('when many connections come, then every worker serves some, and its lines in the log have its number', async () => {
    for (let count = 0; count < 12; count += 1) await onFreshConnection(service, '/identity/keys');

    const workers = await workersOf(service);
    expect(workers.map(({ worker }) => worker)).toEqual([1, 2, 3]);
    expect(new Set(workers.map(({ pid }) => pid)).size).toBe(3);
    for (const { answers } of workers) expect(answers).toBeGreaterThanOrEqual(4);
    const lines = service
      .output()
      .split('\n')
      .filter((line) => line.includes('/identity/keys'));
    expect(new Set(lines.map((line) => JSON.parse(line).worker))).toEqual(new Set([1, 2, 3]));
  });

  it('when they exchange, then the metrics are those of one service', async () => {
    const before = await exchangesOf(service);
    await Promise.all(Array.from({ length: 20 }, () => service.tokenOf(adminKey)));

    expect((await exchangesOf(service)) - before).toBe(20);
    expect((await service.operations('GET', '/metrics')).text).toMatch(/^latchkey_store_up 1$/m);
    expect((await service.operations('GET', '/livez')).status).toBe(200);
    expect((await service.operations('GET', '/openapi.json')).body.openapi).toMatch(/^3\.1\./);
  });

  it('when the process that started them is asked for anything of the service, then it is not there', async () => {
    expect((await service.operations('POST', '/identity/token')).status).toBe(404);
    expect((await service.call('GET', '/metrics')).status).toBe(404);
  });

  /** A revocation that only its own worker knew would leave a thief two tries in three. */
  it('when tokens are revoked and asked about at once, then every worker refuses them from the answer on', async () => {
    const rounds = backend === 'sqlite' ? SQLITE_ROUNDS : SERVER_ROUNDS;
    const before = await workersOf(service);

    const outcome = await revokeAcrossWorkers({ service, apikey: adminKey, workers: 3, rounds });

    expect(outcome.acceptances).toBe(0);
    // Each of them was asked twice a round, and not one of them six times.
    const after = await workersOf(service);
    for (const [index, { answers }] of after.entries()) {
      expect(answers - (before[index]?.answers ?? 0)).toBeGreaterThan(2 * rounds);
    }
  });

  it('when one is killed, then another takes its place, no connection is lost, and nothing that was counted is taken back', async () => {
    const counted = await exchangesOf(service);
    const [victim] = await untilReady(service, 3);

    process.kill(victim?.pid ?? 0, 'SIGKILL');
    // Some of them are on their way to it before its death is known; without care their clients would wait for ever.
    const answered = await Promise.all(Array.from({ length: 40 }, () => onFreshConnection(service, '/identity/keys')));
    const after = await untilAnother(service, victim?.pid ?? 0);

    expect(new Set(answered).size).toBe(1);
    expect(after.map(({ worker }) => worker)).toEqual([1, 2, 3]);
    expect(await exchangesOf(service)).toBeGreaterThanOrEqual(counted);
    expect(service.output()).toMatch(/"worker":1,"workerPid":\d+,"how":"A worker ended with SIGKILL\."/);
    await service.tokenOf(adminKey);
  });

  it('when one is asked to end by itself, then it does so with all that is under way, and is replaced', async () => {
    const victim = (await untilReady(service, 3))[1];

    process.kill(victim?.pid ?? 0, 'SIGTERM');

    const after = await untilAnother(service, victim?.pid ?? 0);
    expect(after.map(({ worker }) => worker)).toEqual([1, 2, 3]);
  });

  it(`when ${KILLS} are killed under load, then the service goes on, and no acknowledged revocation is lost`, async () => {
    const outcome = await killWorkersUnderLoad({ service, apikey: adminKey, workers: 3, kills: KILLS });

    expect(outcome.findings).toEqual([]);
    expect(outcome.revoked).toBeGreaterThan(KILLS);
    // Not for good: how long it is on a quiet machine, the drill of workers tells.
    expect(outcome.longestSilenceMilliseconds).toBeLessThan(20_000);
  });

  it('when it is asked to end, then all end, with 0 and within 10 s', async () => {
    const pids = (await untilReady(service, 3)).map(({ pid }) => pid);

    const begunAt = performance.now();
    const { exitCode, stderr } = await service.stop();

    expect([exitCode, stderr]).toEqual([0, '']);
    expect(performance.now() - begunAt).toBeLessThan(10_000);
    expect(pids.filter(isAlive)).toEqual([]);
  });
});

describe('several workers', () => {
  it('when the process that started them is killed, then they end by themselves, and the port is free', async () => {
    const service = await processes.start({ workers: 2 });
    const pids = (await untilReady(service, 2)).map(({ pid }) => pid);

    await service.kill();

    while (pids.some(isAlive)) await pause(10);
    await expect(fetch(service.url)).rejects.toThrow();
    const next = await processes.start({
      dataFolder: service.dataFolder,
      settings: { LATCHKEY_PORT: new URL(service.url).port },
      workers: 2,
    });
    await next.tokenOf(await next.adminKey());
    await next.stop();
  });

  it('when they cannot start, then the reason is told once, and the end is 1', async () => {
    const service = await processes.start();
    await service.stop();

    const ended = await processes.run(['serve'], {
      dataFolder: service.dataFolder,
      settings: {
        ...{ LATCHKEY_WORKERS: '3', LATCHKEY_PORT: '0', LATCHKEY_OPERATIONS_PORT: '0', LATCHKEY_LOG_LEVEL: 'silent' },
        LATCHKEY_MASTER_KEY: randomBytes(32).toString('base64'),
      },
    });

    expect(ended.exitCode).toBe(1);
    expect(ended.stderr.trim().split('\n')).toEqual([expect.stringMatching(/not in the ring/)]);
  });

  it('when the port is taken, then that is told, and the end is 1', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const address = taken.address();
    const port = typeof address === 'object' ? String(address?.port) : '';

    const ended = await processes.run(['serve'], {
      dataFolder: join(await processes.folder(), 'data'),
      settings: { LATCHKEY_WORKERS: '2', LATCHKEY_PORT: port, LATCHKEY_OPERATIONS_PORT: '0' },
    });

    expect(ended).toMatchObject({ exitCode: 1, stdout: '' });
    expect(ended.stderr).toBe(
      `Another process listens on 127.0.0.1:${port}; give LATCHKEY_PORT or LATCHKEY_OPERATIONS_PORT another number, or 0.\n`,
    );
    taken.close();
  });
});

/** Each goes to the next worker. */
async function onFreshConnection({ url }: ServiceProcess, path: string): Promise<string> {
  return (await overFreshConnection(`${url}${path}`)).text;
}

async function exchangesOf({ operations }: ServiceProcess): Promise<number> {
  const { text } = await operations('GET', '/metrics');
  return Number(/^latchkey_exchanges_total\{outcome="success",code="none"\} (\d+)$/m.exec(text)?.[1] ?? 0);
}

async function untilAnother(service: ServiceProcess, pid: number) {
  for (;;) {
    const workers = await untilReady(service, 3);
    if (!workers.some((worker) => worker.pid === pid)) return workers;
    await pause(10);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
