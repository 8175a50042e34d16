import type { Operation } from '../../http/openapi.ts';
import { failureAnswers } from './failure-answers.ts';
import { LOGGED_IN, LOGIN, PERMITTED, TENANT_HEADERS, VERIFIED } from './login-schemas.ts';

/** The paths of log-ins, as the routes declare them. */
export const LOGIN_PATHS = {
  login: '/api/authentication/login',
  verify: '/api/authentication/verify',
  renew: '/api/authentication/renewToken',
  actions: '/api/authentication/actions',
} as const;

const COMMON = { tags: ['Autonomous Identity'] } as const;
const WITH_TOKEN = { ...COMMON, requires: 'a token', security: ['bearer'] } as const;

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
  {
    ...WITH_TOKEN,
    method: 'GET',
    path: LOGIN_PATHS.verify,
    operationId: 'autonomousIdentityVerify',
    summary: 'Ask whether a token is good, and whose it is',
    description: 'Any access token of this service, made at whichever door.',
    answers: { 200: { description: 'It is good.', schema: VERIFIED }, ...failureAnswers() },
  },
  {
    ...COMMON,
    method: 'POST',
    path: LOGIN_PATHS.renew,
    operationId: 'autonomousIdentityRenewToken',
    requires: 'the token of a log-in',
    security: ['bearer'],
    summary: 'Go on with a log-in: a new token for a good one',
    description:
      'Only of a log-in with a password, and not beyond the end of its session: 12 hours, or `session_expiration_in_seconds` of the account. The token of before stays good until its own end.',
    answers: { 200: { description: 'The user, and a new token.', schema: LOGGED_IN }, ...failureAnswers(429) },
  },
  {
    ...WITH_TOKEN,
    method: 'GET',
    path: LOGIN_PATHS.actions,
    operationId: 'autonomousIdentityActions',
    summary: 'Read what the user may do in the pages of that system',
    answers: { 200: { description: 'Its names for it.', schema: PERMITTED }, ...failureAnswers() },
  },
];
