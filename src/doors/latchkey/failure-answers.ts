import { type ZodType, z } from 'zod';
import { failureAnswersOf } from '../../http/failure-answers.ts';
import { PROBLEM_CODES } from '../../problems/problem-codes.ts';

const FAILURE: ZodType = z
  .object({
    code: z.enum(PROBLEM_CODES),
    message: z.string(),
    details: z.string().optional(),
    transaction_id: z.string(),
    request_id: z.string(),
  })
  .meta({ id: 'Failure' });

/** What every operation of this door may answer, with the given further statuses, for its row. */
export const failureAnswers = failureAnswersOf({
  schema: FAILURE,
  sentences: {
    400: 'The request cannot be read.',
    401: 'The bearer token is missing or no longer good.',
    403: 'The caller may not do this.',
    404: 'Missing, or of another account.',
    409: 'In the way of what is there already, or changed since it was read.',
    410: 'The resource instance was deleted.',
    413: 'The body is too large.',
    415: 'The body is not JSON.',
    429: 'Too many failures; see Retry-After.',
    503: 'The service cannot decide this at the moment; see Retry-After.',
  },
});
