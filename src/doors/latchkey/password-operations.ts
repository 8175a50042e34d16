import { z } from 'zod';
import type { Operation } from '../../http/openapi.ts';
import { failureAnswers } from './failure-answers.ts';

/** The path of the caller's own password. */
export const PASSWORD_PATH = '/latchkey/v1/me/password';

/** The path of the password of whomever. */
export const USER_PASSWORD_PATH = '/latchkey/v1/users/:iam_id/password';

const CURRENT = z.string().max(1_000).optional().describe('Needed when there is a password; else to be left out.');

/** The body of `PUT /latchkey/v1/me/password`. */
export const PASSWORD_CHANGE = z
  .object({ password: z.string().min(1).max(1_000).describe('12 to 256 characters.'), current_password: CURRENT })
  .meta({ id: 'PasswordChange' });

/** The body of `DELETE /latchkey/v1/me/password`. */
export const PASSWORD_REMOVAL = z.object({ current_password: CURRENT }).meta({ id: 'PasswordRemoval' });

const COMMON = {
  path: PASSWORD_PATH,
  requires: 'a token of a user',
  tags: ['Users'],
  security: ['bearer'],
} as const;
const ENDS =
  'All tokens that were made with the password before are refused from the answer on, in every account. Failures are limited.';

/** The rows of the caller's own password. */
export const PASSWORD_OPERATIONS: readonly Operation[] = [
  {
    ...COMMON,
    method: 'PUT',
    operationId: 'setOwnPassword',
    summary: 'Set or change the own password',
    description: `Only for doors whose clients log in with one; keys need none. ${ENDS}`,
    body: { schema: PASSWORD_CHANGE },
    answers: { 204: { description: 'It is set; no body.' }, ...failureAnswers(404, 409, 413, 415, 429) },
  },
  {
    ...COMMON,
    method: 'DELETE',
    operationId: 'removeOwnPassword',
    summary: 'Remove the own password',
    description: ENDS,
    body: { schema: PASSWORD_REMOVAL },
    answers: { 204: { description: 'It is gone; no body.' }, ...failureAnswers(404, 409, 413, 415, 429) },
  },
  {
    method: 'DELETE',
    path: USER_PASSWORD_PATH,
    operationId: 'clearUserPassword',
    requires: { action: 'latchkey.user.clear-password' },
    tags: ['Users'],
    security: ['bearer'],
    summary: 'Take away a password that its user has forgotten',
    description: `The user sets another one with a token of an API key. ${ENDS}`,
    parameters: { path: z.object({ iam_id: z.string().describe('The iam id of the user: `IBMid-…`.') }) },
    answers: { 204: { description: 'It is gone; no body.' }, ...failureAnswers(409) },
  },
];
