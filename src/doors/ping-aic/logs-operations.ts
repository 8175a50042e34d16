import { z } from 'zod';
import type { Operation } from '../../http/openapi.ts';
import { LOG_SOURCES } from './event-sources.ts';
import { failureAnswers } from './failure-answers.ts';
import { LOGS_PARAMETERS, PRETTY_PRINT, TAIL_PARAMETERS } from './logs-parameters.ts';
import { pageOf } from './result-page.ts';

/** The paths of logs, as the routes declare them; the other leads to the logs. */
export const LOGS_PATHS = {
  sources: '/monitoring/logs/sources',
  logs: '/monitoring/logs',
  tail: '/monitoring/logs/tail',
  other: '/logs',
} as const;

const LOG_EVENT = z
  .object({
    payload: z
      .record(z.string(), z.unknown())
      .describe('By source; `transactionId`, `eventName`, `topic` and more in all.'),
    timestamp: z.string().describe('RFC 3339, in nanoseconds; events are ordered by it.'),
    type: z.literal('application/json'),
    source: z.enum(LOG_SOURCES),
  })
  .meta({ id: 'AdvancedIdentityLogEvent' });

const COMMON = { method: 'GET', tags: ['Logs of an account'] } as const;
const WITH_KEY = { ...COMMON, security: ['logkey', 'basic'], requires: 'a log API key' } as const;

/** The rows of logs. */
export const LOGS_OPERATIONS: readonly Operation[] = [
  {
    ...WITH_KEY,
    path: LOGS_PATHS.sources,
    operationId: 'listLogSources',
    summary: 'List the sources of the log',
    parameters: { query: PRETTY_PRINT },
    answers: { 200: { description: 'All sources.', schema: pageOf(z.enum(LOG_SOURCES)) }, ...failureAnswers(429) },
  },
  {
    ...WITH_KEY,
    path: LOGS_PATHS.logs,
    operationId: 'readLogs',
    summary: 'Read a range of the log of the account',
    description:
      "At most 24 hours. The key's identity needs `iam-identity.log.read`. The oldest first, page by page, each event once.",
    parameters: { query: LOGS_PARAMETERS },
    answers: { 200: { description: 'One page of events.', schema: pageOf(LOG_EVENT) }, ...failureAnswers(403, 429) },
  },
  {
    ...WITH_KEY,
    path: LOGS_PATHS.tail,
    operationId: 'followLogs',
    summary: 'Follow the log of the account',
    description: 'Begins 15 seconds ago. There is always a cookie: with it comes what is new since, each event once.',
    parameters: { query: TAIL_PARAMETERS },
    answers: { 200: { description: 'One page of events.', schema: pageOf(LOG_EVENT) }, ...failureAnswers(403, 429) },
  },
  {
    ...COMMON,
    path: LOGS_PATHS.other,
    operationId: 'findLogs',
    security: [],
    requires: 'nothing',
    summary: 'Lead to the log',
    answers: { 302: { description: 'To `/monitoring/logs`, with the same parameters.' } },
  },
];
