import type { Operation } from '../../http/openapi.ts';
import { DECISIONS, QUESTIONS } from './authz-schemas.ts';
import { failureAnswers } from './failure-answers.ts';

/** The path of decisions, as the route declares it. */
export const AUTHZ_PATH = '/v2/authz';

/** The row of `/v2/authz`. */
export const AUTHZ_OPERATIONS: readonly Operation[] = [
  {
    tags: ['Decisions'],
    security: ['bearer'],
    method: 'POST',
    path: AUTHZ_PATH,
    operationId: 'authorize',
    requires: { action: 'latchkey.decision.read' },
    summary: 'Ask what others may do',
    description:
      'For services, with the role Verifier of `latchkey`. Whoever may not ask about one of the services hears nothing of the others.',
    body: { schema: QUESTIONS },
    answers: {
      200: { description: 'One answer a question, in their order.', schema: DECISIONS },
      ...failureAnswers(413, 415),
    },
  },
];
