import { z } from 'zod';
import type { Operation } from '../../http/openapi.ts';
import { failureAnswers } from './failure-answers.ts';
import {
  CREATED_USER,
  DONE,
  LISTED_USER,
  NAMED_USER,
  NEW_USER,
  SELF_CHANGE,
  USER_CHANGE,
  USER_LIST_PARAMETERS,
} from './user-schemas.ts';

/** The paths of users, as the routes declare them. */
export const USER_PATHS = {
  create: '/api/admin/createUser',
  update: '/api/admin/updateUser',
  updateSelf: '/api/admin/updateSelf',
  disable: '/api/admin/disableUser',
  enable: '/api/admin/enableUser',
  list: '/api/admin/getUsers',
} as const;

const COMMON = { method: 'POST', tags: ['Autonomous Identity'], security: ['bearer'] } as const;
// They are looked for before anything is done to them.
const FINDING = { and: 'user-management.user.list' } as const;
const CHANGING = { requires: { action: 'user-management.user.update', ...FINDING } } as const;
const OF = { of: 'the account of the token' } as const;
const IS_DONE = { 200: { description: 'Done.', schema: DONE } };

/** The rows of users. */
export const USER_OPERATIONS: readonly Operation[] = [
  {
    ...COMMON,
    path: USER_PATHS.create,
    operationId: 'autonomousIdentityCreateUser',
    requires: { action: 'user-management.user.invite', ...FINDING, ...OF },
    summary: 'Ask a user into the tenant',
    description:
      'It invites: who is not known on a word that counts here gets an activation code. Nobody else chooses a password.',
    body: { schema: NEW_USER },
    answers: {
      200: { description: 'The user is asked in.', schema: CREATED_USER },
      ...failureAnswers(404, 409, 413, 415),
    },
  },
  {
    ...COMMON,
    ...CHANGING,
    path: USER_PATHS.update,
    operationId: 'autonomousIdentityUpdateUser',
    summary: 'Change a user',
    description: 'A password and a name are changed by the user alone, and groups by policies.',
    body: { schema: USER_CHANGE },
    answers: { ...IS_DONE, ...failureAnswers(404, 409, 413, 415, 429) },
  },
  {
    ...COMMON,
    path: USER_PATHS.updateSelf,
    operationId: 'autonomousIdentityUpdateSelf',
    requires: 'a token of a user',
    summary: 'Change the own password and name',
    description: 'A changed password ends all tokens that were made with the one before.',
    body: { schema: SELF_CHANGE },
    answers: { ...IS_DONE, ...failureAnswers(404, 409, 413, 415, 429) },
  },
  {
    ...COMMON,
    ...CHANGING,
    path: USER_PATHS.disable,
    operationId: 'autonomousIdentityDisableUser',
    summary: 'Suspend a user in the tenant',
    description: "The user's keys and tokens are refused in the tenant from the answer on.",
    body: { schema: NAMED_USER },
    answers: { ...IS_DONE, ...failureAnswers(404, 409, 413, 415) },
  },
  {
    ...COMMON,
    ...CHANGING,
    path: USER_PATHS.enable,
    operationId: 'autonomousIdentityEnableUser',
    summary: 'Activate a suspended user',
    description: 'Whoever does it must hold what the policies of the user give.',
    body: { schema: NAMED_USER },
    answers: { ...IS_DONE, ...failureAnswers(404, 409, 413, 415) },
  },
  {
    ...COMMON,
    method: 'GET',
    path: USER_PATHS.list,
    operationId: 'autonomousIdentityGetUsers',
    requires: { action: 'user-management.user.list', ...OF },
    summary: 'List the users of the tenant',
    description: 'The same may be sent as a JSON body, as clients of that system do.',
    parameters: { query: USER_LIST_PARAMETERS },
    answers: { 200: { description: 'The users.', schema: z.array(LISTED_USER) }, ...failureAnswers(413, 415) },
  },
];
