import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { accessWith } from '../../src/access/access.ts';
import type { Caller } from '../../src/access/caller.ts';
import { policySet } from '../../src/access/policy-set.ts';
import { ACCOUNTS } from '../../src/accounts/account.ts';
import { API_KEYS } from '../../src/api-keys/api-key.ts';
import { type ApiKeys, apiKeysIn } from '../../src/api-keys/api-keys.ts';
import { authenticateApiKeyWith } from '../../src/api-keys/authenticate-api-key.ts';
import { AUDIT_EVENTS } from '../../src/audit/audit-event.ts';
import { EntityLocked, EntityTagStale, NotFound } from '../../src/problems/entity-problems.ts';
import { REVOCATIONS } from '../../src/revocations/revocation.ts';
import { keyRingFromText, MASTER_KEY_RING, PEPPER_RING } from '../../src/secrets/key-ring.ts';
import { sealing as sealingUnder } from '../../src/secrets/sealing.ts';
import { secretDigests } from '../../src/secrets/secret-digests.ts';
import { SERVICE_IDS, type ServiceId } from '../../src/service-ids/service-id.ts';
import { type ServiceIds, serviceIdsIn } from '../../src/service-ids/service-ids.ts';
import type { Store } from '../../src/store/store.ts';
import { openSqliteStore } from '../../src/store-sqlite/open-sqlite-store.ts';

const accountId = 'a'.repeat(32);
const names = { address: '127.0.0.1', requestId: 'r', transactionId: 't' };
const owner: Caller = { iamId: 'IBMid-OWNER', accountId, apiKeyId: 'ApiKey-1', ...names };
const clock = { now: () => 1_800_000_000_000 };
const ring = (id: string): string => `${id}:${randomBytes(32).toString('base64')}`;
const digests = secretDigests(keyRingFromText(PEPPER_RING, ring('p1')));
const sealing = sealingUnder(keyRingFromText(MASTER_KEY_RING, ring('m1')));

/** What happens between the reading and the commit of a change is made to happen there, and nowhere else. */
describe('changes of API keys while others change the same', () => {
  let folder: string;
  let store: Store;
  let serviceIds: ServiceIds;
  /** The same domain over the same store; the second does something just before its first commit. */
  let apiKeys: ApiKeys;
  let interrupted: (between: () => Promise<unknown>) => ApiKeys;
  let serviceId: ServiceId;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'latchkey-'));
    const collections = [ACCOUNTS, API_KEYS, SERVICE_IDS, AUDIT_EVENTS, REVOCATIONS];
    const takenValues = { check: () => {}, record: () => {} };
    store = await openSqliteStore({ file: join(folder, 'store.sqlite'), clock, collections });
    const directory = {
      ownerOfAccount: async () => owner.iamId,
      policySetOf: async () => policySet([]),
      roleSetOf: async () => policySet([]),
    };
    const access = accessWith({
      operator: async () => undefined,
      kindOfIdentity: () => 'service-id',
      directory,
      recentDirectory: directory,
      clock,
    });
    serviceIds = serviceIdsIn({ store, access, clock });
    const over = (used: Store): ApiKeys => {
      const authenticate = authenticateApiKeyWith({ store: used, digests });
      return apiKeysIn({
        store: used,
        access,
        clock,
        digests,
        sealing,
        serviceIds,
        authenticate,
        takenValues,
        resourceKeyOf: async () => undefined,
      });
    };
    apiKeys = over(store);
    interrupted = (between) => over(interruptedOnce(store, between));
    serviceId = await serviceIds.create(owner, { accountId, name: 'builder' });
  });
  afterEach(async () => {
    await store.close();
    await rm(folder, { recursive: true });
  });

  const chosen = () => ({ accountId, iamId: serviceId.iamId, name: 'a key' });
  const rows = () => store.read(API_KEYS).count('ofAccountByName', [accountId], 10);

  /** An orphan: a credential that nobody sees, nobody can take back, and no background job would find. */
  it('given a key that is being made, when its owner is removed just before the commit, then no key is made', async () => {
    const create = interrupted(() => serviceIds.remove(owner, serviceId.id)).create(owner, chosen());

    await expect(create).rejects.toBeInstanceOf(NotFound);
    expect(await rows()).toBe(0);
  });

  it('given a key that is being made, when its owner is renamed just before the commit, then it is made', async () => {
    const rename = () => serviceIds.update(owner, serviceId.id, { name: 'new' }, '*');

    const { apiKey } = await interrupted(rename).create(owner, chosen());

    expect(await store.read(API_KEYS).get(apiKey.id)).toEqual(apiKey);
    expect(await rows()).toBe(1);
  });

  it('given a key that is being removed, when it is locked just before the commit, then the lock holds', async () => {
    const { apiKey } = await apiKeys.create(owner, chosen());

    const remove = interrupted(() => apiKeys.setLocked(owner, apiKey.id, true)).remove(owner, apiKey.id);

    await expect(remove).rejects.toBeInstanceOf(EntityLocked);
    expect(await store.read(API_KEYS).get(apiKey.id)).toMatchObject({ locked: true });
  });

  it('given a key that is being removed, when another removes it just before the commit, then it is not found', async () => {
    const { apiKey } = await apiKeys.create(owner, chosen());

    const remove = interrupted(() => apiKeys.remove(owner, apiKey.id)).remove(owner, apiKey.id);

    await expect(remove).rejects.toBeInstanceOf(NotFound);
  });

  it('given a key that is being disabled, when it is renamed just before the commit, then it is both', async () => {
    const { apiKey } = await apiKeys.create(owner, chosen());
    const rename = () => apiKeys.update(owner, apiKey.id, { name: 'new' }, '*');

    await interrupted(rename).setDisabled(owner, apiKey.id, true);

    const stored = await store.read(API_KEYS).get(apiKey.id);
    expect(stored).toMatchObject({ name: 'new', disabled: true, generation: 2 });
  });

  /** Lost update. */
  it('given a change that names a version, when another changes it just before the commit, then it is a conflict', async () => {
    const { apiKey } = await apiKeys.create(owner, chosen());
    const rename = () => apiKeys.update(owner, apiKey.id, { name: 'first' }, '*');

    const update = interrupted(rename).update(owner, apiKey.id, { name: 'second' }, apiKey.entityTag);

    await expect(update).rejects.toBeInstanceOf(EntityTagStale);
    expect(await store.read(API_KEYS).get(apiKey.id)).toMatchObject({ name: 'first' });
  });
});

function interruptedOnce(store: Store, between: () => Promise<unknown>): Store {
  let interrupts = true;
  return {
    ...store,
    async commit(changes, options) {
      if (interrupts) {
        interrupts = false;
        await between();
      }
      return store.commit(changes, options);
    },
  };
}
