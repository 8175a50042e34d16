import type { Access } from '../access/access.ts';
import type { Caller } from '../access/caller.ts';
import { RESOURCE_INSTANCES, type ResourceInstance } from '../resource-instances/resource-instance.ts';
import type { IndexValue } from '../store/collection.ts';
import { readListing } from '../store/listing.ts';
import type { Page, Store } from '../store/store.ts';
import { retrieverOf } from './key-rights.ts';
import { type CredentialKind, RESOURCE_KEYS, type ResourceKey } from './resource-key.ts';

/** One page of the keys of the caller's account that are not removed, in the order of an index that follows from what is asked for. */
export interface KeyListRequest {
  readonly kind: CredentialKind;
  readonly id?: string | undefined;
  /** Only those of exactly this name. */
  readonly name?: string | undefined;
  /** Only those of this instance or alias. */
  readonly sourceId?: string | undefined;
  readonly resourceGroupId?: string | undefined;
  /** Only those to instances of this service. */
  readonly service?: string | undefined;
  /** Only those last changed at this instant or later. */
  readonly modifiedFrom?: number | undefined;
  /** Only those last changed at this instant or earlier. */
  readonly modifiedTo?: number | undefined;
  readonly after?: readonly IndexValue[] | undefined;
  readonly limit: number;
}

/** A key, and the instance to which it is one. */
export interface KnownKey {
  readonly key: ResourceKey;
  readonly instance: ResourceInstance;
}

/** Reads one page; of what the caller may not retrieve nothing is told, so a page may be short, even empty, and have a `next`. */
export async function listKeys(
  { store, access }: { readonly store: Store; readonly access: Access },
  caller: Caller,
  request: KeyListRequest,
): Promise<Page<KnownKey>> {
  const mayRetrieve = retrieverOf(access, caller);
  const { rows, next } = await matchingRows(store, caller.accountId, request);
  const ids = [...new Set(rows.map(({ instanceId }) => instanceId))];
  const read = await Promise.all(ids.map((id) => store.read(RESOURCE_INSTANCES).get(id)));
  const instances = new Map<string, ResourceInstance>();
  for (const instance of read) {
    if (instance === undefined || !(await mayRetrieve(instance))) continue;
    if (request.service === undefined || request.service === instance.service) instances.set(instance.id, instance);
  }
  const known = rows.flatMap((key): KnownKey[] => {
    const instance = instances.get(key.instanceId);
    return instance === undefined ? [] : [{ key, instance }];
  });
  return { rows: known, next };
}

async function matchingRows(store: Store, accountId: string, request: KeyListRequest): Promise<Page<ResourceKey>> {
  const reader = store.read(RESOURCE_KEYS);
  const { kind, id, name, sourceId, after, limit } = request;
  const matches = (row: ResourceKey): boolean => row.accountId === accountId && isAskedFor(row, request);
  if (id !== undefined) {
    const found = await reader.get(id);
    return { rows: found !== undefined && matches(found) ? [found] : [], next: undefined };
  }
  const common = { reader, collection: RESOURCE_KEYS, matches };
  if (sourceId !== undefined) {
    return readListing({ ...common, index: 'bySource', request: { equals: [sourceId, kind, 'active'], after, limit } });
  }
  const place = [accountId, kind, 'active'];
  return name === undefined
    ? readListing({ ...common, index: 'byCreation', request: { equals: place, after, limit } })
    : readListing({ ...common, index: 'byName', request: { equals: [...place, name], after, limit } });
}

function isAskedFor(row: ResourceKey, asked: KeyListRequest): boolean {
  const { modifiedFrom = 0, modifiedTo = Number.MAX_SAFE_INTEGER } = asked;
  return (
    row.kind === asked.kind &&
    row.state === 'active' &&
    isOrAbsent(asked.name, row.name) &&
    isOrAbsent(asked.sourceId, row.sourceId) &&
    isOrAbsent(asked.resourceGroupId, row.resourceGroupId) &&
    row.modifiedAt >= modifiedFrom &&
    row.modifiedAt <= modifiedTo
  );
}

const isOrAbsent = (wanted: string | undefined, value: string): boolean => wanted === undefined || wanted === value;
