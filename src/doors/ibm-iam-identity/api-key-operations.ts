import type { Operation } from '../../http/openapi.ts';
import {
  API_KEY,
  API_KEY_CHANGE,
  API_KEY_DETAILS_HEADERS,
  API_KEY_DETAILS_PARAMETERS,
  API_KEY_LIST,
  API_KEY_LIST_PARAMETERS,
  NEW_API_KEY,
  NEW_API_KEY_HEADERS,
} from './api-key-schemas.ts';
import { failureAnswers } from './failure-answers.ts';
import { CHANGE_HEADERS, ID_PARAMETERS, READ_PARAMETERS } from './schemas.ts';

/** The paths of API keys, as the routes declare them. */
export const API_KEY_PATHS = {
  all: '/v1/apikeys',
  details: '/v1/apikeys/details',
  one: '/v1/apikeys/:id',
  lock: '/v1/apikeys/:id/lock',
  disable: '/v1/apikeys/:id/disable',
} as const;

const COMMON = { tags: ['API keys'], security: ['bearer'] } as const;
const ONE = { ...COMMON, parameters: { path: ID_PARAMETERS } } as const;
const DONE = { description: 'Done; no body.' } as const;

/** The rows of `/v1/apikeys`; operation ids are those of IBM's generated clients. */
export const API_KEY_OPERATIONS: readonly Operation[] = [
  {
    ...COMMON,
    method: 'GET',
    path: API_KEY_PATHS.all,
    operationId: 'listApiKeys',
    requires: { action: 'iam-identity.apikey.list' },
    summary: 'List API keys',
    description: "The caller's own keys, those of one identity, or of the whole account. Values are never listed.",
    parameters: { query: API_KEY_LIST_PARAMETERS },
    answers: { 200: { description: 'One page of keys.', schema: API_KEY_LIST }, ...failureAnswers() },
  },
  {
    ...COMMON,
    method: 'POST',
    path: API_KEY_PATHS.all,
    operationId: 'createApiKey',
    requires: { action: 'iam-identity.apikey.create' },
    summary: 'Create an API key',
    description: 'The value stands in this answer and nowhere else, unless store_value was asked for.',
    parameters: { headers: NEW_API_KEY_HEADERS },
    body: { schema: NEW_API_KEY },
    answers: {
      201: { description: 'The key with its value.', schema: API_KEY },
      ...failureAnswers(404, 409, 413, 415),
    },
  },
  {
    ...COMMON,
    method: 'GET',
    path: API_KEY_PATHS.details,
    operationId: 'getApiKeysDetails',
    requires: { action: 'iam-identity.apikey.get' },
    summary: 'Find an API key by its value',
    parameters: { query: API_KEY_DETAILS_PARAMETERS, headers: API_KEY_DETAILS_HEADERS },
    answers: { 200: { description: 'The key.', schema: API_KEY }, ...failureAnswers(404) },
  },
  {
    ...COMMON,
    method: 'GET',
    path: API_KEY_PATHS.one,
    operationId: 'getApiKey',
    requires: { action: 'iam-identity.apikey.get' },
    summary: 'Read an API key',
    parameters: { path: ID_PARAMETERS, query: READ_PARAMETERS },
    answers: { 200: { description: 'The key; its entity tag is the ETag.', schema: API_KEY }, ...failureAnswers(404) },
  },
  {
    ...COMMON,
    method: 'PUT',
    path: API_KEY_PATHS.one,
    operationId: 'updateApiKey',
    requires: { action: 'iam-identity.apikey.update' },
    summary: 'Change an API key',
    description: 'What is absent stays as it is.',
    parameters: { path: ID_PARAMETERS, headers: CHANGE_HEADERS },
    body: { schema: API_KEY_CHANGE },
    answers: { 200: { description: 'The key as it is now.', schema: API_KEY }, ...failureAnswers(404, 409, 413, 415) },
  },
  {
    ...ONE,
    method: 'DELETE',
    path: API_KEY_PATHS.one,
    operationId: 'deleteApiKey',
    requires: { action: 'iam-identity.apikey.delete' },
    summary: 'Delete an API key',
    description: 'Its tokens end with it, at once. One that was made with a resource key goes only with that: 409.',
    answers: { 204: DONE, ...failureAnswers(404, 409) },
  },
  {
    ...ONE,
    method: 'POST',
    path: API_KEY_PATHS.lock,
    operationId: 'lockApiKey',
    requires: { action: 'iam-identity.apikey.lock' },
    summary: 'Lock an API key',
    description: 'A locked key works, but cannot be changed, enabled or deleted.',
    answers: { 204: DONE, ...failureAnswers(404) },
  },
  {
    ...ONE,
    method: 'DELETE',
    path: API_KEY_PATHS.lock,
    operationId: 'unlockApiKey',
    requires: { action: 'iam-identity.apikey.unlock' },
    summary: 'Unlock an API key',
    answers: { 204: DONE, ...failureAnswers(404) },
  },
  {
    ...ONE,
    method: 'POST',
    path: API_KEY_PATHS.disable,
    operationId: 'disableApiKey',
    requires: { action: 'iam-identity.apikey.disable' },
    summary: 'Disable an API key',
    description: 'Its tokens end at once. Works on a locked key as well.',
    answers: { 204: DONE, ...failureAnswers(404) },
  },
  {
    ...ONE,
    method: 'DELETE',
    path: API_KEY_PATHS.disable,
    operationId: 'enableApiKey',
    requires: { action: 'iam-identity.apikey.enable' },
    summary: 'Enable an API key',
    answers: { 204: DONE, ...failureAnswers(404, 409) },
  },
];
