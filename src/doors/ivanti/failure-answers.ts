import { z } from 'zod';
import { failureAnswersOf } from '../../http/failure-answers.ts';

const FAILURE = z
  .object({
    code: z.string().describe('`ISM_4000`, `ISM_4001`, `ISM_4004` …'),
    description: z.string(),
    message: z.array(z.string()).describe('One sentence.'),
    help: z.string().optional().describe('What to do.'),
  })
  .meta({ id: 'RestFailure' });

/** A failure, as it is written. */
export type FailureRepresentation = z.input<typeof FAILURE>;

/** What every operation of this door may answer, for its row. */
export const FAILURE_ANSWERS = failureAnswersOf({
  schema: FAILURE,
  sentences: {
    400: 'The request cannot be read, or a parameter is not allowed.',
    401: 'There is no key, or none that is good here: unknown, deactivated, of another tenant, or from another address.',
    403: 'The user does not have the role of the key any more.',
    429: 'Too many failures came from this address; see Retry-After.',
    503: 'The service cannot decide this at the moment; see Retry-After.',
  },
})(429);
