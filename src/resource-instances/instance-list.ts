import type { Access } from '../access/access.ts';
import type { Caller } from '../access/caller.ts';
import type { IndexValue } from '../store/collection.ts';
import { readListing } from '../store/listing.ts';
import type { Page, Store } from '../store/store.ts';
import { type InstanceState, instanceTarget, RESOURCE_INSTANCES, type ResourceInstance } from './resource-instance.ts';

/** One page of the instances of the caller's account, in the order of an index that follows from what is asked for. */
export interface InstanceListRequest {
  readonly id?: string | undefined;
  /** Only those of exactly this name. */
  readonly name?: string | undefined;
  readonly resourceGroupId?: string | undefined;
  readonly service?: string | undefined;
  readonly planId?: string | undefined;
  /** Absent: those that are there to be used. */
  readonly state?: InstanceState | undefined;
  /** Only those last changed at this instant or later. */
  readonly modifiedFrom?: number | undefined;
  /** Only those last changed at this instant or earlier. */
  readonly modifiedTo?: number | undefined;
  readonly after?: readonly IndexValue[] | undefined;
  readonly limit: number;
}

/** Reads one page; of what the caller may not retrieve nothing is told, so a page may be short, even empty, and have a `next`. */
export async function listInstances(
  { store, access }: { readonly store: Store; readonly access: Access },
  caller: Caller,
  request: InstanceListRequest,
): Promise<Page<ResourceInstance>> {
  const mayRetrieve = retrieverOf(access, caller);
  const { rows, next } = await matchingRows(store, caller.accountId, request);
  const shown: ResourceInstance[] = [];
  for (const row of rows) {
    if (await mayRetrieve(row)) shown.push(row);
  }
  return { rows: shown, next };
}

/** @returns whether the caller may retrieve an instance; for one call, in which it may be asked often */
export function retrieverOf(access: Access, caller: Caller): (instance: ResourceInstance) => Promise<boolean> {
  const allows = access.allowsOften(caller);
  return (instance) => allows('resource-controller.instance.retrieve', instanceTarget(instance));
}

async function matchingRows(
  store: Store,
  accountId: string,
  request: InstanceListRequest,
): Promise<Page<ResourceInstance>> {
  const reader = store.read(RESOURCE_INSTANCES);
  const matches = (row: ResourceInstance): boolean => row.accountId === accountId && isAskedFor(row, request);
  if (request.id !== undefined) {
    const found = await reader.get(request.id);
    return { rows: found !== undefined && matches(found) ? [found] : [], next: undefined };
  }
  const { name, resourceGroupId, state, after, limit } = request;
  const place = [accountId, state === 'removed'] as const;
  const common = { reader, collection: RESOURCE_INSTANCES, matches };
  if (name !== undefined) {
    return readListing({ ...common, index: 'byName', request: { equals: [...place, name], after, limit } });
  }
  if (resourceGroupId !== undefined) {
    const equals = [...place, resourceGroupId];
    return readListing({ ...common, index: 'byGroup', request: { equals, after, limit } });
  }
  return readListing({ ...common, index: 'byCreation', request: { equals: place, after, limit } });
}

function isAskedFor(row: ResourceInstance, asked: InstanceListRequest): boolean {
  const { modifiedFrom = 0, modifiedTo = Number.MAX_SAFE_INTEGER } = asked;
  const isState =
    asked.state === undefined ? row.state === 'active' || row.state === 'provisioning' : row.state === asked.state;
  return (
    isState &&
    isOrAbsent(asked.name, row.name) &&
    isOrAbsent(asked.resourceGroupId, row.resourceGroupId) &&
    isOrAbsent(asked.service, row.service) &&
    isOrAbsent(asked.planId, row.planId) &&
    row.modifiedAt >= modifiedFrom &&
    row.modifiedAt <= modifiedTo
  );
}

const isOrAbsent = (wanted: string | undefined, value: string): boolean => wanted === undefined || wanted === value;
