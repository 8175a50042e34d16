import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { settingsOf } from '../harness/backends.ts';
import { describeOn } from '../harness/describe-on.ts';
import { startRedis } from '../harness/servers/redis-process.ts';
import type { ServerProcess } from '../harness/servers/server-process.ts';
import { type ServiceProcess, serviceProcesses } from '../harness/service-process.ts';

/** With room for a busy machine; what must not be is a wait for Redis, and then another. */
const BOUND_MILLISECONDS = 3_000;

// The embedded store has no Redis to lose.
describeOn('mongo-redis', 'a service whose Redis fails', () => {
  const processes = serviceProcesses();
  let redis: ServerProcess;
  let service: ServiceProcess;
  let adminKey: string;

  beforeAll(async () => {
    redis = await startRedis();
    service = await processes.start({
      settings: {
        ...settingsOf('mongo-redis'),
        LATCHKEY_REDIS_URL: redis.url,
        LATCHKEY_FAILED_EXCHANGES_PER_MINUTE: '0',
      },
    });
    adminKey = await service.adminKey();
  });
  afterAll(async () => {
    await processes.removeAll();
    await redis.remove();
  });

  describe.each([
    ['stopped', () => redis.stop()],
    ['killed', () => redis.kill()],
    ['frozen', () => redis.pause()],
  ])('given it is %s', (_, fail) => {
    afterEach(() => redis.restart());

    /** R13: a cache that is away must neither refuse the good nor let the revoked in. */
    it('when keys are exchanged and tokens revoked, then both go on, at once and correctly; when it is back, too', async () => {
      const before = await service.tokenOf(adminKey);
      await fail();
      const begunAt = performance.now();

      const token = await service.tokenOf(adminKey);
      const unknown = await service.call('POST', '/identity/token', {
        form: { grant_type: 'apikey', apikey: 'lk_no' },
      });
      const revoked = await service.call('POST', '/identity/revoke', { form: { token } });

      expect(performance.now() - begunAt).toBeLessThan(BOUND_MILLISECONDS);
      expect([unknown.status, revoked.status]).toEqual([400, 200]);
      expect(await stateOf(token)).toEqual([401, false]);
      expect(await stateOf(before)).toEqual([200, true]);
      expect((await service.operations('GET', '/readyz')).status).toBe(200);

      await redis.restart();

      expect(await stateOf(token)).toEqual([401, false]);
      expect(await stateOf(before)).toEqual([200, true]);
    });
  });

  it('given it lost everything, when a revoked token is used, then it stays refused (R14)', async () => {
    const token = await service.tokenOf(adminKey);
    await service.call('POST', '/identity/revoke', { form: { token } });

    await redis.restart();

    expect(await stateOf(token)).toEqual([401, false]);
  });

  it('given it is away, when a service is started, then it starts, and refuses what was revoked', async () => {
    const token = await service.tokenOf(adminKey);
    await service.call('POST', '/identity/revoke', { form: { token } });
    await redis.stop();

    const second = await processes.start({ settings: service.settings, dataFolder: service.dataFolder });
    const introspected = await second.call('POST', '/identity/introspect', { form: { token } });
    const fresh = await second.tokenOf(adminKey);

    expect(introspected).toMatchObject({ status: 200, body: { active: false } });
    expect((await second.call('GET', '/v1/apikeys', { token: fresh })).status).toBe(200);
    await redis.restart();
  });

  /** @returns what the API and introspection say of a token */
  async function stateOf(token: string): Promise<readonly [number, boolean]> {
    const listed = await service.call('GET', '/v1/apikeys', { token });
    const { body } = await service.call('POST', '/identity/introspect', { form: { token } });
    return [listed.status, body.active];
  }
});
