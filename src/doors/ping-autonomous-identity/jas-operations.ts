import { z } from 'zod';
import type { Operation } from '../../http/openapi.ts';
import { failureAnswers } from './failure-answers.ts';
import { HITS } from './jas-hit.ts';
import { SOURCE_SEARCH } from './jas-query.ts';

/** The one path that is served of the Java API service, as the route declares it. */
export const JAS_PATHS = { search: '/jas/datasource/search' } as const;

/** Everything of it. */
export const JAS_PREFIX = '/jas';

const HEADERS = z.object({
  'x-tenant-id': z.uuid().optional().describe("The tenant's id; beside an API token it is required."),
});

/** Its row. */
export const JAS_OPERATIONS: readonly Operation[] = [
  {
    tags: ['Autonomous Identity'],
    security: ['bearer', 'barekey', 'programkey'],
    method: 'POST',
    path: JAS_PATHS.search,
    operationId: 'searchTenantDataSources',
    requires: { action: 'iam-identity.datasource.list', of: 'the account of the token' },
    summary: 'Search the data sources of the tenant',
    description: 'With an API token as `Authorization` without a scheme, or as `X-API-KEY`; or with a bearer token.',
    parameters: { headers: HEADERS },
    body: { schema: SOURCE_SEARCH },
    answers: { 200: { description: 'What was found.', schema: HITS }, ...failureAnswers(413, 415, 429) },
  },
];
