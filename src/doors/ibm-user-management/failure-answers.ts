import { type ZodType, z } from 'zod';
import { failureAnswersOf } from '../../http/failure-answers.ts';

const FAILURE: ZodType = z
  .object({
    trace: z.string(),
    errors: z.array(z.object({ code: z.string(), message: z.string(), more_info: z.string().optional() })),
    status_code: z.int(),
  })
  .meta({ id: 'UserFailure' });

/** What every operation of this door may answer, with the given further statuses, for its row. */
export const failureAnswers = failureAnswersOf({
  schema: FAILURE,
  sentences: {
    400: 'The request cannot be read, or a parameter is not allowed.',
    401: 'The bearer token is missing or no longer good.',
    403: 'The caller may not do this.',
    404: 'Missing, or of another account.',
    409: 'Somebody of them was removed a moment ago.',
    413: 'The body is larger than 256 KiB.',
    415: 'The body is not JSON.',
    503: 'The service cannot decide this at the moment; see Retry-After.',
  },
  always: [400, 401, 403, 404, 503],
});
