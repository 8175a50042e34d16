import type { Operation } from '../../http/openapi.ts';
import { POLICY_OPERATIONS } from './policy-operations.ts';

/** Everything that this door serves, for the OpenAPI document. */
export const operations: readonly Operation[] = [...POLICY_OPERATIONS];
