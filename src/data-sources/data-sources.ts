import type { Access, Target } from '../access/access.ts';
import type { Caller } from '../access/caller.ts';
import { roomInAccount } from '../accounts/room-in-account.ts';
import { audited } from '../audit/audit-event.ts';
import type { Clock } from '../clock/clock.ts';
import { AccessDenied, NotFound } from '../problems/entity-problems.ts';
import { changeEntity } from '../store/change-entity.ts';
import { type Insert, insert, remove } from '../store/changes.ts';
import type { IndexValue } from '../store/collection.ts';
import { type Listing, readListing } from '../store/listing.ts';
import type { Store } from '../store/store.ts';
import { untilUndisturbed } from '../store/until-undisturbed.ts';
import {
  auditedDataSource,
  changedDataSource,
  DATA_SOURCES,
  type DataSource,
  type DataSourceChange,
  dataSourceCrn,
  MOST_DATA_SOURCES,
  type NewDataSource,
  newDataSource,
} from './data-source.ts';
import type { RecentDataSources } from './recent-data-sources.ts';

/** One page of the data sources of the caller's account, the oldest first. */
export interface DataSourceListRequest {
  readonly after?: readonly IndexValue[] | undefined;
  readonly limit: number;
}

/** Which data sources are looked for. */
export interface DataSourceSearch {
  /** Default: every one. */
  readonly matches?: ((source: DataSource) => boolean) | undefined;
  readonly order: Parameters<RecentDataSources['allOf']>[1];
  readonly descending: boolean;
  /** How many are passed over first. */
  readonly skip: number;
  readonly limit: number;
}

/** What was found. */
export interface FoundDataSources {
  readonly rows: readonly DataSource[];
  /** How many there are in all. */
  readonly total: number;
}

/**
 * Data sources, of the caller's own account. Every function: @throws AccessDenied, and those that take an id NotFound (missing, or
 * another account's).
 */
export interface DataSources {
  /** @throws LimitReached */
  create(caller: Caller, chosen: NewDataSource): Promise<DataSource>;
  get(caller: Caller, id: string): Promise<DataSource>;
  list(caller: Caller, request: DataSourceListRequest): Promise<Listing<DataSource>>;
  /** For callers who were just proven: their right, and what is found, may be a second old, and cost no call of the store. */
  search(caller: Caller, wanted: DataSourceSearch): Promise<FoundDataSources>;
  update(caller: Caller, id: string, change: DataSourceChange): Promise<DataSource>;
  remove(caller: Caller, id: string): Promise<void>;
}

/** What the data sources stand on. */
export interface DataSourcesParts {
  readonly store: Store;
  readonly access: Access;
  readonly clock: Clock;
  /** What searches look through. */
  readonly recent: () => Promise<Pick<RecentDataSources, 'allOf'>>;
}

/** @returns the data sources in `store` */
export function dataSourcesIn({ store, access, clock, recent }: DataSourcesParts): DataSources {
  const reader = store.read(DATA_SOURCES);

  const existing = async (caller: Caller, id: string, verb: Verb): Promise<DataSource> => {
    // First: who has no right learns of no data source.
    await access.require(caller, actionOf(verb), targetOf(caller, id));
    const source = await reader.get(id);
    if (source?.accountId !== caller.accountId) throw new NotFound('The data source could not be found.');
    return source;
  };

  const record = (
    caller: Caller,
    verb: Verb,
    before: DataSource | undefined,
    after: DataSource | undefined,
  ): Insert => {
    const { accountId, id } = after ?? before ?? { accountId: caller.accountId, id: '' };
    const states = { before: before && auditedDataSource(before), after: after && auditedDataSource(after) };
    const target = dataSourceCrn({ accountId, id });
    return audited(caller, { at: clock.now(), action: actionOf(verb), accountId, target, targetId: id, ...states });
  };

  return {
    create: (caller, chosen) =>
      untilUndisturbed(async () => {
        const { accountId } = caller;
        await access.require(caller, actionOf('create'), targetOf(caller));
        const room = await roomInAccount(store, accountId, {
          ...{ most: MOST_DATA_SOURCES, things: 'data sources' },
          count: () => reader.count('byCreation', [accountId], MOST_DATA_SOURCES),
        });
        const source = newDataSource(chosen, accountId, caller.iamId, clock.now());
        await store.commit([room, insert(DATA_SOURCES, source), record(caller, 'create', undefined, source)]);
        return source;
      }),

    get: (caller, id) => existing(caller, id, 'get'),

    async list(caller, page) {
      await access.require(caller, actionOf('list'), targetOf(caller));
      const request = { ...page, equals: [caller.accountId] };
      return readListing({ reader, collection: DATA_SOURCES, index: 'byCreation', request });
    },

    async search(caller, { matches, order, descending, skip, limit }) {
      if (!(await access.allowsLately(caller, actionOf('list'), targetOf(caller)))) {
        throw new AccessDenied('You are not authorized to perform this action.');
      }
      const ascending = await (await recent()).allOf(caller.accountId, order);
      const rows = descending ? ascending.toReversed() : ascending;
      const found = matches === undefined ? rows : rows.filter(matches);
      return { rows: found.slice(skip, skip + limit), total: found.length };
    },

    update: (caller, id, change) =>
      changeEntity({
        ...{ store, collection: DATA_SOURCES, ifMatch: '*' },
        read: () => existing(caller, id, 'update'),
        next: (before) => ({ ...changedDataSource(before, change), modifiedAt: clock.now() }),
        also: (before, after) => [record(caller, 'update', before, after)],
      }),

    remove: (caller, id) =>
      untilUndisturbed(async () => {
        const source = await existing(caller, id, 'delete');
        await store.commit([remove(DATA_SOURCES, source), record(caller, 'delete', source, undefined)]);
      }),
  };
}

/** What can be done with data sources, each a right of its own. */
type Verb = 'create' | 'get' | 'list' | 'update' | 'delete';

const SERVICE = 'iam-identity';
const actionOf = (verb: Verb): string => `${SERVICE}.datasource.${verb}`;

const targetOf = ({ accountId }: Caller, resource?: string): Target => ({
  ...{ accountId, service: SERVICE, resourceType: 'datasource' },
  ...(resource !== undefined && { resource }),
});
