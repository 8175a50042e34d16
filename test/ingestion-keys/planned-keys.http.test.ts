import { randomBytes, randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { Caller } from '../../src/access/caller.ts';
import { API_KEYS } from '../../src/api-keys/api-key.ts';
import { authenticateApiKeyWith } from '../../src/api-keys/authenticate-api-key.ts';
import { AUDIT_EVENTS } from '../../src/audit/audit-event.ts';
import { endKeysOfInstance } from '../../src/ingestion-keys/end-ingestion-keys.ts';
import { INGESTION_KEYS } from '../../src/ingestion-keys/ingestion-key.ts';
import { authenticateServiceKeyWith } from '../../src/ingestion-keys/key-manager.ts';
import { newDefaultIngestionKey, planIngestionKey } from '../../src/ingestion-keys/new-ingestion-key.ts';
import { planRotation } from '../../src/ingestion-keys/plan-rotation.ts';
import { removeEndedKeys } from '../../src/ingestion-keys/remove-ended-keys.ts';
import { failedAttempts } from '../../src/limits/failed-attempts.ts';
import { instanceCrn, RESOURCE_INSTANCES } from '../../src/resource-instances/resource-instance.ts';
import { TOLERATED_SKEW_MILLISECONDS } from '../../src/revocations/revocation.ts';
import { keyRingFromText, MASTER_KEY_RING, PEPPER_RING } from '../../src/secrets/key-ring.ts';
import { sealing as sealingUnder } from '../../src/secrets/sealing.ts';
import { secretDigests } from '../../src/secrets/secret-digests.ts';
import { insert } from '../../src/store/changes.ts';
import { firstAccountId } from '../harness/given-credentials.ts';
import { newInstance } from '../harness/given-instance.ts';
import { describeOnEveryBackend } from '../harness/running-service.ts';

const ring = (kind: typeof PEPPER_RING) => keyRingFromText(kind, `a:${randomBytes(32).toString('base64')}`);
const maker = { digests: secretDigests(ring(PEPPER_RING)), sealing: sealingUnder(ring(MASTER_KEY_RING)) };

describeOnEveryBackend('keys of an instance that were planned and committed', (service) => {
  const caller = async (): Promise<Caller> => ({
    ...{ iamId: 'IBMid-TEST', accountId: await firstAccountId(service()), apiKeyId: 'ApiKey-1' },
    ...{ address: '127.0.0.1', requestId: randomUUID(), transactionId: randomUUID() },
  });
  const instanceOf = async (chosen: { readonly service?: string } = {}) =>
    newInstance({ accountId: await firstAccountId(service()), ...chosen });

  describe('given one', () => {
    /** Through the identity API who may change API keys of the account could take over keys of its instances. */
    it('when the identity API is asked for it in every way, then there is no such key', async () => {
      const instance = await instanceOf();
      const planned = planIngestionKey(maker, { instance, type: 'ingestion', name: 'agents' }, await caller(), 1);
      await service().store.commit(planned.changes);
      const { id, iamId } = planned.apiKey;
      const token = await service().ownerToken();
      const ask = (method: string, path: string) =>
        service().call(method, path, {
          token,
          ...(method === 'PUT' && { json: { name: 'mine' }, headers: { 'If-Match': '*' } }),
        });

      const listed = await ask('GET', `/v1/apikeys?scope=account&account_id=${instance.accountId}&pagesize=100`);
      const ofIt = await ask('GET', `/v1/apikeys?iam_id=${encodeURIComponent(iamId)}`);
      const one = [
        await ask('GET', `/v1/apikeys/${id}`),
        await ask('PUT', `/v1/apikeys/${id}`),
        await ask('DELETE', `/v1/apikeys/${id}`),
        await ask('POST', `/v1/apikeys/${id}/lock`),
        await ask('POST', `/v1/apikeys/${id}/disable`),
        await ask('POST', `/latchkey/v1/apikeys/${id}/sign_out`),
      ];
      const exchanged = await service().exchange({ grant_type: 'apikey', apikey: planned.secret });

      expect(listed.body.apikeys.map((apiKey: { id: string }) => apiKey.id)).not.toContain(id);
      expect(ofIt.body.apikeys).toEqual([]);
      expect(one.map(({ status }) => status)).toEqual(one.map(() => 404));
      expect(exchanged.body.errorCode).toBe('BXNIM0415E');
    });
  });

  it('given one that was rotated, when its overlap is over and clocks agree, then background work removes it, with a record that names nobody', async () => {
    const { store, clock } = service();
    const [instance, by] = [await instanceOf(), await caller()];
    const planned = planIngestionKey(maker, { instance, type: 'ingestion', name: 'old' }, by, clock.now());
    await store.commit([insert(RESOURCE_INSTANCES, instance), ...planned.changes]);
    const rotation = await planRotation({ ...maker, store, clock }, { ...planned, instance }, by, 60);
    await store.commit(rotation.changes);
    const { id } = planned.apiKey;
    const look = async (): Promise<boolean> => {
      const lease = await store.lease('ended keys', 5_000);
      if (lease === undefined) throw new Error('no lease');
      await removeEndedKeys(store, clock, lease);
      await lease.release();
      return (await store.read(API_KEYS).get(id)) !== undefined;
    };

    const early = await look();
    clock.pass(60_000);
    const whileClocksDiffer = await look();
    clock.pass(TOLERATED_SKEW_MILLISECONDS);

    expect([early, whileClocksDiffer, await look()]).toEqual([true, true, false]);
    expect(await store.read(INGESTION_KEYS).get(id)).toBeUndefined();
    expect(await store.read(INGESTION_KEYS).get(rotation.next.apiKey.id)).toMatchObject({ name: 'old' });
    const request = { equals: [instance.accountId, id], limit: 10 };
    const { rows } = await store.read(AUDIT_EVENTS).page('byTarget', request);
    expect(rows.map(({ action, actor }) => [action, actor.iamId])).toEqual([
      ['logdna.ingestion-key.create', by.iamId],
      ['logdna.ingestion-key.update', by.iamId],
      ['logdna.ingestion-key.delete', undefined],
    ]);
  });

  /** Whoever guesses has 128 bits to guess, and not many tries a minute. */
  it('given an address with too many bad service keys, when it sends more, then none is told bad until the minute is over, and a good one works', async () => {
    const { store, clock } = service();
    const [instance, by] = [await instanceOf(), await caller()];
    const planned = planIngestionKey(maker, { instance, type: 'service', name: 'good' }, by, clock.now());
    await store.commit([insert(RESOURCE_INSTANCES, instance), ...planned.changes]);
    const authenticate = authenticateServiceKeyWith({
      ...{ store, clock, authenticateApiKey: authenticateApiKeyWith({ store, digests: maker.digests }) },
      ...{ requireAllowedAddress: () => {}, failedAttempts: failedAttempts({ perMinute: 3, clock }) },
    });
    const tried = (secret: string, address = '192.0.2.1') =>
      authenticate(secret, { ...by, address }).then(
        ({ instance: crn }) => crn,
        ({ code }: { code: string }) => code,
      );
    clock.beginMinute();

    const bad = [await tried('0'.repeat(32)), await tried('rubbish'), await tried('1'.repeat(32))];
    const limited = await tried('2'.repeat(32));
    const good = await tried(planned.secret);
    const elsewhere = await tried('2'.repeat(32), '192.0.2.2');
    clock.beginMinute();

    expect(bad).toEqual(Array(3).fill('api_key_unknown'));
    expect(limited).toBe('rate_limited');
    expect(good).toBe(instanceCrn(instance));
    expect([elsewhere, await tried('2'.repeat(32))]).toEqual(Array(2).fill('api_key_unknown'));
  });

  it('when an instance is provisioned, then it gets one ingestion key, and one whose service takes no lines gets none', async () => {
    const takes = newDefaultIngestionKey(maker, await instanceOf(), await caller(), 1);
    const takesNone = newDefaultIngestionKey(
      maker,
      await instanceOf({ service: 'generic-service' }),
      await caller(),
      1,
    );

    expect(takes.map(({ collection }) => collection.name)).toEqual(['api_keys', 'ingestion_keys', 'audit_events']);
    expect(takesNone).toEqual([]);
  });

  it('given an instance with more keys than a commit takes, when all are ended, then none is left, and each has its record', async () => {
    const { store, clock } = service();
    const [instance, other] = [await instanceOf(), await instanceOf()];
    const by = await caller();
    const made = Array.from({ length: 120 }, () =>
      planIngestionKey(maker, { instance, type: 'ingestion', name: 'many', resourceKeyId: randomUUID() }, by, 1),
    );
    const kept = planIngestionKey(maker, { instance: other, type: 'service', name: 'kept' }, by, 1);
    for (let from = 0; from < made.length; from += 60) {
      await store.commit(made.slice(from, from + 60).flatMap(({ changes }) => changes));
    }
    await store.commit(kept.changes);

    await endKeysOfInstance({ store, clock }, by, instance);
    await endKeysOfInstance({ store, clock }, undefined, instance);

    const left = await store.read(INGESTION_KEYS).count('ofInstance', [instance.id], 1);
    const rows = await Promise.all(made.map(({ apiKey }) => store.read(API_KEYS).get(apiKey.id)));
    const [{ apiKey }] = [made[0] ?? kept];
    const equals = [instance.accountId, apiKey.id];
    const { rows: events } = await store.read(AUDIT_EVENTS).page('byTarget', { equals, limit: 10 });
    expect(left).toBe(0);
    expect(rows.filter((row) => row !== undefined)).toEqual([]);
    expect(await store.read(API_KEYS).get(kept.apiKey.id)).toMatchObject({ kind: 'ingestion_service' });
    expect(events.map(({ action }) => action).toSorted()).toEqual([
      'logdna.ingestion-key.create',
      'logdna.ingestion-key.delete',
    ]);
  });
});
