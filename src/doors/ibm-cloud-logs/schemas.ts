import { type ZodType, z } from 'zod';
import type { Answer } from '../../http/openapi.ts';
import { PROBLEM_CODES } from '../../problems/problem-codes.ts';

/** Entries are read by hand (`read-entry.ts`), because it is done for every line; this says the same for the document. */
const ENTRY_MEMBERS = {
  timestamp: z.number().optional().describe('Milliseconds since 1970. Default: when it is taken in.'),
  hiResTimestamp: z.string().optional().describe('Nanoseconds since 1970.'),
  severity: z
    .int()
    .min(1)
    .max(6)
    .optional()
    .describe(
      '1 Debug (default), 2 Verbose, 3 Info, 4 Warn, 5 Error, 6 Critical. With another one the entry is dropped.',
    ),
  text: z.union([z.string(), z.looseObject({})]),
  category: z.string().optional(),
  className: z.string().optional(),
  methodName: z.string().optional(),
  threadId: z.string().optional(),
};
const NAMES = {
  applicationName: z.string().min(1).max(1024),
  subsystemName: z.string().min(1).max(1024),
  computerName: z.string().max(1024).optional(),
};

/** The body of `singles`, and a frame of the stream. */
export const SINGLES: ZodType = z.array(z.object({ ...NAMES, ...ENTRY_MEMBERS })).meta({ id: 'LogSingles' });

/** The body of `bulk`. */
export const BULK: ZodType = z
  .object({ ...NAMES, logEntries: z.array(z.object(ENTRY_MEMBERS)) })
  .meta({ id: 'LogBulk' });

/** The answer to both. */
export const TAKEN: ZodType = z
  .object({
    accepted: z.int().describe('So many entries are durable.'),
    dropped: z.array(z.object({ index: z.int().describe('From 0.'), reason: z.string() })),
  })
  .meta({ id: 'LogEntriesTaken' });

/** The instance in the path. */
export const INSTANCE_PARAMETERS = z.object({ guid: z.uuid().describe('The GUID of the instance.') });

const FAILURE: ZodType = z
  .object({
    code: z.enum(PROBLEM_CODES),
    message: z.string(),
    details: z.string().optional(),
    transaction_id: z.string(),
    request_id: z.string(),
  })
  .meta({ id: 'LogSendFailure' });

const SENTENCES = {
  400: 'The request cannot be read, or names no instance.',
  401: 'There is no credential, or it is no longer good.',
  403: 'The identity may not send to the instance, or not from this address.',
  404: 'There is no such instance that takes lines, or it is of another account.',
  413: 'The body is larger than 2 MB, as sent or inflated, or has more than 50,000 entries.',
  415: 'The body is not JSON, or compressed with something else than gzip.',
  426: 'The path is a web socket.',
  503: 'The service cannot take it at the moment; see Retry-After.',
} as const;

/** What every operation of this door may answer, with the given further statuses, for its row. */
export function failureAnswers(...further: readonly (413 | 415 | 426)[]): Readonly<Record<number, Answer>> {
  const statuses = [400, 401, 403, 404, ...further, 503] as const;
  return Object.fromEntries(statuses.map((status) => [status, { description: SENTENCES[status], schema: FAILURE }]));
}
