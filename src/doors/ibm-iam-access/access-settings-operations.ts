import type { Operation } from '../../http/openapi.ts';
import { ACCESS_MANAGEMENT, ACCESS_MANAGEMENT_CHANGE, ACCOUNT_PATH_PARAMETERS } from './access-settings-schemas.ts';
import { failureAnswers } from './failure-answers.ts';
import { CHANGE_HEADERS } from './schemas.ts';

/** The path of an account's access management settings, as the routes declare it. */
export const ACCESS_MANAGEMENT_PATH = '/v1/accounts/:id/settings/access_management';

const COMMON = { tags: ['Account settings'], security: ['bearer'], path: ACCESS_MANAGEMENT_PATH } as const;
const SETTINGS = { description: 'The settings; their entity tag is the ETag.', schema: ACCESS_MANAGEMENT } as const;

/** The rows of an account's access management settings; operation ids are those of IBM's generated clients. */
export const ACCESS_MANAGEMENT_OPERATIONS: readonly Operation[] = [
  {
    ...COMMON,
    method: 'GET',
    operationId: 'getSettings',
    requires: { action: 'iam-access-management.settings.read' },
    summary: 'Read how identities of other accounts may act in this one',
    parameters: { path: ACCOUNT_PATH_PARAMETERS },
    answers: { 200: SETTINGS, ...failureAnswers() },
  },
  {
    ...COMMON,
    method: 'PATCH',
    operationId: 'updateSettings',
    requires: { action: 'iam-access-management.settings.update' },
    summary: 'Change how identities of other accounts may act in this one',
    description: 'What is absent stays as it is.',
    parameters: { path: ACCOUNT_PATH_PARAMETERS, headers: CHANGE_HEADERS },
    body: { schema: ACCESS_MANAGEMENT_CHANGE },
    answers: { 200: SETTINGS, ...failureAnswers(412, 413, 415) },
  },
];
