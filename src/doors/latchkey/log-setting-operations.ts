import { z } from 'zod';
import type { Operation } from '../../http/openapi.ts';
import { failureAnswers } from './failure-answers.ts';

/** The path of what the log of an account records, as the routes declare it. */
export const LOG_SETTINGS_PATH = '/latchkey/v1/accounts/:account_id/log_settings';

/** The body of `PATCH`. */
export const LOG_SETTINGS_CHANGE = z
  .object({
    exchange_records: z
      .enum(['each', 'counted', 'default'])
      .describe('`default`: as if it had never been set; then the next first log key sets `each`.'),
  })
  .meta({ id: 'LogSettingsChange' });

const LOG_SETTINGS = z
  .object({
    exchange_records: z
      .enum(['each', 'counted'])
      .describe(
        'Whether each exchange of the account and each taking in of lines is written down, or they are counted.',
      ),
    is_set: z.boolean().describe('False: nobody has chosen; the first log key of the account sets `each`.'),
  })
  .meta({ id: 'LogSettings' });

/** The settings, as they are written. */
export type LogSettingsRepresentation = z.input<typeof LOG_SETTINGS>;

const COMMON = { path: LOG_SETTINGS_PATH, tags: ['Accounts'], security: ['bearer'] } as const;
const ONE = z.object({ account_id: z.string() });

/** The rows of the settings of an account's log. */
export const LOG_SETTING_OPERATIONS: readonly Operation[] = [
  {
    ...COMMON,
    method: 'GET',
    operationId: 'getLogSettings',
    requires: { action: 'iam-identity.account.get' },
    summary: 'Read what the log of an account records',
    parameters: { path: ONE },
    answers: { 200: { description: 'The settings.', schema: LOG_SETTINGS }, ...failureAnswers(404) },
  },
  {
    ...COMMON,
    method: 'PATCH',
    operationId: 'updateLogSettings',
    requires: { action: 'iam-identity.account.update' },
    summary: 'Choose what the log of an account records',
    description: 'Single records end after 30 days, counts after 90.',
    parameters: {
      path: ONE,
      headers: z.object({ 'If-Match': z.string().optional().describe('An entity tag; absent: any version.') }),
    },
    body: { schema: LOG_SETTINGS_CHANGE },
    answers: {
      200: { description: 'The settings as they are now.', schema: LOG_SETTINGS },
      ...failureAnswers(404, 409, 413, 415),
    },
  },
];
