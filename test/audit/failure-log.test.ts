import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EXCHANGE_FAILURES, type ExchangeFailure } from '../../src/audit/exchange-failure.ts';
import { type FailureLog, failureLog } from '../../src/audit/failure-log.ts';
import { type AuditStore, givenAuditStore } from './given-audit-store.ts';

const FAILURE = { action: 'token.exchange', problem: 'api_key_unknown' } as const;
/** An address may cause so many single events a minute. */
const RATE = 30;

describe('failureLog', () => {
  let given: AuditStore;
  let log: FailureLog;
  let sent: number;
  beforeEach(async () => {
    given = await givenAuditStore();
    log = failureLog(given);
    sent = 0;
  });
  afterEach(() => given.dispose());

  const fail = (times: number, address = '192.0.2.1', limited = false): void => {
    for (let turn = 0; turn < times; turn += 1) {
      sent += 1;
      log.add({ address, requestId: `request ${sent}`, transactionId: `transaction ${sent}` }, { ...FAILURE, limited });
    }
  };
  const flushed = async (): Promise<readonly ExchangeFailure[]> => {
    await log.flush();
    return given.events();
  };
  /** Single events count one each, a summary what it stands for. */
  const failuresIn = (events: readonly ExchangeFailure[]): number =>
    events.reduce((sum, { suppressed }) => sum + (suppressed ?? 1), 0);

  it('given one failure, when it is written, then the event has exactly the facts of the refusal', async () => {
    const origin = { address: '192.0.2.1', requestId: 'r', transactionId: 't' };
    log.add(origin, { ...FAILURE, problem: 'api_key_disabled', accountId: 'a', apiKeyId: 'ApiKey-1', iamId: 'iam-1' });

    await log.flush();

    expect(await given.events('a')).toEqual([
      {
        id: expect.any(String),
        entityTag: expect.stringMatching(/^1-/),
        accountId: 'a',
        at: given.clock.now(),
        action: 'token.exchange',
        outcome: 'failure',
        actor: { iamId: 'iam-1', apiKeyId: 'ApiKey-1' },
        target: '',
        targetId: 'ApiKey-1',
        problem: 'api_key_disabled',
        ...origin,
        recordedAt: given.clock.now(),
        expiresAt: given.clock.now() + 90 * 86_400_000,
      },
    ]);
  });

  it('given a flood from one address, when its minute is over, then the rest is one event that says how many', async () => {
    fail(RATE + 70);
    expect(await flushed()).toHaveLength(RATE);

    given.clock.pass(60_000);
    const events = await flushed();

    expect(events).toHaveLength(RATE + 1);
    expect(events.filter(({ suppressed }) => suppressed !== undefined)).toMatchObject([
      { suppressed: 70, address: '192.0.2.1' },
    ]);
    expect(failuresIn(events)).toBe(sent);
  });

  it('given a flood from one address, when another fails too, then that is written by itself', async () => {
    fail(200);
    fail(3, '192.0.2.2');

    expect((await flushed()).filter(({ address }) => address === '192.0.2.2')).toHaveLength(3);
  });

  it('given a new minute, when an address fails again, then it has its events again', async () => {
    fail(RATE + 1);
    given.clock.pass(60_000);
    await log.flush();
    fail(2);

    expect(failuresIn(await flushed())).toBe(sent);
    expect(await given.events()).toHaveLength(RATE + 3);
  });

  it('given an open count, when the service stops, then it is written', async () => {
    fail(RATE + 5);

    log.settle();

    expect(failuresIn(await flushed())).toBe(sent);
  });

  it('given a store that is away, when it is back, then nothing is lost or doubled', async () => {
    fail(10);
    given.away = true;
    await expect(log.flush()).rejects.toMatchObject({ code: 'store_unavailable' });
    fail(10);
    await expect(log.flush()).rejects.toMatchObject({ code: 'store_unavailable' });
    given.away = false;

    const events = await flushed();

    expect(events.map(({ requestId }) => requestId).toSorted()).toEqual(
      Array.from({ length: 20 }, (_, number) => `request ${number + 1}`).toSorted(),
    );
  });

  /** One client of IPv6 has 2^64 addresses: counted by address, each would have events of its own. */
  it('given a flood from many addresses of one IPv6 network, when it is written, then it is counted as one client', async () => {
    for (let host = 1; host <= RATE + 10; host += 1) fail(1, `2001:db8::${host.toString(16)}`);
    given.clock.pass(60_000);

    const events = await flushed();

    expect(events).toHaveLength(RATE + 1);
    expect(failuresIn(events)).toBe(sent);
  });

  /** Failures need no credentials: an attacker with many networks must not be able to fill the disk. */
  it('given a flood from a thousand addresses in one second, when it is written, then few are rows and all are counted', async () => {
    for (let host = 0; host < 1000; host += 1) fail(2, `10.0.${host >> 8}.${host % 256}`);
    expect(await flushed()).toHaveLength(50);

    given.clock.pass(60_000);
    const events = await flushed();

    expect(events.length).toBeLessThanOrEqual(50 + 11);
    expect(failuresIn(events)).toBe(sent);
    expect(events.filter(({ address }) => address === '')).toMatchObject([{ accountId: '', actor: {} }]);
  });

  it('given failures that were answered as too many, when they are written, then they are only counted', async () => {
    fail(2);
    fail(500, '192.0.2.1', true);
    expect(await flushed()).toHaveLength(2);

    given.clock.pass(60_000);

    expect(await flushed()).toHaveLength(3);
    expect(failuresIn(await flushed())).toBe(sent);
  });

  /** An attacker with many addresses, while the store is away, must not be able to fill the memory. */
  it('given a store that stays away, when thousands of addresses fail on, then what waits is bounded and the rest counted', async () => {
    given.away = true;
    for (let round = 0; round < 4; round += 1) {
      const flushing = log.flush().catch(() => {});
      for (let address = 0; address < 5000; address += 1) fail(1, `10.${round}.${address >> 8}.${address % 256}`);
      await flushing;
    }
    given.away = false;
    given.clock.pass(60_000);

    await log.flush();

    const singles = await everyEvent(given);
    expect(singles.filter(({ suppressed }) => suppressed === undefined).length).toBeLessThanOrEqual(5000);
    expect(failuresIn(singles)).toBe(sent);
  });
});

/** The account without a name may hold more events than a page. */
async function everyEvent({ store }: AuditStore): Promise<readonly ExchangeFailure[]> {
  const all: ExchangeFailure[] = [];
  let after: readonly (string | number | boolean)[] | undefined;
  do {
    const page = await store.read(EXCHANGE_FAILURES).page('byAccount', { equals: [''], limit: 1000, after });
    all.push(...page.rows);
    after = page.next;
  } while (after !== undefined);
  return all;
}
