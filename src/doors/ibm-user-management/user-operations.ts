import type { Operation } from '../../http/openapi.ts';
import { failureAnswers } from './failure-answers.ts';
import {
  ACCOUNT_PARAMETERS,
  INVITATION_LIST,
  INVITED_USERS,
  USER_CHANGE,
  USER_LIST,
  USER_LIST_PARAMETERS,
  USER_PARAMETERS,
  USER_PROFILE,
  USER_SETTINGS,
} from './user-schemas.ts';

/** The paths of users, as the routes declare them. */
export const USER_PATHS = {
  all: '/v2/accounts/:account_id/users',
  one: '/v2/accounts/:account_id/users/:iam_id',
  settings: '/v2/accounts/:account_id/users/:iam_id/settings',
  removal: '/v3/accounts/:account_id/users/:iam_id',
} as const;

const COMMON = { tags: ['Users'], security: ['bearer'] } as const;
const DONE = { description: 'Done; no body.' } as const;

/** The rows of users; operation ids are those of IBM's generated clients. */
export const USER_OPERATIONS: readonly Operation[] = [
  {
    ...COMMON,
    method: 'GET',
    path: USER_PATHS.all,
    operationId: 'listUsers',
    requires: { action: 'user-management.user.list' },
    summary: 'List the users of an account',
    description: 'In the order in which they came.',
    parameters: { path: ACCOUNT_PARAMETERS, query: USER_LIST_PARAMETERS },
    answers: { 200: { description: 'One page of users.', schema: USER_LIST }, ...failureAnswers() },
  },
  {
    ...COMMON,
    method: 'POST',
    path: USER_PATHS.all,
    operationId: 'inviteUsers',
    requires: { action: 'user-management.user.invite' },
    summary: 'Invite users to an account',
    description:
      'All of them or none. An invitation gives no rights but those that are sent with it. Who is invited again gets a new code; the old one is void.',
    parameters: { path: ACCOUNT_PARAMETERS },
    body: { schema: INVITED_USERS },
    answers: {
      202: { description: 'They are invited; who is known already is a member.', schema: INVITATION_LIST },
      ...failureAnswers(409, 413, 415),
    },
  },
  {
    ...COMMON,
    method: 'GET',
    path: USER_PATHS.one,
    operationId: 'getUserProfile',
    requires: { action: 'user-management.user.get' },
    summary: 'Read a user of an account',
    parameters: { path: USER_PARAMETERS },
    answers: { 200: { description: 'The user.', schema: USER_PROFILE }, ...failureAnswers() },
  },
  {
    ...COMMON,
    method: 'PATCH',
    path: USER_PATHS.one,
    operationId: 'updateUserProfile',
    requires: { action: 'user-management.user.update' },
    summary: 'Suspend or activate a user in an account, or change the own name',
    description:
      "A suspended user's keys and tokens are refused in the account from the answer on; not in other accounts.",
    parameters: { path: USER_PARAMETERS },
    body: { schema: USER_CHANGE },
    answers: { 204: DONE, ...failureAnswers(409, 413, 415) },
  },
  {
    ...COMMON,
    method: 'DELETE',
    path: USER_PATHS.one,
    operationId: 'removeUser',
    requires: { action: 'user-management.user.remove' },
    summary: 'Remove a user from an account',
    description: "The user's keys and tokens are refused in the account from the answer on; not in other accounts.",
    parameters: { path: USER_PARAMETERS },
    answers: { 204: DONE, ...failureAnswers(409) },
  },
  {
    ...COMMON,
    method: 'DELETE',
    path: USER_PATHS.removal,
    operationId: 'v3RemoveUser',
    requires: { action: 'user-management.user.remove' },
    summary: 'Remove a user from an account',
    description: 'As `removeUser`; what the user was given is removed in the background.',
    parameters: { path: USER_PARAMETERS },
    answers: { 202: { description: 'Removed; no body.' }, ...failureAnswers(409) },
  },
  {
    ...COMMON,
    method: 'GET',
    path: USER_PATHS.settings,
    operationId: 'getUserSettings',
    requires: { action: 'user-management.user.get' },
    summary: 'Read the settings of a user',
    description: 'They are the same for everybody.',
    parameters: { path: USER_PARAMETERS },
    answers: { 200: { description: 'The settings.', schema: USER_SETTINGS }, ...failureAnswers() },
  },
];
