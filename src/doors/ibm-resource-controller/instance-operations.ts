import type { Operation } from '../../http/openapi.ts';
import { failureAnswers } from './failure-answers.ts';
import {
  INSTANCE,
  INSTANCE_CHANGE,
  INSTANCE_DELETE_PARAMETERS,
  INSTANCE_LIST,
  INSTANCE_LIST_PARAMETERS,
  INSTANCE_PARAMETERS,
  NEW_INSTANCE,
  NEW_INSTANCE_HEADERS,
} from './instance-schemas.ts';

/** The paths of instances, as the routes declare them. */
export const INSTANCE_PATHS = {
  all: '/v2/resource_instances',
  one: '/v2/resource_instances/:id',
  lock: '/v2/resource_instances/:id/lock',
  lastOperation: '/v2/resource_instances/:id/last_operation',
} as const;

const COMMON = { tags: ['Resource instances'], security: ['bearer'] } as const;
const ONE = { path: INSTANCE_PARAMETERS };
const AS_IT_IS_NOW = { description: 'The instance as it is now.', schema: INSTANCE } as const;
const UPDATE = { action: 'resource-controller.instance.update' } as const;
const DELETE = { action: 'resource-controller.instance.delete' } as const;

/** The rows of instances; operation ids are those of IBM's generated clients. */
export const INSTANCE_OPERATIONS: readonly Operation[] = [
  {
    ...COMMON,
    method: 'GET',
    path: INSTANCE_PATHS.all,
    operationId: 'listResourceInstances',
    requires: { shows: 'resource-controller.instance.retrieve', of: 'the account of the token' },
    summary: 'List the instances of the account of the token',
    description: 'In the order of their creation; of one name or resource group, in a fixed one. A page may be short.',
    parameters: { query: INSTANCE_LIST_PARAMETERS },
    answers: { 200: { description: 'One page of instances.', schema: INSTANCE_LIST }, ...failureAnswers() },
  },
  {
    ...COMMON,
    method: 'POST',
    path: INSTANCE_PATHS.all,
    operationId: 'createResourceInstance',
    requires: { action: 'resource-controller.instance.create' },
    summary: 'Provision an instance',
    description: 'It is there when the answer is. One that takes log lines has an ingestion key from its beginning.',
    parameters: { headers: NEW_INSTANCE_HEADERS },
    body: { schema: NEW_INSTANCE },
    answers: { 201: { description: 'The instance.', schema: INSTANCE }, ...failureAnswers(404, 409, 413, 415) },
  },
  {
    ...COMMON,
    method: 'GET',
    path: INSTANCE_PATHS.one,
    operationId: 'getResourceInstance',
    requires: { action: 'resource-controller.instance.retrieve' },
    summary: 'Read an instance, also a removed one',
    parameters: ONE,
    answers: { 200: { description: 'The instance.', schema: INSTANCE }, ...failureAnswers(404) },
  },
  {
    ...COMMON,
    method: 'PATCH',
    path: INSTANCE_PATHS.one,
    operationId: 'updateResourceInstance',
    requires: UPDATE,
    summary: 'Change the name, plan or configuration of an instance',
    parameters: ONE,
    body: { schema: INSTANCE_CHANGE },
    answers: { 200: AS_IT_IS_NOW, ...failureAnswers(404, 409, 410, 413, 415, 422) },
  },
  {
    ...COMMON,
    method: 'DELETE',
    path: INSTANCE_PATHS.one,
    operationId: 'deleteResourceInstance',
    requires: DELETE,
    summary: 'Delete an instance',
    description:
      'From the answer on it takes nothing in. Where its plan reclaims, it can be restored for 7 days; else it is removed at once, with its ingestion keys.',
    parameters: { ...ONE, query: INSTANCE_DELETE_PARAMETERS },
    answers: { 204: { description: 'Done; no body.' }, ...failureAnswers(404, 409, 410, 422) },
  },
  {
    ...COMMON,
    method: 'POST',
    path: INSTANCE_PATHS.lock,
    operationId: 'lockResourceInstance',
    requires: UPDATE,
    summary: 'Lock an instance: it refuses changes and deletion',
    description: 'What belongs to it, such as its resource keys, is not locked with it.',
    parameters: ONE,
    answers: { 200: AS_IT_IS_NOW, ...failureAnswers(404, 409, 410) },
  },
  {
    ...COMMON,
    method: 'DELETE',
    path: INSTANCE_PATHS.lock,
    operationId: 'unlockResourceInstance',
    requires: UPDATE,
    summary: 'Unlock an instance',
    parameters: ONE,
    answers: { 200: AS_IT_IS_NOW, ...failureAnswers(404, 409, 410) },
  },
  {
    ...COMMON,
    method: 'DELETE',
    path: INSTANCE_PATHS.lastOperation,
    operationId: 'cancelLastopResourceInstance',
    requires: DELETE,
    summary: 'Cancel the operation that is under way',
    description: 'Refused with 409: every operation here ends with its answer, and none is `cancelable`.',
    parameters: ONE,
    answers: { 200: AS_IT_IS_NOW, ...failureAnswers(404, 409, 410) },
  },
];
