import { expect, it } from '@jest/globals';
import { API_KEYS, type ApiKey, purgeInstant } from '../../src/api-keys/api-key.ts';
import { purgeExpiredKeys } from '../../src/api-keys/purge-expired-keys.ts';
import { AUDIT_EVENTS } from '../../src/audit/audit-event.ts';
import { backgroundWork } from '../../src/server/background-work.ts';
import { insert } from '../../src/store/changes.ts';
import { firstEntityTag } from '../../src/store/entity-tag.ts';
import type { Lease } from '../../src/store/store.ts';
import { LeaseLost } from '../../src/store/store-errors.ts';
import { asOwner, firstAccountId, givenKeyOf, givenServiceId } from '../harness/given-credentials.ts';
import { describeOnEveryBackend } from '../harness/running-service.ts';

const DAY = 86_400_000;
const HOUR = 3_600_000;

describeOnEveryBackend('keys that expired long ago', (service) => {
  const leased = async (work: (lease: Lease) => Promise<void>): Promise<void> => {
    const lease = await service().store.lease('test', 10_000);
    if (lease === undefined) throw new Error('the lease is held');
    await work(lease);
    await lease.release();
  };
  const purged = () =>
    leased(async (lease) => {
      const { store, domains, clock } = service();
      const job = backgroundWork(store, domains, clock).find(
        ({ name }) => name === 'remove keys that expired long ago',
      );
      if (job === undefined) throw new Error('there is no such job');
      await job.run(lease);
    });
  const isThere = async (id: string) => (await service().store.read(API_KEYS).get(id)) !== undefined;
  const expiring = async (options: { locked?: boolean } = {}) => {
    const { iamId } = await givenServiceId(service());
    return givenKeyOf(service(), iamId, { ...options, expiresAt: service().clock.now() + HOUR });
  };
  const putOff = (id: string, json: object) =>
    asOwner(service(), 'PUT', `/v1/apikeys/${id}`, { json, headers: { 'If-Match': '*' } });

  it('given keys of which both the end and the last change are 90 days past, when it runs, then they are gone, locked or not, and the record says so', async () => {
    const [plain, locked] = [await expiring(), await expiring({ locked: true })];
    const lasting = (await givenServiceId(service())).key;
    // The clock goes on meanwhile.
    service().clock.pass(90 * DAY);
    await purged();
    expect([await isThere(plain.id), await isThere(locked.id)]).toEqual([true, true]);

    service().clock.pass(HOUR);
    await purged();

    expect([await isThere(plain.id), await isThere(locked.id), await isThere(lasting.id)]).toEqual([
      false,
      false,
      true,
    ]);
    for (const { id, accountId, secret } of [plain, locked]) {
      const { body } = await service().exchange({ grant_type: 'apikey', apikey: secret });
      expect(body.errorCode).toBe('BXNIM0415E');
      const page = { equals: [accountId, id], limit: 1, descending: true };
      const [last] = (await service().store.read(AUDIT_EVENTS).page('byTarget', page)).rows;
      expect(last).toMatchObject({ action: 'iam-identity.apikey.purge', actor: {}, before: { name: 'a key' } });
      expect(JSON.stringify(last)).not.toMatch(/digest|sealed/i);
    }
    expect(await service().tokenOf(lasting.secret)).toMatch(/^ey/);
  });

  it('given an expired key that was changed, or was given a later end, when the 90 days of its end are over, then it stays', async () => {
    const [renamed, extended, unlocked] = [await expiring(), await expiring(), await expiring({ locked: true })];
    service().clock.pass(60 * DAY);
    await putOff(renamed.id, { name: 'still looked after' });
    await putOff(extended.id, { expires_at: new Date(service().clock.now() + HOUR).toISOString() });
    await asOwner(service(), 'DELETE', `/v1/apikeys/${unlocked.id}/lock`);

    service().clock.pass(31 * DAY);
    await purged();
    const after91 = await Promise.all([renamed, extended, unlocked].map(({ id }) => isThere(id)));
    service().clock.pass(60 * DAY);
    await purged();
    const after151 = await Promise.all([renamed, extended, unlocked].map(({ id }) => isThere(id)));

    expect(after91).toEqual([true, true, true]);
    expect(after151).toEqual([false, false, false]);
  });

  /** One run must not hold the lease, and with it all other background work, however many keys are due. */
  it('given more keys than one run removes, when it runs again and again, then each is bounded, and a lost lease removes nothing', async () => {
    const { store, clock } = service();
    const accountId = await firstAccountId(service());
    const ended = clock.now() - 91 * DAY;
    const keys = Array.from({ length: 2_100 }, (_, number) => keyOf(accountId, number, ended));
    for (let from = 0; from < keys.length; from += 200) {
      await store.commit(keys.slice(from, from + 200).map((key) => insert(API_KEYS, key)));
    }
    const left = () => store.read(API_KEYS).count('ofIdentityByName', [accountId, 'iam-ServiceId-many'], 3_000);
    let paused: Lease | undefined;
    await leased(async (lease) => {
      paused = lease;
    });
    if (paused === undefined) throw new Error('there was no lease');
    const lapsed: Lease = paused;
    await leased(() => expect(purgeExpiredKeys(store, clock, lapsed)).rejects.toBeInstanceOf(LeaseLost));
    // The service's own runner may be at the same keys, at most a thousand of them; what one of the two loses, the next round does.
    expect(await left()).toBeGreaterThanOrEqual(1_100);

    await purged();
    const afterOne = await left();
    for (let runs = 0; runs < 4; runs += 1) await purged();

    expect(afterOne).toBeGreaterThanOrEqual(100);
    expect(await left()).toBe(0);
  });
});

function keyOf(accountId: string, number: number, endedAt: number): ApiKey {
  return {
    ...{ id: `ApiKey-many-${accountId}-${number}`, entityTag: firstEntityTag(), kind: 'platform', accountId },
    ...{ iamId: 'iam-ServiceId-many', name: 'a key', description: '', digest: `p1:${accountId}-${number}` },
    ...{ pepperId: 'p1', disabled: false, locked: number % 2 === 0, supportSessions: false, generation: 1 },
    ...{
      actionWhenLeaked: 'disable',
      createdBy: 'IBMid-1',
      expiresAt: endedAt,
      createdAt: endedAt,
      modifiedAt: endedAt,
    },
    purgeAt: purgeInstant(endedAt, endedAt),
  };
}
