import { type ZodType, z } from 'zod';
import type { Answer } from '../../http/openapi.ts';

const FAILURE: ZodType = z
  .object({
    error: z.string(),
    code: z.string().describe('`BadRequest`, `NotAuthorized`, `NotFound` …'),
    status: z.literal('error'),
    details: z
      .array(z.object({ message: z.string(), key: z.string().optional().describe('The parameter that it is about.') }))
      .optional(),
  })
  .meta({ id: 'LogFailure' });

const SENTENCES = {
  400: 'The request cannot be read, or a parameter is not allowed.',
  401: 'There is no credential, or the bearer token is no longer good.',
  403: 'The key is bad or was taken back, or the caller may not do this.',
  404: 'Missing, or of another instance or account.',
  409: 'There are as many as there may be, or it is changed by others at this moment.',
  410: 'The resource instance was deleted.',
  413: 'The body is too large.',
  415: 'The body is of another type.',
  503: 'The service cannot decide this at the moment, or too many keys were bad; see Retry-After.',
} as const;

/** What every operation of this door may answer, with the given further statuses, for its row. */
export function failureAnswers(...further: readonly (404 | 409 | 410 | 413 | 415)[]): Readonly<Record<number, Answer>> {
  const statuses = [400, 401, 403, ...further, 503] as const;
  return Object.fromEntries(statuses.map((status) => [status, { description: SENTENCES[status], schema: FAILURE }]));
}
