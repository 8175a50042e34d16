import { type ZodType, z } from 'zod';
import { failureAnswersOf } from '../../http/failure-answers.ts';
import { PROBLEM_CODES } from '../../problems/problem-codes.ts';

const FAILURE: ZodType = z
  .object({ message: z.string(), code: z.enum(PROBLEM_CODES), details: z.string().optional() })
  .meta({ id: 'TenantFailure' });

/** What every operation of this door may answer, with the given further statuses, for its row. */
export const failureAnswers = failureAnswersOf({
  schema: FAILURE,
  sentences: {
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
  },
});
