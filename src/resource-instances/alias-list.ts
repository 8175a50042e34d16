import type { Caller } from '../access/caller.ts';
import type { IndexValue } from '../store/collection.ts';
import { readListing } from '../store/listing.ts';
import type { Page, Store } from '../store/store.ts';
import type { ExistingAliasParts } from './existing-alias.ts';
import { aliasTarget, RESOURCE_ALIASES, type ResourceAlias } from './resource-alias.ts';

/** One page of the aliases of the caller's account that are not deleted; absent: whatever it is. */
export interface AliasListRequest {
  readonly id?: string | undefined;
  /** Only those of exactly this name. */
  readonly name?: string | undefined;
  readonly instanceId?: string | undefined;
  readonly service?: string | undefined;
  readonly resourceGroupId?: string | undefined;
  /** Only those last changed at this instant or later. */
  readonly modifiedFrom?: number | undefined;
  /** Only those last changed at this instant or earlier. */
  readonly modifiedTo?: number | undefined;
  readonly after?: readonly IndexValue[] | undefined;
  readonly limit: number;
}

/** Reads one page; of what the caller may not retrieve nothing is told, so a page may be short, even empty, and have a `next`. */
export async function listAliases(
  { store, access }: ExistingAliasParts,
  caller: Caller,
  request: AliasListRequest,
): Promise<Page<ResourceAlias>> {
  const allows = access.allowsOften(caller);
  const { rows, next } = await matchingRows(store, caller.accountId, request);
  const shown: ResourceAlias[] = [];
  for (const row of rows) {
    if (await allows('resource-controller.alias.retrieve', aliasTarget(row))) shown.push(row);
  }
  return { rows: shown, next };
}

async function matchingRows(store: Store, accountId: string, request: AliasListRequest): Promise<Page<ResourceAlias>> {
  const { id, name, instanceId, after, limit } = request;
  const reader = store.read(RESOURCE_ALIASES);
  const matches = (row: ResourceAlias): boolean => row.accountId === accountId && isAskedFor(row, request);
  if (id !== undefined) {
    const found = await reader.get(id);
    return { rows: found?.gone === false && matches(found) ? [found] : [], next: undefined };
  }
  const common = { reader, collection: RESOURCE_ALIASES, matches };
  if (instanceId !== undefined) {
    return readListing({ ...common, index: 'byInstance', request: { equals: [instanceId, false], after, limit } });
  }
  if (name !== undefined) {
    return readListing({ ...common, index: 'byName', request: { equals: [accountId, false, name], after, limit } });
  }
  return readListing({ ...common, index: 'byCreation', request: { equals: [accountId, false], after, limit } });
}

function isAskedFor(row: ResourceAlias, asked: AliasListRequest): boolean {
  const { modifiedFrom = 0, modifiedTo = Number.MAX_SAFE_INTEGER } = asked;
  return (
    isOrAbsent(asked.name, row.name) &&
    isOrAbsent(asked.instanceId, row.instanceId) &&
    isOrAbsent(asked.service, row.service) &&
    isOrAbsent(asked.resourceGroupId, row.resourceGroupId) &&
    row.modifiedAt >= modifiedFrom &&
    row.modifiedAt <= modifiedTo
  );
}

const isOrAbsent = (wanted: string | undefined, value: string): boolean => wanted === undefined || wanted === value;
