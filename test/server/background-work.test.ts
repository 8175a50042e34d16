import { describe, expect, it } from '@jest/globals';
import { auditEvent } from '../../src/audit/audit-event.ts';
import { EXCHANGE_COUNTS } from '../../src/audit/exchange-count.ts';
import { EXCHANGE_FAILURES, type ExchangeFailure } from '../../src/audit/exchange-failure.ts';
import { RESOURCE_INSTANCES } from '../../src/resource-instances/resource-instance.ts';
import { cutOff, cutOffExpiry, REVOCATIONS } from '../../src/revocations/revocation.ts';
import { backgroundWork } from '../../src/server/background-work.ts';
import { lateTrimming } from '../../src/server/late-trimming.ts';
import { insert } from '../../src/store/changes.ts';
import { firstAccountId, givenServiceId } from '../harness/given-credentials.ts';
import { newInstance } from '../harness/given-instance.ts';
import { describeOnEveryBackend } from '../harness/running-service.ts';
import { withinASecond } from '../harness/within-a-second.ts';

const DAY = 86_400_000;

describeOnEveryBackend('what expires', (service) => {
  const swept = async (): Promise<void> => {
    const { store, domains, clock } = service();
    const lease = await store.lease('test', 10_000);
    const job = backgroundWork(store, domains, clock, 30_000).find(({ name }) => name === 'sweep what has expired');
    if (job === undefined || lease === undefined) throw new Error('there is no sweep');
    await job.run(lease);
    await lease.release();
  };
  const failuresOf = async (accountId: string): Promise<number> =>
    service().store.read(EXCHANGE_FAILURES).count('byAccount', [accountId], 10_000);

  describe('given more expired failures than are removed at once', () => {
    it('when they are swept once, then all are gone, and what has not expired stays', async () => {
      const { store, clock } = service();
      const ended = Array.from({ length: 2500 }, () => failure('ended', clock.now() - 1));
      for (let from = 0; from < ended.length; from += 500) {
        await store.append(EXCHANGE_FAILURES, ended.slice(from, from + 500));
      }
      await store.append(EXCHANGE_FAILURES, [failure('kept', clock.now() + DAY)]);

      await swept();

      expect([await failuresOf('ended'), await failuresOf('kept')]).toEqual([0, 1]);
    });
  });

  /** Skewed clocks: a sweeper ahead of the others would forget what still keeps a token out elsewhere. */
  describe('given a cut-off whose time is over by a clock that is a minute ahead', () => {
    it('when that clock sweeps, then the record stays for as long as the slowest clock accepts the tokens', async () => {
      const { store, clock } = service();
      const made = cutOff('key:swept-early', 2, 'a', clock.now());
      await store.commit([made]);
      const isKept = async () => (await store.read(REVOCATIONS).get(made.entity.id)) !== undefined;

      clock.pass(cutOffExpiry(0) + 60_000 - 1_000);
      await swept();
      const keptByFastClock = await isKept();
      clock.pass(2_000);
      await swept();

      expect([keptByFastClock, await isKept()]).toEqual([true, false]);
    });
  });

  describe('given a refused exchange and a good one', () => {
    it('when ninety days are over, then neither is kept', async () => {
      const { key } = await givenServiceId(service(), { disabled: true });
      await service().exchange({ grant_type: 'apikey', apikey: key.secret });
      await service().ownerToken();
      await service().domains.recorder.flush();
      const accountId = await firstAccountId(service());
      expect(await failuresOf(accountId)).toBeGreaterThan(0);

      service().clock.pass(91 * DAY);
      // Swept again: what the recorder was writing by itself comes beside the flush.
      const kept = async () => {
        await swept();
        const counts = await service().store.read(EXCHANGE_COUNTS).count('byAccount', [accountId], 10);
        return { failures: await failuresOf(accountId), counts };
      };

      expect(await withinASecond(kept, { failures: 0, counts: 0 })).toEqual({ failures: 0, counts: 0 });
    });
  });
});

describeOnEveryBackend('log lines that are too old', (service) => {
  it('given no instance, when they are looked for, then no spool is opened; given one, then it is', async () => {
    const { store, clock } = service();
    let looks = 0;
    const spool = {
      async instances() {
        looks += 1;
        return [];
      },
      trim: async () => undefined,
    };
    const bounds = { retentionMilliseconds: DAY, limitBytes: 1, handOvers: undefined };
    const trim = lateTrimming({ store, spool, clock, ...bounds });
    const lease = await store.lease('test', 10_000);
    if (lease === undefined) throw new Error('the lease is held');

    await trim(lease);
    const withoutInstance = looks;
    await store.commit([insert(RESOURCE_INSTANCES, newInstance({ accountId: 'any' }))]);
    await trim(lease);
    await lease.release();

    expect([withoutInstance, looks]).toEqual([0, 1]);
  });
});

function failure(accountId: string, expiresAt: number): ExchangeFailure {
  const change = { at: expiresAt - 90 * DAY, action: 'token.exchange', accountId, target: '', targetId: '' };
  const origin = { address: '192.0.2.1', requestId: 'r', transactionId: 't' };
  return { ...auditEvent(origin, { ...change, outcome: 'failure', actor: {} }), expiresAt };
}
