import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { settingsOf } from '../harness/backends.ts';
import { describeOn } from '../harness/describe-on.ts';
import type { Answer } from '../harness/http-call.ts';
import { startMongod } from '../harness/servers/mongod-process.ts';
import type { ServerProcess } from '../harness/servers/server-process.ts';
import { type ServiceProcess, serviceProcesses } from '../harness/service-process.ts';

/** A client that waits longer has given up, and asks again on top (R13). */
const BOUND_MILLISECONDS = 8_000;

/** The second that a memory counts as fresh, the grace, and some. */
const GRACE_MILLISECONDS = 12_000;

const SETTINGS = { LATCHKEY_FAILED_EXCHANGES_PER_MINUTE: '0' };

// A MongoDB of its own, because the one of the run serves other tests.
describeOn('mongo-redis', 'a service whose MongoDB fails', () => {
  const processes = serviceProcesses();
  let mongod: ServerProcess;
  let service: ServiceProcess;
  let adminKey: string;
  let token: string;
  let other: string;

  beforeAll(async () => {
    mongod = await startMongod();
    const settings = { ...settingsOf('mongo-redis'), ...SETTINGS, LATCHKEY_MONGO_URL: mongod.url };
    service = await processes.start({ settings });
    adminKey = await service.adminKey();
    token = await service.tokenOf(adminKey);
    other = await service.tokenOf(adminKey);
  });
  afterAll(async () => {
    await processes.removeAll();
    await mongod.remove();
  });

  const hits = async (): Promise<number> => {
    const { text } = await service.operations('GET', '/metrics');
    return Number(/^latchkey_entity_reads_total\{kind="hit"\} (\S+)/m.exec(text)?.[1]);
  };
  /** A node that has just started, or has found its store again, believes its memory once a heartbeat has come back. */
  const isHot = async (): Promise<boolean> => {
    const before = await hits();
    await service.tokenOf(adminKey);
    return (await hits()) > before;
  };

  describe.each([
    ['stopped', () => mongod.stop(), () => mongod.restart()],
    ['frozen', () => mongod.pause(), async () => mongod.resume()],
  ])('given it is %s', (_, fail, mend) => {
    /** A 401 would make clients throw away good credentials, and an answer that never comes makes them pile up. */
    it('when it is asked, then what is hot goes on for the grace, all else is 503, soon; when it is back, it goes on by itself', async () => {
      await eventually(async () => expect(await isHot()).toBe(true));
      await fail();
      const begunAt = performance.now();
      const readiness = service
        .operations('GET', '/readyz')
        .then((answer) => ({ answer, after: performance.now() - begunAt }));
      const hot = (): readonly Promise<Answer>[] => [
        service.call('POST', '/identity/token', { form: { grant_type: 'apikey', apikey: adminKey } }),
        service.call('POST', '/identity/introspect', { form: { apikey: adminKey } }),
        service.call('POST', '/identity/introspect', { form: { token } }),
      ];
      const asked: readonly Promise<Answer>[] = [
        service.call('GET', '/v1/apikeys', { token }),
        service.call('POST', '/identity/revoke', { form: { token: other } }),
        service.call('POST', '/identity/revoke', { form: { apikey: adminKey } }),
      ];
      const [hotAnswers, keys, readyz, ...answers] = await Promise.all([
        Promise.all(hot()),
        service.call('GET', '/identity/keys'),
        readiness,
        ...asked,
      ]);
      const waited = performance.now() - begunAt;
      await passed(begunAt + GRACE_MILLISECONDS - performance.now());
      const afterGrace = await Promise.all(hot());
      const { text: metrics } = await service.operations('GET', '/metrics');
      await mend();

      expect(hotAnswers.map(({ status }) => status)).toEqual([200, 200, 200]);
      expect(hotAnswers.map(({ body }) => body.active)).toEqual([undefined, true, true]);
      expect(keys.status).toBe(200);
      expect([...answers, ...afterGrace].map(({ status }) => status)).toEqual([...asked, ...afterGrace].map(() => 503));
      for (const { headers } of [...answers, ...afterGrace])
        expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
      expect(readyz.answer).toMatchObject({ status: 503, body: { store: 'down' } });
      expect(readyz.after).toBeLessThan(2_000);
      for (const line of [
        'latchkey_unavailable_answers_total{reason="store_unavailable"}',
        'latchkey_freshness{state="lost"}',
      ]) {
        expect(metrics.split('\n').find((candidate) => candidate.startsWith(`${line} `))).toMatch(/ [1-9]\d*$/);
      }
      expect(waited).toBeLessThan(BOUND_MILLISECONDS);

      await eventually(async () => expect((await service.operations('GET', '/readyz')).status).toBe(200));
      await service.tokenOf(adminKey);
      expect((await service.call('GET', '/v1/apikeys', { token })).status).toBe(200);
    });
  });

  it('given it was away, when a token is revoked after, then it is refused at once', async () => {
    await mongod.restart();
    await eventually(async () => expect((await service.operations('GET', '/readyz')).status).toBe(200));

    const revoked = await service.call('POST', '/identity/revoke', { form: { token: other } });

    expect(revoked.status).toBe(200);
    expect((await service.call('GET', '/v1/apikeys', { token: other })).status).toBe(401);
  });

  it('given it is away, when the service is asked to end, then it ends with 0 in 10 seconds', async () => {
    await mongod.stop();

    const begunAt = performance.now();
    const { exitCode } = await service.stop();

    expect(exitCode).toBe(0);
    expect(performance.now() - begunAt).toBeLessThan(10_000);
    await mongod.restart();
  });
});

describe('a service whose SQLite file another process has locked', () => {
  const processes = serviceProcesses();
  afterAll(processes.removeAll);

  it('when it is asked, then exchanges go on, and what must be written is 503 with Retry-After, not done and not lost', async () => {
    const service = await processes.start({ settings: SETTINGS });
    const adminKey = await service.adminKey();
    const token = await service.tokenOf(adminKey);
    const holder = new DatabaseSync(join(service.dataFolder, 'latchkey.sqlite'));
    holder.exec('BEGIN IMMEDIATE');

    const begunAt = performance.now();
    const revoking = service.call('POST', '/identity/revoke', { form: { token } });
    await service.tokenOf(adminKey);
    const exchanged = performance.now() - begunAt;
    const revoked = await revoking;
    const waited = performance.now() - begunAt;
    holder.exec('ROLLBACK');
    holder.close();
    const again = await service.call('POST', '/identity/revoke', { form: { token } });

    expect(exchanged).toBeLessThan(2_000);
    expect(revoked.status).toBe(503);
    expect(Number(revoked.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(waited).toBeLessThan(BOUND_MILLISECONDS);
    expect(again.status).toBe(200);
    expect((await service.call('GET', '/v1/apikeys', { token })).status).toBe(401);
  });
});

const passed = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, Math.max(0, milliseconds)));

async function eventually(check: () => Promise<void>): Promise<void> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    try {
      await check();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
