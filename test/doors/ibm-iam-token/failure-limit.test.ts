import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { newApiKeySecret } from '../../../src/secrets/api-key-secret.ts';
import { givenServiceId } from '../../harness/given-credentials.ts';
import { type RunningService, runningService } from '../../harness/running-service.ts';
import { expectTokenRefusal } from '../../harness/token-refusal.ts';

const BX = { Authorization: `Basic ${Buffer.from('bx:bx').toString('base64')}` };

/** R30: guessing and floods of failures are slowed down; whoever has a good key notices nothing. */
describe('the limit of failed exchanges', () => {
  let service: RunningService;
  beforeAll(async () => {
    service = await runningService({ settings: { LATCHKEY_FAILED_EXCHANGES_PER_MINUTE: '20' } });
  });
  beforeEach(() => {
    // What the test before has used up is free again.
    service.clock.beginMinute();
  });
  afterAll(() => service.dispose());

  const failed = (apikey = newApiKeySecret()) => service.exchange({ grant_type: 'apikey', apikey });
  const statuses = async (times: number, ask: () => Promise<{ status: number }>) => {
    const seen: number[] = [];
    for (let turn = 0; turn < times; turn += 1) seen.push((await ask()).status);
    return seen;
  };

  it('given twenty failures, when one more comes, then 429 says when to come again', async () => {
    expect(await statuses(20, failed)).toEqual(Array.from({ length: 20 }, () => 400));

    const answer = await failed();

    expectTokenRefusal(answer, { status: 429, errorCode: 'BXNIM0429E' });
    const seconds = Number(answer.headers.get('retry-after'));
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(60);
    expect(answer.headers.get('ratelimit-remaining')).toBe('0');
    expect(answer.headers.get('ratelimit-reset')).toBe(String(seconds));
  });

  it('given an address that is over its limit, when an honest key is exchanged from it, then it works', async () => {
    await statuses(25, failed);

    expect((await service.exchange({ grant_type: 'apikey', apikey: service.adminKey })).status).toBe(200);
  });

  it('given a minute that is over, when a wrong key is tried, then it is answered as at first', async () => {
    await statuses(21, failed);

    service.clock.pass(60_000);

    expect((await failed()).status).toBe(400);
  });

  /** A refused attempt must not push the end of the wait away, or a client that retries would never come back. */
  it('given failures that go on, when the first minute is over, then the wait is over', async () => {
    await statuses(21, failed);
    service.clock.pass(40_000);
    await statuses(20, failed);

    service.clock.pass(20_000);

    expect((await failed()).status).toBe(400);
  });

  it('given one dead key that is tried on and on, when it was refused twenty times, then 429', async () => {
    const { key } = await givenServiceId(service, { disabled: true });

    expect(await statuses(21, () => failed(key.secret))).toEqual([...Array.from({ length: 20 }, () => 400), 429]);
  });

  it('given wrong clients and grants, when twenty were refused, then they count like wrong keys', async () => {
    const wrongClient = { Authorization: `Basic ${Buffer.from('ServiceId-1:x').toString('base64')}` };
    await statuses(10, () => service.exchange({ grant_type: 'apikey', apikey: service.adminKey }, wrongClient));
    await statuses(10, () => service.exchange({ grant_type: 'password' }));

    expect((await failed()).status).toBe(429);
  });

  it('given introspections without credentials, when there were twenty, then 429, and exchanges are not touched', async () => {
    const token = await service.ownerToken();
    const introspected = (headers = {}) => service.call('POST', '/identity/introspect', { form: { token }, headers });

    expect(await statuses(20, introspected)).toEqual(Array.from({ length: 20 }, () => 200));
    expectTokenRefusal(await introspected(), { status: 429, errorCode: 'BXNIM0429E' });
    expect((await failed()).status).toBe(400);
  });

  /** bx proves nothing; a name without a secret must not be the way round the limit. */
  it('given introspections as bx:bx, when there were twenty, then 429, and a bearer goes on', async () => {
    const token = await service.ownerToken();
    const introspected = (headers: Readonly<Record<string, string>>) =>
      service.call('POST', '/identity/introspect', { form: { token }, headers });

    expect((await statuses(21, () => introspected(BX))).at(-1)).toBe(429);
    expect((await introspected({ Authorization: `Bearer ${token}` })).status).toBe(200);
  });

  /** A client secret is an API key: a guess with Basic must not be the way round the limit. */
  it('given wrong clients at introspection, when there were twenty, then 429, and a right client goes on', async () => {
    const token = await service.ownerToken();
    const { id, key } = await givenServiceId(service);
    const introspected = (secret: string) => {
      const headers = { Authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` };
      return service.call('POST', '/identity/introspect', { form: { token }, headers });
    };

    expect(await statuses(20, () => introspected(newApiKeySecret()))).toEqual(Array.from({ length: 20 }, () => 400));
    expect((await introspected(newApiKeySecret())).status).toBe(429);
    expect((await introspected(key.secret)).status).toBe(200);
  });

  /** R29: whoever may name their own address has as many attempts as there are addresses. */
  it('given forwarded addresses that no trusted proxy vouches for, when they change, then the limit holds', async () => {
    let number = 0;
    const elsewhere = () => {
      number += 1;
      const headers = { 'X-Forwarded-For': `198.51.100.${number}`, Forwarded: `for=198.51.100.${number}` };
      return service.exchange({ grant_type: 'apikey', apikey: newApiKeySecret() }, headers);
    };

    expect((await statuses(21, elsewhere)).at(-1)).toBe(429);
  });
});

describe('the limit of failed exchanges behind a trusted proxy', () => {
  it('given LATCHKEY_TRUSTED_PROXIES, when one client of the proxy is over the limit, then another is not', async () => {
    const settings = { LATCHKEY_FAILED_EXCHANGES_PER_MINUTE: '3', LATCHKEY_TRUSTED_PROXIES: '127.0.0.1' };
    const service = await runningService({ settings });
    service.clock.beginMinute();
    const failedFrom = async (address: string) => {
      const form = { grant_type: 'apikey', apikey: newApiKeySecret() };
      return (await service.exchange(form, { 'X-Forwarded-For': address })).status;
    };

    const one = [await failedFrom('198.51.100.1'), await failedFrom('198.51.100.1'), await failedFrom('198.51.100.1')];
    const then = [await failedFrom('198.51.100.1'), await failedFrom('198.51.100.2')];

    await service.dispose();
    expect([one, then]).toEqual([
      [400, 400, 400],
      [429, 400],
    ]);
  });
});

describe('the limit of failed exchanges, switched off', () => {
  it('given FAILED_EXCHANGES_PER_MINUTE=0, when sixty fail, then none is limited', async () => {
    const service = await runningService({ settings: { LATCHKEY_FAILED_EXCHANGES_PER_MINUTE: '0' } });

    const answers = await Promise.all(
      Array.from({ length: 60 }, () => service.exchange({ grant_type: 'apikey', apikey: newApiKeySecret() })),
    );

    await service.dispose();
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([400]));
  });
});
