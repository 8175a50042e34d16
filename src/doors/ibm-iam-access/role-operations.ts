import type { Operation } from '../../http/openapi.ts';
import { failureAnswers } from './failure-answers.ts';
import {
  CUSTOM_ROLE,
  CUSTOM_ROLE_CHANGE,
  NEW_CUSTOM_ROLE,
  ROLE_LIST,
  ROLE_LIST_PARAMETERS,
  ROLE_PATH_PARAMETERS,
} from './role-schemas.ts';
import { CHANGE_HEADERS } from './schemas.ts';

/** The paths of roles, as the routes declare them. */
export const ROLE_PATHS = { all: '/v2/roles', one: '/v2/roles/:id' } as const;

const ALL = { tags: ['Roles'], security: ['bearer'], path: ROLE_PATHS.all } as const;
const ONE = { ...ALL, path: ROLE_PATHS.one, parameters: { path: ROLE_PATH_PARAMETERS } } as const;

/** The rows of `/v2/roles`; operation ids are those of IBM's generated clients. */
export const ROLE_OPERATIONS: readonly Operation[] = [
  {
    ...ALL,
    method: 'GET',
    operationId: 'listRoles',
    requires: { shows: 'iam-access-management.role.list' },
    summary: 'List the roles that policies may give',
    parameters: { query: ROLE_LIST_PARAMETERS },
    answers: { 200: { description: 'All of them.', schema: ROLE_LIST }, ...failureAnswers() },
  },
  {
    ...ALL,
    method: 'POST',
    operationId: 'createRole',
    requires: { action: 'iam-access-management.role.create' },
    summary: 'Create a custom role',
    description: 'The caller must hold its actions in the whole account.',
    body: { schema: NEW_CUSTOM_ROLE },
    answers: { 201: { description: 'The role.', schema: CUSTOM_ROLE }, ...failureAnswers(409, 413, 415) },
  },
  {
    ...ONE,
    method: 'GET',
    operationId: 'getRole',
    requires: { action: 'iam-access-management.role.read' },
    summary: 'Read a custom role',
    answers: { 200: { description: 'The role.', schema: CUSTOM_ROLE }, ...failureAnswers(404) },
  },
  {
    ...ONE,
    method: 'PUT',
    operationId: 'replaceRole',
    requires: { action: 'iam-access-management.role.update' },
    summary: 'Replace a custom role',
    description: 'Who has the role has what it is from then on. The caller must hold what is added.',
    parameters: { ...ONE.parameters, headers: CHANGE_HEADERS },
    body: { schema: CUSTOM_ROLE_CHANGE },
    answers: {
      200: { description: 'The role as it is now.', schema: CUSTOM_ROLE },
      ...failureAnswers(404, 409, 412, 413, 415),
    },
  },
  {
    ...ONE,
    method: 'DELETE',
    operationId: 'deleteRole',
    requires: { action: 'iam-access-management.role.delete' },
    summary: 'Delete a custom role',
    description: 'Refused while a policy gives it.',
    answers: { 204: { description: 'Done; no body.' }, ...failureAnswers(404, 409) },
  },
];
