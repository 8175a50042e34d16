import type { Operation } from '../../http/openapi.ts';
import {
  ALIAS,
  ALIAS_CHANGE,
  ALIAS_DELETE_PARAMETERS,
  ALIAS_LIST,
  ALIAS_LIST_PARAMETERS,
  ALIAS_PARAMETERS,
  NEW_ALIAS,
} from './alias-schemas.ts';
import { failureAnswers } from './failure-answers.ts';
import { INSTANCE_PARAMETERS } from './instance-schemas.ts';
import { PAGE_PARAMETERS } from './pages.ts';

/** The paths of aliases, as the routes declare them. */
export const ALIAS_PATHS = {
  all: '/v2/resource_aliases',
  one: '/v2/resource_aliases/:id',
  ofInstance: '/v2/resource_instances/:id/resource_aliases',
} as const;

const COMMON = { tags: ['Resource aliases'], security: ['bearer'] } as const;
const ONE = { path: ALIAS_PARAMETERS };
const PAGE = { description: 'One page of aliases.', schema: ALIAS_LIST } as const;

/** The rows of aliases; operation ids are those of IBM's generated clients. */
export const ALIAS_OPERATIONS: readonly Operation[] = [
  {
    ...COMMON,
    method: 'GET',
    path: ALIAS_PATHS.all,
    operationId: 'listResourceAliases',
    requires: { shows: 'resource-controller.alias.retrieve', of: 'the account of the token' },
    summary: 'List the aliases of the account of the token',
    description: 'In the order of their creation; of one name, in a fixed one. A page may be short.',
    parameters: { query: ALIAS_LIST_PARAMETERS },
    answers: { 200: PAGE, ...failureAnswers() },
  },
  {
    ...COMMON,
    method: 'POST',
    path: ALIAS_PATHS.all,
    operationId: 'createResourceAlias',
    requires: { action: 'resource-controller.alias.create' },
    summary: 'Make an alias of an instance',
    description: 'Nothing is made in the other environment: its CRN is only written down.',
    body: { schema: NEW_ALIAS },
    answers: { 201: { description: 'The alias.', schema: ALIAS }, ...failureAnswers(404, 409, 410, 413, 415) },
  },
  {
    ...COMMON,
    method: 'GET',
    path: ALIAS_PATHS.one,
    operationId: 'getResourceAlias',
    requires: { action: 'resource-controller.alias.retrieve' },
    summary: 'Read an alias, also a removed one',
    parameters: ONE,
    answers: { 200: { description: 'The alias.', schema: ALIAS }, ...failureAnswers(404) },
  },
  {
    ...COMMON,
    method: 'PATCH',
    path: ALIAS_PATHS.one,
    operationId: 'updateResourceAlias',
    requires: { action: 'resource-controller.alias.update' },
    summary: 'Rename an alias',
    parameters: ONE,
    body: { schema: ALIAS_CHANGE },
    answers: { 200: { description: 'The alias.', schema: ALIAS }, ...failureAnswers(404, 409, 410, 413, 415) },
  },
  {
    ...COMMON,
    method: 'DELETE',
    path: ALIAS_PATHS.one,
    operationId: 'deleteResourceAlias',
    requires: { action: 'resource-controller.alias.delete' },
    summary: 'Delete an alias',
    description: 'Its resource keys and bindings are in the way (400), unless they are deleted with it.',
    parameters: { ...ONE, query: ALIAS_DELETE_PARAMETERS },
    answers: { 204: { description: 'Deleted; no body.' }, ...failureAnswers(404, 409, 410) },
  },
  {
    ...COMMON,
    method: 'GET',
    path: ALIAS_PATHS.ofInstance,
    operationId: 'listResourceAliasesForInstance',
    requires: { action: 'resource-controller.instance.retrieve' },
    summary: 'List the aliases of an instance',
    description: 'Those that the caller may retrieve, in the order of their creation.',
    parameters: { path: INSTANCE_PARAMETERS, query: PAGE_PARAMETERS },
    answers: { 200: PAGE, ...failureAnswers(404) },
  },
];
