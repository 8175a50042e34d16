import { z } from 'zod';
import type { Operation } from '../../http/openapi.ts';
import { failureAnswers } from './failure-answers.ts';
import {
  NEW_SVCACCT_PARAMETERS,
  SVCACCT_ANSWERS,
  SVCACCT_BODY,
  SVCACCT_LIST_PARAMETERS,
  SVCACCT_ONE,
  SVCACCT_PATCH,
  SVCACCT_PATHS,
} from './svcacct-schemas.ts';

const COMMON = { tags: ['Service accounts'], security: ['bearer'] } as const;
const OF = { of: 'the account of the token' } as const;
const WHO =
  'For administrators of the account; with a token of a service account the scope `fr:idm:*` is needed as well.';
const IF_MATCH = z.object({ 'If-Match': z.string().optional().describe('A `_rev`, or `*`. Default: `*`.') });
const ONE = { description: 'The service account.', schema: SVCACCT_ANSWERS.one } as const;

/** The rows of service accounts. */
export const SVCACCT_OPERATIONS: readonly Operation[] = [
  {
    ...COMMON,
    method: 'GET',
    path: SVCACCT_PATHS.all,
    operationId: 'listServiceAccounts',
    requires: { action: 'iam-identity.tenantkey.list', ...OF },
    summary: 'List the service accounts of the account',
    description: WHO,
    parameters: { query: SVCACCT_LIST_PARAMETERS },
    answers: {
      200: { description: 'One page, the oldest first.', schema: SVCACCT_ANSWERS.page },
      ...failureAnswers(403),
    },
  },
  {
    ...COMMON,
    method: 'POST',
    path: SVCACCT_PATHS.all,
    operationId: 'createServiceAccount',
    requires: { action: 'iam-identity.tenantkey.create', and: 'iam-identity.serviceid.create', ...OF },
    summary: 'Make a service account',
    description: `${WHO} It is a service ID without any rights; policies give it some.`,
    parameters: { query: NEW_SVCACCT_PARAMETERS },
    body: { schema: SVCACCT_BODY },
    answers: { 201: ONE, ...failureAnswers(403, 409, 413, 415) },
  },
  {
    ...COMMON,
    method: 'GET',
    path: SVCACCT_PATHS.one,
    operationId: 'getServiceAccount',
    requires: { action: 'iam-identity.tenantkey.get' },
    summary: 'Read a service account',
    description: 'Itself it may read without any right.',
    parameters: { path: SVCACCT_ONE },
    answers: { 200: ONE, ...failureAnswers(403, 404) },
  },
  {
    ...COMMON,
    method: 'PUT',
    path: SVCACCT_PATHS.one,
    operationId: 'replaceServiceAccount',
    requires: { action: 'iam-identity.tenantkey.update' },
    summary: 'Change a service account',
    description: `${WHO} With other keys or scopes, or inactive, its tokens are refused from the answer on.`,
    parameters: { path: SVCACCT_ONE, headers: IF_MATCH },
    body: { schema: SVCACCT_BODY },
    answers: { 200: ONE, ...failureAnswers(403, 404, 409, 413, 415) },
  },
  {
    ...COMMON,
    method: 'PATCH',
    path: SVCACCT_PATHS.one,
    operationId: 'updateServiceAccount',
    requires: { action: 'iam-identity.tenantkey.update' },
    summary: 'Change fields of a service account',
    description: 'As `replaceServiceAccount`.',
    parameters: { path: SVCACCT_ONE, headers: IF_MATCH },
    body: { schema: SVCACCT_PATCH },
    answers: { 200: ONE, ...failureAnswers(403, 404, 409, 413, 415) },
  },
  {
    ...COMMON,
    method: 'DELETE',
    path: SVCACCT_PATHS.one,
    operationId: 'deleteServiceAccount',
    requires: { action: 'iam-identity.tenantkey.delete', and: 'iam-identity.serviceid.delete' },
    summary: 'Delete a service account',
    description: `${WHO} It and its tokens are refused from the answer on.`,
    parameters: { path: SVCACCT_ONE },
    answers: { 200: { ...ONE, description: 'As it was.' }, ...failureAnswers(403, 404, 409) },
  },
];
