import { API_KEYS } from '../api-keys/api-key.ts';
import { planRemoval } from '../ingestion-keys/end-ingestion-keys.ts';
import { type HeldIngestionKey, keysOfResourceKey } from '../ingestion-keys/held-ingestion-key.ts';
import { POLICIES } from '../policies/policy.ts';
import type { ResourceInstance } from '../resource-instances/resource-instance.ts';
import { cutOff } from '../revocations/revocation.ts';
import { SERVICE_IDS } from '../service-ids/service-id.ts';
import { type Change, remove, replace } from '../store/changes.ts';
import { nextEntityTag } from '../store/entity-tag.ts';
import type { Store } from '../store/store.ts';
import { identitySubject, keySubject } from '../token-format/revocation-subjects.ts';
import { type Doing, RECORDS } from './made-parts.ts';
import { RESOURCE_KEYS, type ResourceKey } from './resource-key.ts';

/** A key, its instance, and who removes it. */
export interface KeyRemoval {
  readonly store: Store;
  readonly key: ResourceKey;
  readonly instance: ResourceInstance;
  readonly doing: Doing;
  /** The instance goes with all its keys, so nobody else goes on using the policy. */
  readonly withInstance?: boolean;
}

/**
 * Plans the end of everything that was made with a key, for one commit, from which on its tokens are refused. Whatever somebody
 * has changed or removed by hand meanwhile, even locked, is no obstacle: what was made with a key can always be taken back with it.
 */
export async function planKeyRemoval(removal: KeyRemoval): Promise<readonly Change[]> {
  const { key, instance, doing } = removal;
  const { caller, now } = doing;
  const after: ResourceKey = {
    ...{ ...key, entityTag: nextEntityTag(key.entityTag), state: 'removed', modifiedAt: now, deletedAt: now },
    ...(caller !== undefined && { modifiedBy: caller.iamId, deletedBy: caller.iamId }),
  };
  const lines = await fewIngestionKeys(removal);
  return [
    ...[
      replace(RESOURCE_KEYS, after, key.entityTag),
      RECORDS.key(doing, instance, { verb: 'delete', before: key, after }),
    ],
    ...(await apiKeyRemoval(removal)),
    ...(await serviceIdRemoval(removal)),
    ...(await policyRemoval(removal)),
    ...planRemoval(instance, lines, { caller, at: now }),
  ];
}

/** How many of them go in the commit with the rest; there are more only of a key that was rotated again and again. */
const MOST_INGESTION_KEYS = 40;

/** @returns its ingestion keys, after those that are too many for one commit were removed */
async function fewIngestionKeys({ store, key, instance, doing }: KeyRemoval): Promise<readonly HeldIngestionKey[]> {
  const { caller, now: at } = doing;
  for (;;) {
    const lines = await keysOfResourceKey(store, key.id);
    if (lines.length <= MOST_INGESTION_KEYS) return lines;
    await store.commit(planRemoval(instance, lines.slice(0, MOST_INGESTION_KEYS), { caller, at }));
  }
}

async function apiKeyRemoval({ store, key, doing }: KeyRemoval): Promise<readonly Change[]> {
  const apiKey = await store.read(API_KEYS).get(key.apiKeyId);
  if (apiKey === undefined) return [];
  return [
    remove(API_KEYS, apiKey),
    cutOff(keySubject(apiKey.id), apiKey.generation + 1, apiKey.accountId, doing.now),
    RECORDS.apiKey(doing, { verb: 'delete', before: apiKey }),
  ];
}

/** A tombstone, as of every service ID: other keys of it, made by hand, are dead with it and go in the background. */
async function serviceIdRemoval({ store, key, doing }: KeyRemoval): Promise<readonly Change[]> {
  const before = key.madeServiceId ? await store.read(SERVICE_IDS).get(key.serviceId) : undefined;
  if (before === undefined || before.state === 'deleted') return [];
  const generation = before.generation + 1;
  const entityTag = nextEntityTag(before.entityTag);
  const after = { ...before, entityTag, state: 'deleted' as const, generation, modifiedAt: doing.now };
  return [
    replace(SERVICE_IDS, after, before.entityTag),
    cutOff(identitySubject(before.iamId), generation, before.accountId, doing.now),
    RECORDS.serviceId(doing, { verb: 'delete', before, after }),
  ];
}

/** The row goes: a deleted policy that can be restored would give the rights back without the key. */
async function policyRemoval({ store, key, instance, doing, withInstance }: KeyRemoval): Promise<readonly Change[]> {
  const { policyId } = key;
  const policy = policyId === undefined || !key.madePolicy ? undefined : await store.read(POLICIES).get(policyId);
  if (policy === undefined) return [];
  const heir = withInstance === true ? undefined : await otherUser(store, key, instance);
  if (heir === undefined) return [remove(POLICIES, policy), RECORDS.policy(doing, { verb: 'delete', before: policy })];
  // Another key for the same service ID and role needs it still, and takes it along in the end.
  const after = { ...heir, entityTag: nextEntityTag(heir.entityTag), madePolicy: true };
  return [replace(RESOURCE_KEYS, after, heir.entityTag)];
}

/** @returns another key of the instance that stands on the same policy; only keys of existing service IDs do */
async function otherUser(store: Store, key: ResourceKey, { id }: ResourceInstance): Promise<ResourceKey | undefined> {
  if (key.madeServiceId) return undefined;
  const request = { equals: [id, 'active'], limit: MOST_KEYS_OF_INSTANCE };
  const { rows } = await store.read(RESOURCE_KEYS).page('byInstance', request);
  return rows.find(({ id: other, policyId }) => other !== key.id && policyId === key.policyId);
}

/** How many keys and bindings an instance may have, so that its deletion takes bounded time. */
export const MOST_KEYS_OF_INSTANCE = 1_000;
