import type { Operation } from '../../http/openapi.ts';
import { USER_OPERATIONS } from './user-operations.ts';

/** Everything that this door serves, for the OpenAPI document. */
export const operations: readonly Operation[] = USER_OPERATIONS;
