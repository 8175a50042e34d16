import type { Operation } from '../../http/openapi.ts';
import { failureAnswers } from './failure-answers.ts';
import { INGEST_PATHS } from './ingest-routes.ts';
import { ALL_TAKEN, INGEST_QUERY, LINES_BODY, SOME_TAKEN } from './ingest-schemas.ts';

const COMMON = {
  method: 'POST',
  tags: ['Log lines'],
  security: ['basic', 'apikey'],
  requires: 'an ingestion key',
  parameters: { query: INGEST_QUERY },
  body: { schema: LINES_BODY },
  answers: {
    200: { description: 'All lines are taken, and durable.', schema: ALL_TAKEN },
    207: { description: 'Those marked 200 are taken, and durable; the others cannot be read.', schema: SOME_TAKEN },
    ...failureAnswers(413, 415),
  },
} as const;

/** The rows of the routes that take lines. */
export const INGEST_OPERATIONS: readonly Operation[] = [
  {
    ...COMMON,
    path: INGEST_PATHS.ingest,
    operationId: 'ingestLines',
    summary: 'Send log lines',
    description:
      'The key stands in Basic credentials, as the user name or the password, or in the header `apikey` or `ingestionkey`. The body may be compressed with gzip, and is 10 MiB at most, also inflated.',
  },
  {
    ...COMMON,
    path: INGEST_PATHS.agent,
    operationId: 'ingestAgentLines',
    summary: 'Send log lines, as some agents do',
    description: 'The same as `ingestLines`.',
  },
];
