import type { Operation } from '../../http/openapi.ts';
import { LOG_KEY_OPERATIONS } from './log-key-operations.ts';

/** Everything that this door serves, for the OpenAPI document. */
export const operations: readonly Operation[] = [...LOG_KEY_OPERATIONS];
