import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ACTIVITY, EXCHANGE_COUNTS } from '../../src/audit/exchange-count.ts';
import { EXCHANGE_FAILURES } from '../../src/audit/exchange-failure.ts';
import { type ExchangeRecorder, recordExchanges } from '../../src/audit/record-exchanges.ts';
import { newApiKeySecret } from '../../src/secrets/api-key-secret.ts';
import { givenServiceId } from '../harness/given-credentials.ts';
import { describeOnEveryBackend } from '../harness/running-service.ts';
import { type AuditStore, givenAuditStore } from './given-audit-store.ts';

const ROW = { accountId: 'a', apiKeyId: 'ApiKey-1', iamId: 'iam-1' };
const KEY = { ...ROW, activityId: 'iam-1' };
const from = (address: string) => ({ address, requestId: 'r', transactionId: 't' });
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

describe('recordExchanges', () => {
  let given: AuditStore;
  let recorder: ExchangeRecorder;
  let errors: unknown[];
  beforeEach(async () => {
    given = await givenAuditStore();
    errors = [];
    // Nothing is written but when a test asks for it.
    const never = { flushMilliseconds: 2 ** 30, activityMilliseconds: 2 ** 30 };
    recorder = recordExchanges({ ...given, ...never, onError: (cause) => errors.push(cause) });
  });
  afterEach(async () => {
    await recorder.close();
    await given.dispose();
  });

  const exchange = (times: number, address = '192.0.2.1', exchanged = KEY): void => {
    for (let turn = 0; turn < times; turn += 1) recorder.succeeded(from(address), exchanged);
  };

  it('given exchanges of one key, when they are written, then there is one row per address and minute', async () => {
    const minuteAt = given.clock.now() - (given.clock.now() % MINUTE);
    exchange(3);
    exchange(2, '192.0.2.2');
    given.clock.pass(MINUTE);
    exchange(4);

    await recorder.flush();

    const rows = await given.counts('a');
    expect(rows.map(({ address, exchanges, minuteAt: at }) => [address, exchanges, at - minuteAt]).toSorted()).toEqual([
      ['192.0.2.1', 3, 0],
      ['192.0.2.1', 4, MINUTE],
      ['192.0.2.2', 2, 0],
    ]);
    expect(rows[0]).toMatchObject({ ...ROW, expiresAt: minuteAt + 90 * DAY });
  });

  it('given exchanges of one minute, when they are written in several flushes, then they are one row', async () => {
    exchange(3);
    await recorder.flush();
    exchange(2);
    await recorder.flush();

    expect((await given.counts('a')).map(({ exchanges }) => exchanges)).toEqual([5]);
  });

  it('given exchanges, when they are written, then key and identity know when and how often they were used', async () => {
    exchange(3);
    given.clock.pass(1234);
    exchange(1, '192.0.2.9', { ...KEY, apiKeyId: 'ApiKey-2' });

    await recorder.flush();

    const lastAuthnAt = given.clock.now();
    const activity = given.store.read(ACTIVITY);
    expect(await activity.get('ApiKey-1')).toMatchObject({ authnCount: 3 });
    expect(await activity.get('ApiKey-2')).toMatchObject({ authnCount: 1, lastAuthnAt });
    expect(await activity.get('iam-1')).toMatchObject({ authnCount: 4, lastAuthnAt });
  });

  it('given activity, when it grows, then the entity tag of its row stays', async () => {
    exchange(1);
    await recorder.flush();
    const before = await given.store.read(ACTIVITY).get('ApiKey-1');
    exchange(1);
    await recorder.flush();

    expect((await given.store.read(ACTIVITY).get('ApiKey-1'))?.entityTag).toBe(before?.entityTag);
  });

  it('given a store that is away, when it is back, then every exchange and failure is written once', async () => {
    exchange(3);
    recorder.failed(from('192.0.2.1'), { action: 'token.exchange', problem: 'api_key_unknown' });
    given.away = true;
    await expect(recorder.flush()).rejects.toMatchObject({ code: 'store_unavailable' });
    exchange(2);
    await expect(recorder.flush()).rejects.toMatchObject({ code: 'store_unavailable' });
    given.away = false;

    await recorder.flush();
    await recorder.flush();

    expect((await given.counts('a')).map(({ exchanges }) => exchanges)).toEqual([5]);
    expect(await given.store.read(ACTIVITY).get('ApiKey-1')).toMatchObject({ authnCount: 5 });
    expect(await given.events()).toHaveLength(1);
  });

  /** A client of IPv6 may use another address for every exchange: a row for each would grow without bound. */
  it('given exchanges from many addresses of one IPv6 network, when they are written, then they are one row', async () => {
    for (let host = 1; host <= 20; host += 1) exchange(1, `2001:db8::${host}`);

    await recorder.flush();

    expect((await given.counts('a')).map(({ exchanges, address }) => [exchanges, address])).toEqual([
      [20, '2001:db8:0:0::/64'],
    ]);
  });

  it('given a key that is exchanged for two accounts in a minute, when it is written, then each has its own count', async () => {
    exchange(3);
    exchange(2, '192.0.2.1', { ...KEY, accountId: 'b' });

    await recorder.flush();

    expect((await given.counts('a')).map(({ exchanges }) => exchanges)).toEqual([3]);
    expect((await given.counts('b')).map(({ exchanges }) => exchanges)).toEqual([2]);
    expect(await given.store.read(ACTIVITY).get('ApiKey-1')).toMatchObject({ authnCount: 5 });
  });

  it('given failures that cannot be written, when there are counts and activity too, then those are written', async () => {
    exchange(3);
    recorder.failed(from('192.0.2.1'), { action: 'token.exchange', problem: 'api_key_unknown' });
    given.failuresAway = true;

    await expect(recorder.flush()).rejects.toMatchObject({ code: 'store_unavailable' });

    expect((await given.counts('a')).map(({ exchanges }) => exchanges)).toEqual([3]);
    expect(await given.store.read(ACTIVITY).get('ApiKey-1')).toMatchObject({ authnCount: 3 });
  });

  it('given exchanges that wait, when the recorder is closed, then they are written', async () => {
    exchange(7);
    recorder.failed(from('192.0.2.1'), { action: 'token.exchange', problem: 'api_key_unknown' });

    await recorder.close();

    expect((await given.counts('a')).map(({ exchanges }) => exchanges)).toEqual([7]);
    expect(await given.events()).toHaveLength(1);
  });

  it('given a store that is away, when the recorder is closed, then that is told and nothing is thrown', async () => {
    exchange(1);
    given.away = true;

    await recorder.close();

    expect(errors.length).toBeGreaterThan(0);
  });
});

describeOnEveryBackend('what an exchange leaves behind', (service) => {
  const rowsOf = async (accountId: string) => {
    await service().domains.recorder.flush();
    return (
      await service()
        .store.read(EXCHANGE_FAILURES)
        .page('byAccount', { equals: [accountId], limit: 1000 })
    ).rows;
  };

  it('given a good key, when it is exchanged five times, then five are counted, and no row is written for a token', async () => {
    const { key } = await givenServiceId(service());
    const before = (await rowsOf(key.accountId)).length;
    for (let turn = 0; turn < 5; turn += 1) await service().tokenOf(key.secret);

    await service().domains.recorder.flush();

    const request = { equals: [key.accountId], limit: 1000 };
    const { rows } = await service().store.read(EXCHANGE_COUNTS).page('byAccount', request);
    const exchanges = rows.filter(({ apiKeyId }) => apiKeyId === key.id).map((row) => row.exchanges);
    expect(exchanges.reduce((sum, count) => sum + count, 0)).toBe(5);
    expect(await service().store.read(ACTIVITY).get(key.iamId)).toMatchObject({ authnCount: 5 });
    expect((await rowsOf(key.accountId)).length).toBe(before);
  });

  it('given a disabled key, when it is tried, then the record names key, reason, address and the names of the request', async () => {
    const { key } = await givenServiceId(service(), { disabled: true });
    const { headers } = await service().exchange(
      { grant_type: 'apikey', apikey: key.secret },
      { 'Transaction-Id': 'tried-it' },
    );

    const [event] = (await rowsOf(key.accountId)).filter(({ transactionId }) => transactionId === 'tried-it');

    expect(event).toMatchObject({
      action: 'token.exchange',
      outcome: 'failure',
      problem: 'api_key_disabled',
      actor: { iamId: key.iamId, apiKeyId: key.id },
      targetId: key.id,
      address: '127.0.0.1',
      requestId: headers.get('x-request-id'),
    });
  });

  it('given an unknown key, when it is tried, then the record is of no account and holds nothing of the key', async () => {
    const secret = newApiKeySecret();
    await service().exchange({ grant_type: 'apikey', apikey: secret }, { 'Transaction-Id': 'unknown-key' });

    const events = (await rowsOf('')).filter(({ transactionId }) => transactionId === 'unknown-key');

    expect(events).toMatchObject([{ problem: 'api_key_unknown', actor: {}, targetId: '' }]);
    expect(JSON.stringify(events)).not.toContain(secret.slice(3, 19));
  });
});
