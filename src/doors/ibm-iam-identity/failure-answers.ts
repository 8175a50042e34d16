import { failureAnswersOf } from '../../http/failure-answers.ts';
import { FAILURE } from './schemas.ts';

/** What every operation of this door may answer, with the given further statuses, for its row. */
export const failureAnswers = failureAnswersOf({
  schema: FAILURE,
  sentences: {
    400: 'The request cannot be read, or a parameter is not allowed.',
    401: 'The bearer token is missing or no longer good.',
    403: 'The caller may not do this.',
    404: 'Missing, or of another account.',
    409: 'Locked, or changed since it was read.',
    413: 'The body is larger than 256 KiB.',
    415: 'The body is not JSON.',
    503: 'The service cannot decide this at the moment; see Retry-After.',
  },
});
