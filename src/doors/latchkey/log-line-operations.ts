import { z } from 'zod';
import { wholeNumber } from '../../http/number-schemas.ts';
import type { Operation } from '../../http/openapi.ts';
import { failureAnswers } from './failure-answers.ts';

/** The path of the lines of an instance, as the route declares it. */
export const LOG_LINES_PATH = '/latchkey/v1/instances/:guid/lines';

/** 13 digits reach to the year 2286. */
const MILLISECONDS = /^[0-9]{1,13}$/;
const WITH_ZONE = z.iso.datetime({ offset: true });

const INSTANT = z
  .string()
  .refine((text) => MILLISECONDS.test(text) || WITH_ZONE.safeParse(text).success, {
    error: 'must be milliseconds since the epoch, or a time such as 2026-01-31T12:00:00Z',
  })
  .transform((text) => (MILLISECONDS.test(text) ? Number(text) : Date.parse(text)))
  .meta({ type: 'string' });

/** Parameters of the lines of an instance. */
export const LOG_LINES_PARAMETERS = z.object({
  from: INSTANT.optional().describe(
    'Only lines that were kept at or after this time: milliseconds since the epoch, or ISO 8601 with a zone. Default: from the oldest.',
  ),
  to: INSTANT.optional().describe('Only lines that were kept before this time, in the same forms.'),
  cursor: z.string().optional().describe('As it stood in the answer before, which had the same `from` and `to`.'),
  follow: z
    .enum(['true', 'false'])
    .default('false')
    .describe('`true`: while there is no line, the answer waits for one, for at most 25 seconds.'),
  limit: wholeNumber({ least: 1, most: 1_000, usual: 100 }),
});

const LOG_LINE = z
  .looseObject({
    received_at: z.int().describe('When the service took it in, milliseconds since the epoch.'),
    timestamp: z.int().describe('Of the event, milliseconds since the epoch.'),
    text: z.union([z.string(), z.record(z.string(), z.unknown())]),
    app: z.string().optional(),
    subsystem: z.string().optional(),
    host: z.string().optional(),
    level: z.string().optional(),
    meta: z.unknown().optional(),
    key_id: z.string().optional().describe('Of the key with which it was sent.'),
    source: z.string().optional().describe('The way by which it came.'),
  })
  .meta({ id: 'KeptLogLine' });

const LOG_LINES = z
  .object({
    lines: z.array(LOG_LINE),
    cursor: z.string().describe('For what comes after these lines, also when there is none yet.'),
  })
  .meta({ id: 'KeptLogLines' });

/** The row of the lines of an instance. */
export const LOG_LINE_OPERATIONS: readonly Operation[] = [
  {
    method: 'GET',
    path: LOG_LINES_PATH,
    operationId: 'readLogLines',
    requires: { action: 'logs.data-access.read' },
    tags: ['Log lines'],
    security: ['bearer'],
    summary: 'Read the log lines that are kept of an instance',
    description:
      "Needs the right to read lines of the instance's own service: its roles Reader, Writer and Manager. The oldest first; lines are kept until they are too old or too many.",
    parameters: { path: z.object({ guid: z.string() }), query: LOG_LINES_PARAMETERS },
    answers: { 200: { description: 'Lines, and where the next begin.', schema: LOG_LINES }, ...failureAnswers(404) },
  },
];
