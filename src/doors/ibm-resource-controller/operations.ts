import type { Operation } from '../../http/openapi.ts';
import { GROUP_OPERATIONS } from './group-operations.ts';

/** Everything that this door serves, for the OpenAPI document. */
export const operations: readonly Operation[] = [...GROUP_OPERATIONS];
