import type { Operation } from '../../http/openapi.ts';
import {
  ACCOUNT_PATH_PARAMETERS,
  ACCOUNT_SETTINGS,
  ACCOUNT_SETTINGS_CHANGE,
  ACCOUNT_SETTINGS_PARAMETERS,
  EFFECTIVE_ACCOUNT_SETTINGS,
} from './account-settings-schemas.ts';
import { failureAnswers } from './failure-answers.ts';
import { CHANGE_HEADERS } from './schemas.ts';

/** The path of an account's identity settings, as the routes declare it. */
export const ACCOUNT_SETTINGS_PATH = '/v1/accounts/:id/settings/identity';

/** The path of what holds in an account. */
export const EFFECTIVE_SETTINGS_PATH = '/v1/accounts/:id/effective_settings/identity';

const COMMON = { tags: ['Account settings'], security: ['bearer'], path: ACCOUNT_SETTINGS_PATH } as const;

/** The rows of an account's identity settings; operation ids are those of IBM's generated clients. */
export const ACCOUNT_SETTINGS_OPERATIONS: readonly Operation[] = [
  {
    ...COMMON,
    method: 'GET',
    operationId: 'getAccountSettings',
    requires: { action: 'iam-identity.account.get' },
    summary: 'Read the identity settings of an account',
    parameters: { path: ACCOUNT_PATH_PARAMETERS, query: ACCOUNT_SETTINGS_PARAMETERS },
    answers: {
      200: { description: 'The settings; their entity tag is the ETag.', schema: ACCOUNT_SETTINGS },
      ...failureAnswers(),
    },
  },
  {
    ...COMMON,
    method: 'PUT',
    operationId: 'updateAccountSettings',
    requires: { action: 'iam-identity.account.update' },
    summary: 'Change the identity settings of an account',
    description:
      'What is absent stays as it is. The lives hold for tokens that are made from then on, allowed_ip_addresses for every one.',
    parameters: { path: ACCOUNT_PATH_PARAMETERS, headers: CHANGE_HEADERS },
    body: { schema: ACCOUNT_SETTINGS_CHANGE },
    answers: {
      200: { description: 'The settings as they are now.', schema: ACCOUNT_SETTINGS },
      ...failureAnswers(409, 413, 415),
    },
  },
  {
    ...COMMON,
    path: EFFECTIVE_SETTINGS_PATH,
    method: 'GET',
    operationId: 'getEffectiveAccountSettings',
    requires: { action: 'iam-identity.account.get' },
    summary: 'Read the identity settings of an account as they hold',
    parameters: { path: ACCOUNT_PATH_PARAMETERS, query: ACCOUNT_SETTINGS_PARAMETERS },
    answers: {
      200: { description: 'The settings, and what holds.', schema: EFFECTIVE_ACCOUNT_SETTINGS },
      ...failureAnswers(),
    },
  },
];
