import type { Operation } from '../../http/openapi.ts';
import {
  ACCESS_GROUP,
  ACCESS_GROUP_CHANGE,
  ACCESS_GROUP_LIST,
  ACCOUNT_PARAMETERS,
  GROUP_DELETION_PARAMETERS,
  GROUP_LIST_PARAMETERS,
  GROUP_PATH_PARAMETERS,
  GROUP_READ_PARAMETERS,
  GROUP_SETTINGS_ANSWER,
  GROUP_SETTINGS_CHANGE,
  NEW_ACCESS_GROUP,
} from './access-group-schemas.ts';
import { failureAnswers } from './failure-answers.ts';
import { CHANGE_HEADERS } from './schemas.ts';

/** The paths of access groups, as the routes declare them. */
export const ACCESS_GROUP_PATHS = {
  all: '/v2/groups',
  one: '/v2/groups/:id',
  settings: '/v2/groups/settings',
} as const;

const COMMON = { tags: ['Access groups'], security: ['bearer'] } as const;

/** The rows of `/v2/groups`; operation ids are those of IBM's generated clients, but for the settings', which another API has. */
export const ACCESS_GROUP_OPERATIONS: readonly Operation[] = [
  {
    ...COMMON,
    method: 'GET',
    path: ACCESS_GROUP_PATHS.all,
    operationId: 'listAccessGroups',
    requires: { action: 'iam-groups.groups.list' },
    summary: 'List access groups',
    parameters: { query: GROUP_LIST_PARAMETERS },
    answers: { 200: { description: 'One page of groups.', schema: ACCESS_GROUP_LIST }, ...failureAnswers() },
  },
  {
    ...COMMON,
    method: 'POST',
    path: ACCESS_GROUP_PATHS.all,
    operationId: 'createAccessGroup',
    requires: { action: 'iam-groups.groups.create' },
    summary: 'Create an access group',
    parameters: { query: ACCOUNT_PARAMETERS },
    body: { schema: NEW_ACCESS_GROUP },
    answers: { 201: { description: 'The group.', schema: ACCESS_GROUP }, ...failureAnswers(409, 413, 415) },
  },
  {
    ...COMMON,
    method: 'GET',
    path: ACCESS_GROUP_PATHS.one,
    operationId: 'getAccessGroup',
    requires: { action: 'iam-groups.groups.read' },
    summary: 'Read an access group',
    parameters: { path: GROUP_PATH_PARAMETERS, query: GROUP_READ_PARAMETERS },
    answers: { 200: { description: 'The group.', schema: ACCESS_GROUP }, ...failureAnswers(404) },
  },
  {
    ...COMMON,
    method: 'PATCH',
    path: ACCESS_GROUP_PATHS.one,
    operationId: 'updateAccessGroup',
    requires: { action: 'iam-groups.groups.update' },
    summary: 'Change the name or description of an access group',
    parameters: { path: GROUP_PATH_PARAMETERS, headers: CHANGE_HEADERS },
    body: { schema: ACCESS_GROUP_CHANGE },
    answers: {
      200: { description: 'The group as it is now.', schema: ACCESS_GROUP },
      ...failureAnswers(404, 409, 412, 413, 415),
    },
  },
  {
    ...COMMON,
    method: 'DELETE',
    path: ACCESS_GROUP_PATHS.one,
    operationId: 'deleteAccessGroup',
    requires: { action: 'iam-groups.groups.delete' },
    summary: 'Delete an access group',
    description: 'With `force` also one that has members or rules. Nobody has anything through it from the answer on.',
    parameters: { path: GROUP_PATH_PARAMETERS, query: GROUP_DELETION_PARAMETERS },
    answers: { 204: { description: 'Done; no body.' }, ...failureAnswers(404, 409) },
  },
  {
    ...COMMON,
    method: 'GET',
    path: ACCESS_GROUP_PATHS.settings,
    operationId: 'getAccessGroupSettings',
    requires: { action: 'iam-groups.settings.read' },
    summary: "Read an account's settings about access groups",
    parameters: { query: ACCOUNT_PARAMETERS },
    answers: { 200: { description: 'The settings.', schema: GROUP_SETTINGS_ANSWER }, ...failureAnswers() },
  },
  {
    ...COMMON,
    method: 'PATCH',
    path: ACCESS_GROUP_PATHS.settings,
    operationId: 'updateAccessGroupSettings',
    requires: { action: 'iam-groups.settings.update' },
    summary: "Change an account's settings about access groups",
    parameters: { query: ACCOUNT_PARAMETERS },
    body: { schema: GROUP_SETTINGS_CHANGE },
    answers: { 200: { description: 'The settings.', schema: GROUP_SETTINGS_ANSWER }, ...failureAnswers(413, 415) },
  },
];
