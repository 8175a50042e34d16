import { type ZodType, z } from 'zod';
import { failureAnswersOf } from '../../http/failure-answers.ts';

const FAILURE: ZodType = z
  .object({
    code: z.int().describe('The status.'),
    reason: z.string().describe("The status' words."),
    message: z.string(),
    detail: z.object({
      code: z.string().describe('One of docs/errors.md.'),
      hint: z.string().optional().describe('What to do.'),
    }),
  })
  .meta({ id: 'AdvancedIdentityFailure' });

/** What every operation of this door may answer, with the given further statuses, for its row. */
export const failureAnswers = failureAnswersOf({
  schema: FAILURE,
  sentences: {
    400: 'The request cannot be read, or a parameter is not allowed.',
    401: 'The credential is missing, or no longer good.',
    403: 'The caller may not do this.',
    404: 'Missing, or of another account.',
    409: 'There are as many as there may be, locked, or changed by others at this moment.',
    413: 'The body is larger than 256 KiB.',
    415: 'The body is not JSON.',
    429: 'Too many failures came from this address; see Retry-After.',
    503: 'The service cannot decide this at the moment; see Retry-After.',
  },
  always: [400, 401, 503],
});
