import type { ZodType } from 'zod';
import type { Answer, Operation } from '../../http/openapi.ts';
import {
  AUTHENTICATE_PATH,
  AUTHORIZATION,
  INFO,
  INFO_PARAMETERS,
  INFO_PATH,
  LOG_IN,
  LOGGED_IN,
  OAUTH_FAILURE,
  OAUTH_PATHS,
  SESSION,
  SESSION_NAMED,
  SESSION_PARAMETERS,
  SESSION_PATHS,
  TOKEN,
  TOKEN_FORM,
} from './am-schemas.ts';
import { failureAnswers } from './failure-answers.ts';

const COMMON = { tags: ['Log-in of Advanced Identity Cloud'], requires: 'nothing' } as const;
const FORM = 'application/x-www-form-urlencoded';

const SENTENCES = {
  400: 'What was sent is not good; `error` says what.',
  401: 'The client, or the session, is not good.',
  429: 'Too many failures came from this address; see Retry-After.',
  503: 'The service cannot decide this at the moment; see Retry-After.',
} as const;

const oauthFailures = (): Readonly<Record<number, Answer>> =>
  Object.fromEntries(Object.entries(SENTENCES).map(([status, description]) => [status, oauthFailure(description)]));

const oauthFailure = (description: string): { description: string; schema: ZodType } => ({
  description,
  schema: OAUTH_FAILURE,
});

const sessionOperation = (path: string, operationId: string): Operation => ({
  ...COMMON,
  method: 'POST',
  path,
  operationId,
  security: [],
  summary: 'Read a session, or end it',
  description: 'Whoever has a session may. With its end the tokens end that came of it.',
  parameters: { query: SESSION_PARAMETERS },
  body: { schema: SESSION_NAMED },
  answers: { 200: { description: 'The session, or that it has ended.', schema: SESSION }, ...failureAnswers(413, 415) },
});

/** The rows of log-ins. */
export const AM_OPERATIONS: readonly Operation[] = [
  {
    ...COMMON,
    method: 'GET',
    path: INFO_PATH,
    operationId: 'getServerInfo',
    security: [],
    summary: 'Read what a client must know before it logs in',
    parameters: { path: INFO_PARAMETERS },
    answers: { 200: { description: 'The information.', schema: INFO }, ...failureAnswers(404) },
  },
  {
    ...COMMON,
    method: 'POST',
    path: AUTHENTICATE_PATH,
    operationId: 'authenticate',
    security: [],
    summary: 'Log in with a password',
    description:
      'With the headers `X-OpenAM-Username` and `X-OpenAM-Password` at once; without them the answer is a form, to be filled and sent back. In the account of the host name, else in the only one of the user.',
    body: { schema: LOG_IN, required: false },
    answers: {
      200: { description: 'A session, or the form.', schema: LOGGED_IN },
      ...failureAnswers(413, 415, 429),
    },
  },
  ...SESSION_PATHS.map((path, index) => sessionOperation(path, index === 0 ? 'actOnSession' : 'actOnRealmSession')),
  {
    ...COMMON,
    method: 'POST',
    path: OAUTH_PATHS.authorize,
    operationId: 'authorizeAdministrator',
    security: [],
    summary: 'Ask for an authorization code in a session',
    description:
      'The session stands in its cookie and in the form. The code is good for a minute, for one use, with the verifier of its challenge. Nobody is redirected with a failure.',
    body: { schema: AUTHORIZATION, mediaType: FORM },
    answers: { 302: { description: 'To the redirect_uri, with the code.' }, ...oauthFailures() },
  },
  {
    ...COMMON,
    method: 'POST',
    path: OAUTH_PATHS.token,
    operationId: 'getAdministratorToken',
    security: [],
    summary: 'Get a token for an authorization code, or for the signed assertion of a service account',
    body: { schema: TOKEN_FORM, mediaType: FORM },
    answers: { 200: { description: 'The token.', schema: TOKEN }, ...oauthFailures() },
  },
];
