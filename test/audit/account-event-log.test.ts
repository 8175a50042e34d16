import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ACCOUNT_EVENTS, type AccountEvent } from '../../src/audit/account-event.ts';
import { type AccountEventLog, accountEventLog } from '../../src/audit/account-event-log.ts';
import { type AuditStore, givenAuditStore } from './given-audit-store.ts';

/** An account may cause so many single events of a kind a minute. */
const RATE = 600;
const EXCHANGE = { kind: 'exchange', accountId: 'a', apiKeyId: 'ApiKey-1', iamId: 'iam-1', grant: 'apikey' } as const;

describe('accountEventLog', () => {
  let given: AuditStore;
  let log: AccountEventLog;
  let sent: number;
  beforeEach(async () => {
    given = await givenAuditStore();
    log = accountEventLog(given);
    sent = 0;
  });
  afterEach(() => given.dispose());

  const record = (times: number, accountId = 'a'): void => {
    for (let turn = 0; turn < times; turn += 1) {
      sent += 1;
      log.add(
        { address: '192.0.2.1', requestId: `request ${sent}`, transactionId: `t${sent}` },
        { ...EXCHANGE, accountId },
      );
    }
  };
  /** At less than the rate of all accounts together. */
  const recordSlowly = async (times: number): Promise<void> => {
    for (let left = times; left > 0; left -= 150) {
      record(Math.min(150, left));
      given.clock.pass(1_000);
      await log.flush();
    }
  };
  /** Single events count one each, a summary what it stands for. */
  const sumOf = (events: readonly AccountEvent[]): number => events.reduce((sum, { more }) => sum + (more ?? 1), 0);

  it('given one event, when it is written later, then it has its facts, when it was, and when it was written', async () => {
    const at = given.clock.now();
    log.add({ address: '192.0.2.1', requestId: 'r', transactionId: 't' }, { ...EXCHANGE, details: { lines: 3 } });
    given.clock.pass(400);

    await log.flush();

    expect(await given.singles('a')).toEqual([
      {
        ...{ id: expect.any(String), entityTag: expect.stringMatching(/^1-/), ...EXCHANGE, at, recordedAt: at + 400 },
        ...{ address: '192.0.2.1', requestId: 'r', transactionId: 't', details: { lines: 3 } },
        expiresAt: at + 30 * 86_400_000,
      },
    ]);
  });

  it('given more than the rate of an account, when its minute is over, then the rest is one event that says how many', async () => {
    await recordSlowly(RATE + 90);
    given.clock.pass(60_000);
    await log.flush();

    const events = await given.singles('a');
    expect(events).toHaveLength(RATE + 1);
    expect(events.at(-1)).toMatchObject({ kind: 'exchange', more: 90, apiKeyId: '', iamId: '', transactionId: '' });
  });

  it('given a busy account, when another one is used in the same minute, then that has single events', async () => {
    await recordSlowly(RATE + 90);
    record(3, 'b');
    await log.flush();

    expect((await given.singles('b')).map(({ more }) => more)).toEqual([undefined, undefined, undefined]);
  });

  it('given the store is away, when events go on coming, then none is lost, and what waits is bounded', async () => {
    given.away = true;
    for (let minute = 0; minute < 12; minute += 1) {
      for (let second = 0; second < 5; second += 1) {
        record(150);
        given.clock.pass(1_000);
      }
      given.clock.pass(60_000);
      await expect(log.flush()).rejects.toThrow();
    }
    given.away = false;

    const writtenAt = given.clock.now();
    log.settle();
    await log.flush();

    const { store } = given;
    const rows: AccountEvent[] = [];
    for (let after: readonly (string | number | boolean)[] | undefined, first = true; first || after; first = false) {
      const page = await store.read(ACCOUNT_EVENTS).page('byAccount', { equals: ['a'], limit: 1000, after });
      rows.push(...page.rows);
      after = page.next;
    }
    expect(sumOf(rows)).toBe(sent);
    expect(rows.length).toBeLessThan(5_100);
    expect(new Set(rows.map(({ recordedAt }) => recordedAt))).toEqual(new Set([writtenAt]));
  });
});
