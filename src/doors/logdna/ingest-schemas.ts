import { type ZodObject, type ZodType, z } from 'zod';
import { LINE_LIMITS } from './read-line.ts';

/*
 * For the OpenAPI document alone: the routes read by hand, because a schema would cost more than the rest of a request. A test asks
 * both of the same lines.
 */

const text = (most: number) =>
  z
    .union([
      z
        .string()
        .max(most)
        .regex(/^\P{Cc}*$/u),
      z.number(),
    ])
    .nullable()
    .optional();

/** One line of a body. Every other member (`env`, `file`, …) is kept as a label, 32 KiB of them at most. */
export const LINE: ZodType = z
  .looseObject({
    line: z.string().describe('What is kept; beyond 16 KiB it is cut off.'),
    timestamp: z
      .union([z.number().min(0), z.string()])
      .nullable()
      .optional()
      .describe('Milliseconds, seconds, or RFC 3339. Default: when it comes.'),
    app: text(LINE_LIMITS.app),
    hostname: text(LINE_LIMITS.host).describe('Default: that of the query.'),
    level: text(LINE_LIMITS.level),
    meta: z
      .union([z.record(z.string(), z.unknown()), z.string()])
      .nullable()
      .optional()
      .describe('An object, or JSON as text; at most 32 KiB.'),
  })
  .meta({ id: 'LogLine' });

/** A body, in the shape of agents or in that of loggers. */
export const LINES_BODY: ZodType = z
  .union([z.object({ lines: z.array(LINE) }), z.object({ e: z.literal('ls'), ls: z.array(LINE) })])
  .meta({ id: 'LogLines' });

/** What the query says of the host. */
export const INGEST_QUERY: ZodObject = z.object({
  hostname: z.string().max(256).optional(),
  mac: z.string().max(80).optional(),
  ip: z.string().max(80).optional(),
  now: z.string().optional().describe('Not looked at: lines have their own times.'),
  tags: z.string().max(1_024).optional().describe('Separated by commas, each of at most 80 characters.'),
});

/** All lines were taken. */
export const ALL_TAKEN: ZodType = z
  .object({ status: z.literal('ok'), batchID: z.string().describe('`<uuid>:<lines>:latchkey`') })
  .meta({ id: 'LogLinesTaken' });

/** Some were not. */
export const SOME_TAKEN: ZodType = z
  .object({ status: z.array(z.union([z.literal(200), z.literal(400)])).describe('One for each line, in order.') })
  .meta({ id: 'LogLinesPartlyTaken' });
