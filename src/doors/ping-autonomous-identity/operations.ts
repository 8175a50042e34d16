import type { Operation } from '../../http/openapi.ts';
import { LOGIN_OPERATIONS } from './login-operations.ts';

/** Everything that this door serves, for the OpenAPI document. */
export const operations: readonly Operation[] = [...LOGIN_OPERATIONS];
