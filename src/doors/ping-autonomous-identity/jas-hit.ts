import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { DataSource, PlainSettings } from '../../data-sources/data-source.ts';
import type { FoundDataSources } from '../../data-sources/data-sources.ts';
import type { ReadSearch } from './jas-query.ts';

const SOURCE = z
  .object({
    datasource_id: z.uuid(),
    name: z.string(),
    sync_type: z.enum(['full', 'incremental']),
    icon: z.string(),
    isActive: z.boolean(),
    entityTypes: z
      .record(z.string(), z.unknown())
      .describe('By `/autoid/system/datasources/<datasource_id>/<name of the kind of record>`.'),
    connectionSettings: z.record(z.string(), z.unknown()),
    metadata: z.object({
      contextId: z.string(),
      entityType: z.literal('/common/datasources'),
      primaryKey: z.uuid(),
      entityPath: z.string(),
      entityDefinition: z.literal('datasources'),
      namespace: z.literal('/common'),
      branch: z.literal('actual'),
      created: z.iso.datetime(),
      tenantId: z.uuid(),
    }),
  })
  .meta({ id: 'TenantDataSource' });

/** A list of data sources, as this system writes them. */
export const SOURCES = z.array(SOURCE);

/** One of them. */
export type SourceRepresentation = z.input<typeof SOURCE>;

/** The answer to a search. */
export const HITS = z
  .object({
    took: z.int().describe('Milliseconds.'),
    timed_out: z.literal(false),
    _shards: z.object({ total: z.int(), successful: z.int(), skipped: z.int(), failed: z.int() }),
    hits: z.object({
      total: z.object({ value: z.int(), relation: z.literal('eq') }),
      max_score: z.null(),
      hits: z.array(
        z.object({
          _index: z.string(),
          _type: z.literal('_doc'),
          _id: z.string(),
          _score: z.null(),
          _source: SOURCE,
          sort: z.array(z.string()).optional().describe('Where the search was sorted.'),
        }),
      ),
    }),
  })
  .meta({ id: 'DataSourceHits' });

/** The answer, as it is written. */
export type HitsRepresentation = z.input<typeof HITS>;

/** What was found for which tenant, and how long that took. */
export interface AnsweredSearch {
  readonly wanted: ReadSearch;
  readonly found: FoundDataSources;
  readonly tenantId: string;
  readonly milliseconds: number;
}

/** One part of a collection has them all. */
const SHARDS = { total: 1, successful: 1, skipped: 0, failed: 0 };

/** @returns the answer to a search */
export function hitsRepresentation({ wanted, found, tenantId, milliseconds }: AnsweredSearch): HitsRepresentation {
  return {
    took: Math.round(milliseconds),
    timed_out: false,
    _shards: SHARDS,
    hits: {
      total: { value: found.total, relation: 'eq' },
      max_score: null,
      hits: found.rows.map((source) => ({
        _index: `${tenantId}_common_datasources_latest`,
        _type: '_doc',
        _id: documentIdOf(source),
        _score: null,
        _source: sourceRepresentation(source, tenantId),
        ...(wanted.sorted && { sort: [wanted.order === 'name' ? source.name : source.id] }),
      })),
    },
  };
}

/** Stable, and as long as clients know it. */
const documentIdOf = ({ id }: DataSource): string => createHash('sha512').update(`datasource ${id}`).digest('hex');

/** @returns a data source, member by member */
export function sourceRepresentation(source: DataSource, tenantId: string): SourceRepresentation {
  const { id, name, syncType, icon, active, entityTypes, connectionSettings, createdAt } = source;
  return {
    ...{ datasource_id: id, name, sync_type: syncType, icon, isActive: active },
    entityTypes: withPaths(entityTypes, id),
    connectionSettings,
    metadata: {
      contextId: 'latchkey',
      entityType: '/common/datasources',
      primaryKey: id,
      entityPath: `/common/datasources/${id}`,
      entityDefinition: 'datasources',
      namespace: '/common',
      branch: 'actual',
      created: new Date(createdAt).toISOString(),
      tenantId,
    },
  };
}

const withPaths = (entityTypes: PlainSettings, id: string): PlainSettings =>
  Object.fromEntries(
    Object.entries(entityTypes).map(([name, value]) => [`/autoid/system/datasources/${id}/${name}`, value]),
  );
