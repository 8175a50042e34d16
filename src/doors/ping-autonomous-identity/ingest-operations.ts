import { z } from 'zod';
import type { Operation } from '../../http/openapi.ts';
import { failureAnswers } from './failure-answers.ts';
import { SOURCES } from './jas-hit.ts';

/** The paths of ingestion that are served, as the routes declare them. */
export const INGEST_PATHS = { dataSources: '/api/ingest/datasources', mappings: '/api/ingest/mappings' } as const;

/** Everything else that takes API tokens beside `/jas`, of which nothing is served. */
export const PROGRAM_PREFIXES: readonly string[] = [
  '/api/ingest',
  '/api/assignments',
  '/api/datasink',
  '/api/roles',
  '/api/userDetails',
];

const NAMES = z.array(z.string().max(200)).max(100);

/** The body that says which data sources are wanted: what is absent is not asked about. */
export const SOURCE_FILTER = z
  .strictObject({
    datasourceId: z.string().max(100).optional(),
    name: z.string().max(500).optional(),
    isActive: z.boolean().optional(),
    connectionTypes: NAMES.optional().describe('Any of them.'),
    entityTypes: NAMES.optional().describe('Any of them.'),
  })
  .meta({ id: 'TenantDataSourceFilter' });

/** The body that says which mappings are wanted; there are none. */
export const MAPPING_FILTER = z.object({}).meta({ id: 'TenantMappingFilter' });

const COMMON = {
  tags: ['Autonomous Identity'],
  security: ['bearer', 'programkey', 'barekey'],
  parameters: { headers: z.object({ 'x-tenant-id': z.uuid().optional().describe("The tenant's id.") }) },
} as const;
const LISTING = { action: 'iam-identity.datasource.list', of: 'the account of the token' } as const;
const WHO = 'With an API token as `X-API-KEY`, or with a bearer token.';

const FOUND = { 200: { description: 'The data sources.', schema: SOURCES }, ...failureAnswers(413, 415, 429) };
const NO_MAPPINGS = {
  200: { description: 'An empty list.', schema: z.array(z.unknown()).max(0) },
  ...failureAnswers(413, 415, 429),
};

/** Their rows. Examples of this system send the filter as the body of a GET, which OpenAPI has no place for. */
export const INGEST_OPERATIONS: readonly Operation[] = [
  {
    ...COMMON,
    method: 'GET',
    path: INGEST_PATHS.dataSources,
    operationId: 'listTenantDataSources',
    requires: LISTING,
    summary: 'List the data sources of the tenant',
    description: `${WHO} The same filter may be sent as for a POST.`,
    answers: FOUND,
  },
  {
    ...COMMON,
    method: 'POST',
    path: INGEST_PATHS.dataSources,
    operationId: 'filterTenantDataSources',
    requires: LISTING,
    summary: 'List some of the data sources of the tenant',
    description: WHO,
    body: { schema: SOURCE_FILTER, required: false },
    answers: FOUND,
  },
  {
    ...COMMON,
    method: 'GET',
    path: INGEST_PATHS.mappings,
    operationId: 'listTenantMappings',
    requires: 'a token',
    summary: 'List mappings, of which there are none',
    description: WHO,
    answers: NO_MAPPINGS,
  },
  {
    ...COMMON,
    method: 'POST',
    path: INGEST_PATHS.mappings,
    operationId: 'filterTenantMappings',
    requires: 'a token',
    summary: 'List some mappings, of which there are none',
    description: WHO,
    body: { schema: MAPPING_FILTER, required: false },
    answers: NO_MAPPINGS,
  },
];
