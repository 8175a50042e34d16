import type { Operation } from '../../http/openapi.ts';
import { AM_OPERATIONS } from './am-operations.ts';
import { ENVIRONMENT_OPERATIONS } from './environment-routes.ts';
import { LOG_KEY_OPERATIONS } from './log-key-operations.ts';
import { LOGS_OPERATIONS } from './logs-operations.ts';
import { SVCACCT_OPERATIONS } from './svcacct-operations.ts';

/** Everything that this door serves, for the OpenAPI document. */
export const operations: readonly Operation[] = [
  ...AM_OPERATIONS,
  ...ENVIRONMENT_OPERATIONS,
  ...SVCACCT_OPERATIONS,
  ...LOG_KEY_OPERATIONS,
  ...LOGS_OPERATIONS,
];
