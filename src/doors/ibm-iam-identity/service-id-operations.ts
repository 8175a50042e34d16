import type { Operation } from '../../http/openapi.ts';
import { failureAnswers } from './failure-answers.ts';
import { CHANGE_HEADERS, ID_PARAMETERS } from './schemas.ts';
import {
  NEW_SERVICE_ID,
  NEW_SERVICE_ID_HEADERS,
  NEW_SERVICE_ID_PARAMETERS,
  SERVICE_ID,
  SERVICE_ID_CHANGE,
  SERVICE_ID_LIST,
  SERVICE_ID_LIST_PARAMETERS,
  SERVICE_ID_READ_PARAMETERS,
} from './service-id-schemas.ts';

/** The paths of service IDs, as the routes declare them. */
export const SERVICE_ID_PATHS = {
  all: '/v1/serviceids',
  one: '/v1/serviceids/:id',
  lock: '/v1/serviceids/:id/lock',
} as const;

const COMMON = { tags: ['Service IDs'], security: ['bearer'] } as const;
const ONE = { ...COMMON, parameters: { path: ID_PARAMETERS } } as const;
const DONE = { description: 'Done; no body.' } as const;

/** The rows of `/v1/serviceids`; operation ids are those of IBM's generated clients. */
export const SERVICE_ID_OPERATIONS: readonly Operation[] = [
  {
    ...COMMON,
    method: 'GET',
    path: SERVICE_ID_PATHS.all,
    operationId: 'listServiceIds',
    requires: { action: 'iam-identity.serviceid.list' },
    summary: 'List service IDs',
    parameters: { query: SERVICE_ID_LIST_PARAMETERS },
    answers: { 200: { description: 'One page of service IDs.', schema: SERVICE_ID_LIST }, ...failureAnswers() },
  },
  {
    ...COMMON,
    method: 'POST',
    path: SERVICE_ID_PATHS.all,
    operationId: 'createServiceId',
    requires: { action: 'iam-identity.serviceid.create' },
    summary: 'Create a service ID',
    description: 'With `apikey` its first key is made in the same step; both or neither.',
    parameters: { headers: NEW_SERVICE_ID_HEADERS, query: NEW_SERVICE_ID_PARAMETERS },
    body: { schema: NEW_SERVICE_ID },
    answers: { 201: { description: 'The service ID.', schema: SERVICE_ID }, ...failureAnswers(404, 409, 413, 415) },
  },
  {
    ...COMMON,
    method: 'GET',
    path: SERVICE_ID_PATHS.one,
    operationId: 'getServiceId',
    requires: { action: 'iam-identity.serviceid.get' },
    summary: 'Read a service ID',
    parameters: { path: ID_PARAMETERS, query: SERVICE_ID_READ_PARAMETERS },
    answers: {
      200: { description: 'The service ID; its entity tag is the ETag.', schema: SERVICE_ID },
      ...failureAnswers(404),
    },
  },
  {
    ...COMMON,
    method: 'PUT',
    path: SERVICE_ID_PATHS.one,
    operationId: 'updateServiceId',
    requires: { action: 'iam-identity.serviceid.update' },
    summary: 'Change a service ID',
    description: 'What is absent stays as it is.',
    parameters: { path: ID_PARAMETERS, headers: CHANGE_HEADERS },
    body: { schema: SERVICE_ID_CHANGE },
    answers: {
      200: { description: 'The service ID as it is now.', schema: SERVICE_ID },
      ...failureAnswers(404, 409, 413, 415),
    },
  },
  {
    ...ONE,
    method: 'DELETE',
    path: SERVICE_ID_PATHS.one,
    operationId: 'deleteServiceId',
    requires: { action: 'iam-identity.serviceid.delete' },
    summary: 'Delete a service ID',
    description: 'Its keys and all their tokens end with it, at once.',
    answers: { 204: DONE, ...failureAnswers(404, 409) },
  },
  {
    ...ONE,
    method: 'POST',
    path: SERVICE_ID_PATHS.lock,
    operationId: 'lockServiceId',
    requires: { action: 'iam-identity.serviceid.lock' },
    summary: 'Lock a service ID',
    description: 'A locked service ID works, but cannot be changed or deleted.',
    answers: { 204: DONE, ...failureAnswers(404) },
  },
  {
    ...ONE,
    method: 'DELETE',
    path: SERVICE_ID_PATHS.lock,
    operationId: 'unlockServiceId',
    requires: { action: 'iam-identity.serviceid.unlock' },
    summary: 'Unlock a service ID',
    answers: { 204: DONE, ...failureAnswers(404) },
  },
];
