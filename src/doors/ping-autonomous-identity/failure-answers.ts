import { type ZodType, z } from 'zod';
import type { Answer } from '../../http/openapi.ts';
import { PROBLEM_CODES } from '../../problems/problem-codes.ts';

const FAILURE: ZodType = z
  .object({ message: z.string(), code: z.enum(PROBLEM_CODES), details: z.string().optional() })
  .meta({ id: 'TenantFailure' });

const SENTENCES = {
  400: 'The request cannot be read.',
  401: 'The log-in, the token or the key is missing or not good.',
  403: 'The caller may not do this, or it is of another tenant.',
  404: 'Missing, or of another tenant.',
  409: 'In the way of what is there already, or changed since it was read.',
  413: 'The body is too large.',
  415: 'The body is not JSON.',
  429: 'Too many failures; see Retry-After.',
  501: 'The other system has this call; it is not served here.',
  503: 'The service cannot decide this at the moment; see Retry-After.',
} as const;

/** What every operation of this door may answer, with the given further statuses, for its row. */
export function failureAnswers(
  ...further: readonly (404 | 409 | 413 | 415 | 429 | 501)[]
): Readonly<Record<number, Answer>> {
  const statuses = [400, 401, 403, ...further, 503] as const;
  return Object.fromEntries(statuses.map((status) => [status, { description: SENTENCES[status], schema: FAILURE }]));
}
