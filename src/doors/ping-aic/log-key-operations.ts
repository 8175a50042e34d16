import { z } from 'zod';
import type { Operation } from '../../http/openapi.ts';
import { textUpTo } from '../../http/text-schemas.ts';
import { failureAnswers } from './failure-answers.ts';
import { pageOf } from './result-page.ts';

/** The paths of log API keys, as the routes declare them. */
export const LOG_KEY_PATHS = { all: '/keys', one: '/keys/:api_key_id' } as const;

const LONGEST_NAME = 255;

/** The query of `POST /keys`. */
export const NEW_LOG_KEY_PARAMETERS = z.object({ _action: z.literal('create') });

/** The body of `POST /keys`. */
export const NEW_LOG_KEY = z
  .object({ name: textUpTo(LONGEST_NAME).describe('Need not be unique.') })
  .meta({ id: 'NewLogKey' });

const LOG_KEY = z
  .object({
    name: z.string(),
    api_key_id: z.string().describe('32 lower-case hexadecimal digits; it is no secret.'),
    created_at: z.string().describe('RFC 3339, in nanoseconds.'),
  })
  .meta({ id: 'LogKey' });

const CREATED_LOG_KEY = LOG_KEY.extend({
  api_key_secret: z.string().describe('64 lower-case hexadecimal digits; it is shown here and nowhere else.'),
}).meta({ id: 'CreatedLogKey' });

/** A key, as it is written. */
export type LogKeyRepresentation = z.input<typeof LOG_KEY>;

/** The answer that has the secret. */
export type CreatedLogKeyRepresentation = z.input<typeof CREATED_LOG_KEY>;

const ONE = z.object({ api_key_id: z.string() });
const COMMON = { tags: ['Log API keys'], security: ['bearer'] } as const;
const WHO = 'For administrators of the account: its owner, and who has the role Administrator of `iam-identity`.';
const OF = { of: 'the account of the token' } as const;

/** The rows of log API keys. */
export const LOG_KEY_OPERATIONS: readonly Operation[] = [
  {
    ...COMMON,
    method: 'GET',
    path: LOG_KEY_PATHS.all,
    operationId: 'listLogKeys',
    requires: { action: 'iam-identity.tenantkey.list', ...OF },
    summary: 'List the log API keys of the account',
    description: `${WHO} All of them, the oldest first.`,
    answers: { 200: { description: 'The keys.', schema: pageOf(LOG_KEY) }, ...failureAnswers(403) },
  },
  {
    ...COMMON,
    method: 'POST',
    path: LOG_KEY_PATHS.all,
    operationId: 'createLogKey',
    requires: { action: 'iam-identity.tenantkey.create', ...OF },
    summary: 'Make a log API key',
    description: `${WHO} It reads the logs as who made it, as long as that one may.`,
    parameters: { query: NEW_LOG_KEY_PARAMETERS },
    body: { schema: NEW_LOG_KEY },
    answers: {
      200: { description: 'The key, with its secret.', schema: CREATED_LOG_KEY },
      ...failureAnswers(403, 409, 413, 415),
    },
  },
  {
    ...COMMON,
    method: 'GET',
    path: LOG_KEY_PATHS.one,
    operationId: 'getLogKey',
    requires: { action: 'iam-identity.tenantkey.get' },
    summary: 'Read a log API key',
    description: WHO,
    parameters: { path: ONE },
    answers: { 200: { description: 'The key, without its secret.', schema: LOG_KEY }, ...failureAnswers(403, 404) },
  },
  {
    ...COMMON,
    method: 'DELETE',
    path: LOG_KEY_PATHS.one,
    operationId: 'deleteLogKey',
    requires: { action: 'iam-identity.tenantkey.delete' },
    summary: 'Delete a log API key',
    description: `${WHO} It is refused from the answer on.`,
    parameters: { path: ONE },
    answers: { 204: { description: 'It is gone.' }, ...failureAnswers(403, 404, 409) },
  },
];
