import type { Operation } from '../../http/openapi.ts';
import { failureAnswers } from './failure-answers.ts';
import {
  ALIAS_OF_KEYS_PARAMETERS,
  BINDING,
  BINDING_LIST,
  BINDING_PARAMETERS,
  KEY,
  KEY_CHANGE,
  KEY_LIST,
  KEY_LIST_PARAMETERS,
  KEY_PARAMETERS,
  KEYS_OF_INSTANCE_PARAMETERS,
  NEW_BINDING,
  NEW_KEY,
} from './key-schemas.ts';
import { PAGE_PARAMETERS } from './pages.ts';

/** The paths of resource keys and bindings, as the routes declare them. */
export const KEY_PATHS = {
  keys: '/v2/resource_keys',
  key: '/v2/resource_keys/:id',
  ofInstance: '/v2/resource_instances/:id/resource_keys',
  bindings: '/v2/resource_bindings',
  binding: '/v2/resource_bindings/:id',
  ofAlias: '/v2/resource_aliases/:id/resource_keys',
  bindingsOfAlias: '/v2/resource_aliases/:id/resource_bindings',
} as const;

const requires = (verb: string) => ({ action: `resource-controller.credential.${verb}` });
const SHOWN = { shows: 'resource-controller.credential.retrieve', of: 'the account of the token' } as const;
const ALL_OR_NONE =
  'A service ID, its API key, a policy when a role is given, and for instances that take log lines an ingestion key and a service key: all of it, or nothing. Where the instance takes log lines its Manager role is needed too. Nobody gives a role that they do not hold there.';
const REMOVES =
  'Removes all that was made with it; tokens of its API key are refused from the answer on. What was there before, named by `serviceid_crn`, stays.';

/** The rows of resource keys and bindings; operation ids are those of IBM's generated clients. */
export const KEY_OPERATIONS: readonly Operation[] = [...keyOperations(), ...bindingOperations()];

function keyOperations(): readonly Operation[] {
  const common = { tags: ['Resource keys'], security: ['bearer'] } as const;
  const path = { path: KEY_PARAMETERS };
  return [
    {
      ...common,
      ...{ method: 'GET', path: KEY_PATHS.keys, operationId: 'listResourceKeys', requires: SHOWN },
      summary: 'List the resource keys of the account',
      description: 'Those that the caller may retrieve, without removed ones; a page may be short and not the last.',
      parameters: { query: KEY_LIST_PARAMETERS },
      answers: { 200: { description: 'A page of keys.', schema: KEY_LIST }, ...failureAnswers() },
    },
    {
      ...common,
      ...{ method: 'POST', path: KEY_PATHS.keys, operationId: 'createResourceKey', requires: requires('create') },
      summary: 'Make a resource key: a bundle of credentials for one instance',
      description: ALL_OR_NONE,
      body: { schema: NEW_KEY },
      answers: {
        201: { description: 'It is made, and all of it.', schema: KEY },
        ...failureAnswers(404, 409, 410, 413, 415, 422),
      },
    },
    {
      ...common,
      ...{ method: 'GET', path: KEY_PATHS.key, operationId: 'getResourceKey', requires: requires('retrieve') },
      summary: 'Read a resource key, also a removed one',
      description: 'Its values are shown to who may do all that the key may.',
      parameters: path,
      answers: { 200: { description: 'The key.', schema: KEY }, ...failureAnswers(404) },
    },
    {
      ...common,
      ...{ method: 'PATCH', path: KEY_PATHS.key, operationId: 'updateResourceKey', requires: requires('update') },
      summary: 'Rename a resource key',
      parameters: path,
      body: { schema: KEY_CHANGE },
      answers: { 200: { description: 'The key.', schema: KEY }, ...failureAnswers(404, 409, 410, 413, 415) },
    },
    {
      ...common,
      ...{ method: 'DELETE', path: KEY_PATHS.key, operationId: 'deleteResourceKey', requires: requires('delete') },
      summary: 'Delete a resource key',
      description: REMOVES,
      parameters: path,
      answers: { 204: { description: 'Deleted; no body.' }, ...failureAnswers(404, 409, 410) },
    },
    {
      ...common,
      ...{ method: 'GET', path: KEY_PATHS.ofInstance, operationId: 'listResourceKeysForInstance' },
      requires: requires('retrieve'),
      summary: 'List the resource keys of an instance',
      description: 'Without those of its aliases, and without removed ones.',
      parameters: { path: KEYS_OF_INSTANCE_PARAMETERS, query: PAGE_PARAMETERS },
      answers: { 200: { description: 'A page of keys.', schema: KEY_LIST }, ...failureAnswers(404) },
    },
    {
      ...common,
      ...{ method: 'GET', path: KEY_PATHS.ofAlias, operationId: 'listResourceKeysForAlias' },
      requires: requires('retrieve'),
      summary: 'List the resource keys of an alias',
      parameters: { path: ALIAS_OF_KEYS_PARAMETERS, query: PAGE_PARAMETERS },
      answers: { 200: { description: 'A page of keys.', schema: KEY_LIST }, ...failureAnswers(404) },
    },
  ];
}

function bindingOperations(): readonly Operation[] {
  const common = { tags: ['Resource bindings'], security: ['bearer'] } as const;
  const path = { path: BINDING_PARAMETERS };
  return [
    {
      ...common,
      ...{ method: 'GET', path: KEY_PATHS.bindings, operationId: 'listResourceBindings', requires: SHOWN },
      summary: 'List the resource bindings of the account',
      description: 'Those that the caller may retrieve, without removed ones; a page may be short and not the last.',
      parameters: { query: KEY_LIST_PARAMETERS },
      answers: { 200: { description: 'A page of bindings.', schema: BINDING_LIST }, ...failureAnswers() },
    },
    {
      ...common,
      ...{
        method: 'POST',
        path: KEY_PATHS.bindings,
        operationId: 'createResourceBinding',
        requires: requires('create'),
      },
      summary: 'Make a resource binding: a bundle of credentials for an application, from an alias',
      description: ALL_OR_NONE,
      body: { schema: NEW_BINDING },
      answers: {
        201: { description: 'It is made, and all of it.', schema: BINDING },
        ...failureAnswers(404, 409, 410, 413, 415, 422),
      },
    },
    {
      ...common,
      ...{ method: 'GET', path: KEY_PATHS.binding, operationId: 'getResourceBinding', requires: requires('retrieve') },
      summary: 'Read a resource binding, also a removed one',
      parameters: path,
      answers: { 200: { description: 'The binding.', schema: BINDING }, ...failureAnswers(404) },
    },
    {
      ...common,
      ...{
        method: 'PATCH',
        path: KEY_PATHS.binding,
        operationId: 'updateResourceBinding',
        requires: requires('update'),
      },
      summary: 'Rename a resource binding',
      parameters: path,
      body: { schema: KEY_CHANGE },
      answers: { 200: { description: 'The binding.', schema: BINDING }, ...failureAnswers(404, 409, 410, 413, 415) },
    },
    {
      ...common,
      ...{
        method: 'DELETE',
        path: KEY_PATHS.binding,
        operationId: 'deleteResourceBinding',
        requires: requires('delete'),
      },
      summary: 'Delete a resource binding',
      description: REMOVES,
      parameters: path,
      answers: { 204: { description: 'Deleted; no body.' }, ...failureAnswers(404, 409, 410) },
    },
    {
      ...common,
      ...{ method: 'GET', path: KEY_PATHS.bindingsOfAlias, operationId: 'listResourceBindingsForAlias' },
      requires: requires('retrieve'),
      summary: 'List the resource bindings of an alias',
      parameters: { path: ALIAS_OF_KEYS_PARAMETERS, query: PAGE_PARAMETERS },
      answers: { 200: { description: 'A page of bindings.', schema: BINDING_LIST }, ...failureAnswers(404) },
    },
  ];
}
