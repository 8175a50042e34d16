import type { Operation } from '../../http/openapi.ts';
import { ACCOUNT_OPERATIONS } from './account-operations.ts';
import { ACTIVATION_OPERATIONS } from './activation-operations.ts';
import { ALLOWED_ADDRESSES_OPERATIONS } from './allowed-addresses-operations.ts';
import { CATALOG_OPERATIONS } from './catalog-operations.ts';
import { DATA_SOURCE_OPERATIONS } from './data-source-operations.ts';
import { GROUPED_KEY_OPERATIONS } from './grouped-key-operations.ts';
import { INGESTION_KEY_OPERATIONS } from './ingestion-key-operations.ts';
import { INSTANCE_USE_OPERATIONS } from './instance-use-operations.ts';
import { KEY_GROUP_OPERATIONS } from './key-group-operations.ts';
import { KEY_LIST_OPERATIONS } from './key-list-operations.ts';
import { LOG_LINE_OPERATIONS } from './log-line-operations.ts';
import { LOG_SETTING_OPERATIONS } from './log-setting-operations.ts';
import { NODE_OPERATIONS } from './node-operations.ts';
import { PASSWORD_OPERATIONS } from './password-operations.ts';
import { SELF_OPERATIONS } from './self-operations.ts';
import { SIGN_OUT_OPERATIONS } from './sign-out-operations.ts';

/** Everything that this door serves, for the OpenAPI document. */
export const operations: readonly Operation[] = [
  ...SIGN_OUT_OPERATIONS,
  ...NODE_OPERATIONS,
  ...ALLOWED_ADDRESSES_OPERATIONS,
  ...ACCOUNT_OPERATIONS,
  ...ACTIVATION_OPERATIONS,
  ...SELF_OPERATIONS,
  ...PASSWORD_OPERATIONS,
  ...KEY_LIST_OPERATIONS,
  ...INGESTION_KEY_OPERATIONS,
  ...CATALOG_OPERATIONS,
  ...LOG_LINE_OPERATIONS,
  ...LOG_SETTING_OPERATIONS,
  ...INSTANCE_USE_OPERATIONS,
  ...KEY_GROUP_OPERATIONS,
  ...GROUPED_KEY_OPERATIONS,
  ...DATA_SOURCE_OPERATIONS,
];
