import { type ZodType, z } from 'zod';
import { failureAnswersOf } from '../../http/failure-answers.ts';

const FAILURE: ZodType = z
  .object({
    error_code: z.string(),
    message: z.string(),
    status_code: z.int(),
    transaction_id: z.string().describe('`bss-` and 16 hexadecimal digits.'),
    details: z.string().optional(),
  })
  .meta({ id: 'ResourceFailure' });

/** What every operation of this door may answer, with the given further statuses, for its row. */
export const failureAnswers = failureAnswersOf({
  schema: FAILURE,
  sentences: {
    400: 'The request cannot be read, a parameter is not allowed, or something still hangs on it.',
    401: 'The bearer token is missing or no longer good.',
    403: 'The caller may not do this.',
    404: 'Missing, or of another account.',
    409: 'In the way of what is there already, or there are as many as there may be.',
    410: 'It was deleted before.',
    413: 'The body is larger than 256 KiB.',
    415: 'The body is not JSON.',
    422: 'It is locked.',
    503: 'The service cannot decide this at the moment; see Retry-After.',
  },
});
