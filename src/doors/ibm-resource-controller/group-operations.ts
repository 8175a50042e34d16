import type { Operation } from '../../http/openapi.ts';
import { failureAnswers } from './failure-answers.ts';
import {
  GROUP,
  GROUP_CHANGE,
  GROUP_LIST,
  GROUP_LIST_PARAMETERS,
  GROUP_PARAMETERS,
  MADE_GROUP,
  NEW_GROUP,
  QUOTA,
  QUOTA_LIST,
  QUOTA_PARAMETERS,
} from './group-schemas.ts';

/** The paths of resource groups, as the routes declare them. */
export const GROUP_PATHS = { all: '/v2/resource_groups', one: '/v2/resource_groups/:id' } as const;

/** The paths of quota definitions, as the routes declare them. */
export const QUOTA_PATHS = { all: '/v2/quota_definitions', one: '/v2/quota_definitions/:id' } as const;

const COMMON = { tags: ['Resource groups'], security: ['bearer'] } as const;

/** The rows of resource groups and quota definitions; operation ids are those of IBM's generated clients. */
export const GROUP_OPERATIONS: readonly Operation[] = [
  {
    ...COMMON,
    method: 'GET',
    path: GROUP_PATHS.all,
    operationId: 'listResourceGroups',
    requires: { shows: 'resource-controller.group.retrieve' },
    summary: 'List the resource groups of the account',
    description: 'Those that the caller may read, the oldest first.',
    parameters: { query: GROUP_LIST_PARAMETERS },
    answers: { 200: { description: 'All of them at once.', schema: GROUP_LIST }, ...failureAnswers() },
  },
  {
    ...COMMON,
    method: 'POST',
    path: GROUP_PATHS.all,
    operationId: 'createResourceGroup',
    requires: { action: 'resource-controller.group.create' },
    summary: 'Make a resource group',
    body: { schema: NEW_GROUP },
    answers: { 201: { description: 'It is made.', schema: MADE_GROUP }, ...failureAnswers(409, 413, 415) },
  },
  {
    ...COMMON,
    method: 'GET',
    path: GROUP_PATHS.one,
    operationId: 'getResourceGroup',
    requires: { action: 'resource-controller.group.retrieve' },
    summary: 'Read a resource group',
    parameters: { path: GROUP_PARAMETERS },
    answers: { 200: { description: 'The group.', schema: GROUP }, ...failureAnswers(404) },
  },
  {
    ...COMMON,
    method: 'PATCH',
    path: GROUP_PATHS.one,
    operationId: 'updateResourceGroup',
    requires: { action: 'resource-controller.group.update' },
    summary: 'Rename, suspend or activate a resource group',
    description: 'The default group too; `default` stays a name of its own.',
    parameters: { path: GROUP_PARAMETERS },
    body: { schema: GROUP_CHANGE },
    answers: { 200: { description: 'The group.', schema: GROUP }, ...failureAnswers(404, 409, 413, 415) },
  },
  {
    ...COMMON,
    method: 'DELETE',
    path: GROUP_PATHS.one,
    operationId: 'deleteResourceGroup',
    requires: { action: 'resource-controller.group.delete' },
    summary: 'Delete a resource group in which nothing is',
    description: 'Not the default group. 400: there are instances in it, also such as wait to be reclaimed.',
    parameters: { path: GROUP_PARAMETERS },
    answers: { 204: { description: 'Deleted; no body.' }, ...failureAnswers(404, 409) },
  },
  {
    ...COMMON,
    method: 'GET',
    path: QUOTA_PATHS.all,
    operationId: 'listQuotaDefinitions',
    requires: 'a token',
    summary: 'List the quota definitions',
    description: 'They are fixed, and only stated: nothing enforces them.',
    answers: { 200: { description: 'All of them.', schema: QUOTA_LIST }, ...failureAnswers() },
  },
  {
    ...COMMON,
    method: 'GET',
    path: QUOTA_PATHS.one,
    operationId: 'getQuotaDefinition',
    requires: 'a token',
    summary: 'Read a quota definition',
    parameters: { path: QUOTA_PARAMETERS },
    answers: { 200: { description: 'The quota definition.', schema: QUOTA }, ...failureAnswers(404) },
  },
];
