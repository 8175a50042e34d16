import type { Operation } from '../../http/openapi.ts';
import { ALLOWED_ADDRESSES_OPERATIONS } from './allowed-addresses-operations.ts';
import { NODE_OPERATIONS } from './node-operations.ts';
import { SIGN_OUT_OPERATIONS } from './sign-out-operations.ts';

/** Everything that this door serves, for the OpenAPI document. */
export const operations: readonly Operation[] = [
  ...SIGN_OUT_OPERATIONS,
  ...NODE_OPERATIONS,
  ...ALLOWED_ADDRESSES_OPERATIONS,
];
