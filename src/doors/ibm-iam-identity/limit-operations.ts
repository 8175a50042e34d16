import type { Operation } from '../../http/openapi.ts';
import { ACCOUNT_PATH_PARAMETERS } from './account-settings-schemas.ts';
import { failureAnswers } from './failure-answers.ts';
import { LIMIT_BODY, LIMIT_PARAMETERS, LIMITS } from './limit-schemas.ts';

/** The path of an account's limits, as the routes declare it. */
export const LIMITS_PATH = '/v1/accounts/:id/limits/identity';

const COMMON = { tags: ['Account limits'], security: ['bearer'], path: LIMITS_PATH } as const;
const FOUND = { 200: { description: 'The limits, and what was asked to be counted.', schema: LIMITS } } as const;

/** The rows of account limits; operation ids are those of IBM's generated clients. */
export const LIMIT_OPERATIONS: readonly Operation[] = [
  {
    ...COMMON,
    method: 'GET',
    operationId: 'getAccountLimits',
    requires: { action: 'iam-identity.account.get' },
    summary: 'Read how many of each there may be in an account, and are',
    parameters: { path: ACCOUNT_PATH_PARAMETERS, query: LIMIT_PARAMETERS },
    answers: { ...FOUND, ...failureAnswers() },
  },
  {
    ...COMMON,
    method: 'POST',
    operationId: 'bulkListAccountEntityConsumption',
    requires: { action: 'iam-identity.account.get' },
    summary: 'Read the same, asked for in a body',
    parameters: { path: ACCOUNT_PATH_PARAMETERS },
    body: { schema: LIMIT_BODY },
    answers: { ...FOUND, ...failureAnswers(413, 415) },
  },
];
