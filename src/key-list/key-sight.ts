import type { Access } from '../access/access.ts';
import type { Caller } from '../access/caller.ts';
import type { ApiKey } from '../api-keys/api-key.ts';
import { KEY_KINDS } from '../api-keys/key-kinds.ts';
import { withLivingOwner } from '../api-keys/owners.ts';
import { ACTIVITY } from '../audit/exchange-count.ts';
import type { Clock } from '../clock/clock.ts';
import { INGESTION_KEYS } from '../ingestion-keys/ingestion-key.ts';
import { keyViewerOf } from '../ingestion-keys/key-manager.ts';
import { RESOURCE_INSTANCES, type ResourceInstance } from '../resource-instances/resource-instance.ts';
import { resourceKeyOfApiKey } from '../resource-keys/resource-key-of.ts';
import type { Store } from '../store/store.ts';
import { isUser } from '../users/is-user.ts';
import { type KeyUse, keyStateOf, type ListedKey } from './listed-key.ts';
import { ownerNamesIn } from './owner-names.ts';

/** What is looked at. */
export interface KeySightParts {
  readonly store: Store;
  readonly access: Access;
  readonly clock: Clock;
  /** @returns how often a key of an instance was used; `undefined`: never, as far as is written */
  readonly useOfInstanceKey: (id: string) => Promise<KeyUse | undefined>;
}

/**
 * @returns those of the keys that the caller may see, in their order: of each kind who may see its keys where they are managed.
 *   Left out are also those that have gone with what they belong to, before the background job reaches them
 */
export type KeySight = (caller: Caller, apiKeys: readonly ApiKey[]) => Promise<readonly ListedKey[]>;

/** @returns the sight of the keys in `store` */
export function keySightIn(parts: KeySightParts): KeySight {
  const { store, clock } = parts;
  return async (caller, apiKeys) => {
    const own = apiKeys.filter(({ accountId }) => accountId === caller.accountId);
    const living = new Set(await withLivingOwner(store, own.filter(isOfNoInstance)));
    const eyes = eyesOf(parts, caller);
    const nameOf = ownerNamesIn(parts, caller);
    const seen = own.map(async (apiKey): Promise<readonly ListedKey[]> => {
      const gone = isOfNoInstance(apiKey) && !living.has(apiKey);
      const place = gone ? undefined : await eyes[KEY_KINDS[apiKey.kind].of](apiKey);
      if (place === undefined) return [];
      const { instance, resourceKeyId } = place;
      const owner = { iamId: apiKey.iamId, ...(await nameOf(apiKey.iamId, instance)) };
      const use = await useOf(parts, apiKey);
      return [{ apiKey, owner, state: keyStateOf(apiKey, clock.now()), instance, resourceKeyId, use }];
    });
    return (await Promise.all(seen)).flat();
  };
}

/** Where a key belongs. */
type Place = Pick<ListedKey, 'instance' | 'resourceKeyId'>;

/** By whom a kind of key belongs to: where a key belongs, if the caller may see it; for one call, in which it may be asked often. */
type Eyes = Readonly<
  Record<(typeof KEY_KINDS)[keyof typeof KEY_KINDS]['of'], (apiKey: ApiKey) => Promise<Place | undefined>>
>;

const NOWHERE: Place = { instance: undefined, resourceKeyId: undefined };

function eyesOf({ store, access, clock }: KeySightParts, caller: Caller): Eyes {
  const allows = access.allowsOften(caller);
  const maySeeKeysOf = keyViewerOf(access, caller);
  const instances = new Map<string, Promise<ResourceInstance | undefined>>();
  const visibleInstance = (id: string): Promise<ResourceInstance | undefined> => {
    const reading = instances.get(id) ?? look(id);
    instances.set(id, reading);
    return reading;
  };
  const look = async (id: string): Promise<ResourceInstance | undefined> => {
    const instance = await store.read(RESOURCE_INSTANCES).get(id);
    return instance !== undefined && (await maySeeKeysOf(instance)) ? instance : undefined;
  };

  return {
    async identity({ id, iamId, accountId }) {
      const target = { accountId, service: 'iam-identity', resourceType: 'apikey', resource: id, ownerIamId: iamId };
      if (!(await allows('iam-identity.apikey.list', target))) return undefined;
      // Users have none: a resource key acts as a service ID.
      const resourceKey = isUser(iamId) ? undefined : await resourceKeyOfApiKey(store, id);
      return { ...NOWHERE, resourceKeyId: resourceKey?.id };
    },
    async instance({ id }) {
      const row = await store.read(INGESTION_KEYS).get(id);
      if (row === undefined || row.endsAt <= clock.now()) return undefined;
      const instance = await visibleInstance(row.instanceId);
      return instance && { instance, resourceKeyId: row.resourceKeyId };
    },
    async tenant({ id, accountId }) {
      const target = { accountId, service: 'iam-identity', resourceType: 'tenantkey', resource: id };
      return (await allows('iam-identity.tenantkey.list', target)) ? NOWHERE : undefined;
    },
  };
}

async function useOf({ store, useOfInstanceKey }: KeySightParts, apiKey: ApiKey): Promise<KeyUse | undefined> {
  if (!isOfNoInstance(apiKey)) return useOfInstanceKey(apiKey.id);
  const activity = await store.read(ACTIVITY).get(apiKey.id);
  return activity && { count: activity.authnCount, lastAt: activity.lastAuthnAt };
}

const isOfNoInstance = ({ kind }: ApiKey): boolean => KEY_KINDS[kind].of !== 'instance';
