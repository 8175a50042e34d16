import type { Operation } from '../../http/openapi.ts';
import { ACCOUNT_SETTINGS_OPERATIONS } from './account-settings-operations.ts';
import { API_KEY_OPERATIONS } from './api-key-operations.ts';
import { EMPTY_LIST_OPERATIONS } from './empty-list-operations.ts';
import { LIMIT_OPERATIONS } from './limit-operations.ts';
import { REPORT_OPERATIONS } from './report-operations.ts';
import { SERVICE_ID_GROUP_OPERATIONS } from './service-id-group-operations.ts';
import { SERVICE_ID_OPERATIONS } from './service-id-operations.ts';

/** Everything that this door serves, for the OpenAPI document. */
export const operations: readonly Operation[] = [
  ...API_KEY_OPERATIONS,
  ...SERVICE_ID_OPERATIONS,
  ...SERVICE_ID_GROUP_OPERATIONS,
  ...ACCOUNT_SETTINGS_OPERATIONS,
  ...EMPTY_LIST_OPERATIONS,
  ...REPORT_OPERATIONS,
  ...LIMIT_OPERATIONS,
];
