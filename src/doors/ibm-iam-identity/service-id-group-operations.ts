import type { Operation } from '../../http/openapi.ts';
import { failureAnswers } from './failure-answers.ts';
import { CHANGE_HEADERS, ID_PARAMETERS } from './schemas.ts';
import {
  NEW_SERVICE_ID_GROUP,
  SERVICE_ID_GROUP,
  SERVICE_ID_GROUP_CHANGE,
  SERVICE_ID_GROUP_LIST,
  SERVICE_ID_GROUP_LIST_PARAMETERS,
} from './service-id-group-schemas.ts';

/** The paths of service ID groups, as the routes declare them. */
export const SERVICE_ID_GROUP_PATHS = { all: '/v1/serviceid_groups', one: '/v1/serviceid_groups/:id' } as const;

const ALL = { tags: ['Service ID groups'], security: ['bearer'], path: SERVICE_ID_GROUP_PATHS.all } as const;
const ONE = { ...ALL, path: SERVICE_ID_GROUP_PATHS.one, parameters: { path: ID_PARAMETERS } } as const;

/** The rows of `/v1/serviceid_groups`; operation ids are those of IBM's generated clients. */
export const SERVICE_ID_GROUP_OPERATIONS: readonly Operation[] = [
  {
    ...ALL,
    method: 'GET',
    operationId: 'listServiceIdGroup',
    summary: 'List service ID groups',
    requires: { action: 'iam-identity.serviceidgroup.list' },
    parameters: { query: SERVICE_ID_GROUP_LIST_PARAMETERS },
    answers: { 200: { description: 'All of them.', schema: SERVICE_ID_GROUP_LIST }, ...failureAnswers() },
  },
  {
    ...ALL,
    method: 'POST',
    operationId: 'createServiceIdGroup',
    summary: 'Create a service ID group',
    requires: { action: 'iam-identity.serviceidgroup.create' },
    body: { schema: NEW_SERVICE_ID_GROUP },
    answers: { 201: { description: 'The group.', schema: SERVICE_ID_GROUP }, ...failureAnswers(409, 413, 415) },
  },
  {
    ...ONE,
    method: 'GET',
    operationId: 'getServiceIdGroup',
    summary: 'Read a service ID group',
    requires: { action: 'iam-identity.serviceidgroup.get' },
    answers: { 200: { description: 'The group.', schema: SERVICE_ID_GROUP }, ...failureAnswers(404) },
  },
  {
    ...ONE,
    method: 'PUT',
    operationId: 'updateServiceIdGroup',
    summary: 'Change a service ID group',
    requires: { action: 'iam-identity.serviceidgroup.update' },
    parameters: { ...ONE.parameters, headers: CHANGE_HEADERS },
    body: { schema: SERVICE_ID_GROUP_CHANGE },
    answers: {
      200: { description: 'The group as it is now.', schema: SERVICE_ID_GROUP },
      ...failureAnswers(404, 409, 413, 415),
    },
  },
  {
    ...ONE,
    method: 'DELETE',
    operationId: 'deleteServiceIdGroup',
    summary: 'Delete a service ID group',
    requires: { action: 'iam-identity.serviceidgroup.delete' },
    description: 'Refused while it has service IDs.',
    answers: { 204: { description: 'Done; no body.' }, ...failureAnswers(404, 409) },
  },
];
