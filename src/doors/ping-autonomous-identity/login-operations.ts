import type { Operation } from '../../http/openapi.ts';
import { failureAnswers } from './failure-answers.ts';
import { LOGGED_IN, LOGIN, TENANT_HEADERS } from './login-schemas.ts';

/** The paths of log-ins, as the routes declare them. */
export const LOGIN_PATHS = { login: '/api/authentication/login' } as const;

const COMMON = { tags: ['Autonomous Identity'] } as const;

/** The rows of log-ins. */
export const LOGIN_OPERATIONS: readonly Operation[] = [
  {
    ...COMMON,
    method: 'POST',
    path: LOGIN_PATHS.login,
    operationId: 'autonomousIdentityLogin',
    requires: 'nothing',
    security: [],
    summary: 'Log in as a user of a tenant, with e-mail address and password',
    description:
      'Of which tenant: that of the host name, else that of `x-tenant-id`, else the only one of which the user is an active member. Failures are limited.',
    parameters: { headers: TENANT_HEADERS },
    body: { schema: LOGIN },
    answers: { 200: { description: 'The user, and a token.', schema: LOGGED_IN }, ...failureAnswers(413, 415, 429) },
  },
];
