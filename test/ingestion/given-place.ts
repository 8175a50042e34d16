import { randomBytes, randomUUID } from 'node:crypto';
import { API_KEYS, type ApiKey } from '../../src/api-keys/api-key.ts';
import type { ApiKeyMakerParts } from '../../src/api-keys/new-api-key.ts';
import { newApiKey } from '../../src/api-keys/new-api-key.ts';
import {
  instanceCrn,
  RESOURCE_INSTANCES,
  type ResourceInstance,
} from '../../src/resource-instances/resource-instance.ts';
import { insert } from '../../src/store/changes.ts';
import { firstEntityTag } from '../../src/store/entity-tag.ts';
import type { Store } from '../../src/store/store.ts';

/** An instance, an ingestion key of it, and the key's secret. */
export interface GivenPlace {
  readonly instance: ResourceInstance;
  readonly apiKey: ApiKey;
  readonly secret: string;
}

/** Puts an instance and an ingestion key of it into the store, as it would be after whatever has happened to them. */
export async function givenPlace(
  store: Store,
  maker: ApiKeyMakerParts,
  chosen: { readonly accountId: string; readonly instance?: Partial<ResourceInstance>; readonly key?: Partial<ApiKey> },
): Promise<GivenPlace> {
  const { accountId } = chosen;
  const instance: ResourceInstance = { ...newInstance(accountId), ...chosen.instance };
  const secret = randomBytes(16).toString('hex');
  const owner = { name: 'a key', accountId, iamId: `crn-${instanceCrn(instance)}` };
  const issued = newApiKey(maker, owner, 'IBMid-1', 1_800_000_000_000);
  const digest = maker.digests.digest(secret);
  const apiKey: ApiKey = { ...issued.apiKey, kind: 'ingestion', digest, ...chosen.key };
  await store.commit([insert(RESOURCE_INSTANCES, instance), insert(API_KEYS, apiKey)]);
  return { instance, apiKey, secret };
}

function newInstance(accountId: string): ResourceInstance {
  const at = 1_800_000_000_000;
  return {
    id: randomUUID(),
    entityTag: firstEntityTag(),
    accountId,
    service: 'logdna',
    planId: '4d8c1a52-6f0e-4c6b-9a10-2f3f7d1f9b77',
    region: 'us-south',
    resourceGroupId: randomBytes(16).toString('hex'),
    name: 'our lines',
    ...{ state: 'active', gone: false, locked: false, allowCleanup: false, onetimeCredentials: false },
    parameters: {},
    tags: [],
    lastOperation: { type: 'create', state: 'succeeded', at },
    planHistory: [],
    ...{ createdAt: at, createdBy: 'IBMid-1', modifiedAt: at, modifiedBy: 'IBMid-1' },
  };
}
