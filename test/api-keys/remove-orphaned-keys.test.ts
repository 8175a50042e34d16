import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { API_KEYS, type ApiKey } from '../../src/api-keys/api-key.ts';
import { removeOrphanedKeys } from '../../src/api-keys/remove-orphaned-keys.ts';
import { newServiceId } from '../../src/service-ids/new-service-id.ts';
import { SERVICE_IDS, type ServiceId } from '../../src/service-ids/service-id.ts';
import { insert } from '../../src/store/changes.ts';
import { firstEntityTag } from '../../src/store/entity-tag.ts';
import type { Lease, Store } from '../../src/store/store.ts';
import { LeaseLost } from '../../src/store/store-errors.ts';
import { openSqliteStore } from '../../src/store-sqlite/open-sqlite-store.ts';

const NOW = 1_800_000_000_000;

describe('removeOrphanedKeys', () => {
  let store: Store;
  let lease: Lease;
  let clean: () => Promise<void>;

  beforeEach(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'latchkey-'));
    const file = join(folder, 'store.sqlite');
    store = await openSqliteStore({ file, clock: { now: () => NOW }, collections: [API_KEYS, SERVICE_IDS] });
    lease = await leaseOf(store);
    clean = async () => {
      await store.close();
      await rm(folder, { recursive: true });
    };
  });
  afterEach(() => clean());

  const keysOf = ({ accountId, iamId }: ServiceId): Promise<number> =>
    store.read(API_KEYS).count('ofIdentityByCreation', [accountId, iamId], 10_000);

  it('given a removed service ID with 300 keys and a living one, when it runs once, then only what is removed goes', async () => {
    const removed = await givenOwner(store, 'deleted', 300);
    const living = await givenOwner(store, 'active', 3);

    await removeOrphanedKeys(store, lease);

    expect([await keysOf(removed), await keysOf(living)]).toEqual([0, 3]);
    expect(await store.read(SERVICE_IDS).get(removed.id)).toBeUndefined();
    expect(await store.read(SERVICE_IDS).get(living.id)).toMatchObject({ state: 'active' });
  });

  /** One run must not hold the lease, and with it all other background work, for as long as an owner is large. */
  it('given more keys than one run removes, when it runs again and again, then each run is bounded and the tombstone goes last', async () => {
    const removed = await givenOwner(store, 'deleted', 2_300);

    await removeOrphanedKeys(store, lease);
    const leftAfterOne = await keysOf(removed);
    const tombstone = await store.read(SERVICE_IDS).get(removed.id);
    await removeOrphanedKeys(store, lease);

    expect([leftAfterOne, tombstone?.state]).toEqual([300, 'deleted']);
    expect([await keysOf(removed), await store.read(SERVICE_IDS).get(removed.id)]).toEqual([0, undefined]);
  });

  /** A holder that was paused and is no longer the one must not write (fencing). */
  it('given a lease that went to another, when the old holder runs, then it is refused and nothing is removed', async () => {
    const removed = await givenOwner(store, 'deleted', 5);
    await lease.release();
    await leaseOf(store);

    await expect(removeOrphanedKeys(store, lease)).rejects.toBeInstanceOf(LeaseLost);

    expect(await keysOf(removed)).toBe(5);
  });

  it('given nothing to remove, when it runs, then it does nothing', async () => {
    await expect(removeOrphanedKeys(store, lease)).resolves.toBeUndefined();
  });
});

async function leaseOf(store: Store): Promise<Lease> {
  const lease = await store.lease('background-work', 60_000);
  if (lease === undefined) throw new Error('the lease is held');
  return lease;
}

async function givenOwner(store: Store, state: ServiceId['state'], keys: number): Promise<ServiceId> {
  const chosen = { accountId: 'a'.repeat(32), name: 'builder' };
  const owner: ServiceId = { ...newServiceId(chosen, 'IBMid-1', NOW), state };
  await store.commit([insert(SERVICE_IDS, owner)]);
  const rows = Array.from({ length: keys }, (_, number) => keyOf(owner, number));
  for (let start = 0; start < keys; start += 200) {
    await store.commit(rows.slice(start, start + 200).map((key) => insert(API_KEYS, key)));
  }
  return owner;
}

function keyOf({ accountId, iamId, id }: ServiceId, number: number): ApiKey {
  return {
    ...{ id: `ApiKey-${id}-${number}`, entityTag: firstEntityTag(), kind: 'platform', accountId, iamId, name: 'a key' },
    ...{ description: '', digest: `p1:${id}-${number}`, pepperId: 'p1', disabled: false, locked: number % 2 === 0 },
    ...{ supportSessions: false, actionWhenLeaked: 'disable', generation: 1, createdBy: 'IBMid-1' },
    ...{ createdAt: NOW + number, modifiedAt: NOW + number, purgeAt: Number.MAX_SAFE_INTEGER },
  };
}
