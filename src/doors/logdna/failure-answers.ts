import { type ZodType, z } from 'zod';
import { failureAnswersOf } from '../../http/failure-answers.ts';

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

/** What every operation of this door may answer, with the given further statuses, for its row. */
export const failureAnswers = failureAnswersOf({
  schema: FAILURE,
  sentences: {
    400: 'The request cannot be read, or a parameter is not allowed.',
    401: 'There is no credential, or the bearer token is no longer good.',
    403: 'The key is bad or was taken back, or the caller may not do this.',
    404: 'Missing, or of another instance or account.',
    409: 'There are as many as there may be, or it is changed by others at this moment.',
    410: 'The resource instance was deleted.',
    413: 'The body is too large.',
    415: 'The body is of another type.',
    503: 'The service cannot decide this at the moment, or too many keys were bad; see Retry-After.',
  },
});
