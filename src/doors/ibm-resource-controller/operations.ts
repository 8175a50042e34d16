import type { Operation } from '../../http/openapi.ts';
import { GROUP_OPERATIONS } from './group-operations.ts';
import { INSTANCE_OPERATIONS } from './instance-operations.ts';
import { RECLAMATION_OPERATIONS } from './reclamation-operations.ts';

/** Everything that this door serves, for the OpenAPI document. */
export const operations: readonly Operation[] = [
  ...GROUP_OPERATIONS,
  ...INSTANCE_OPERATIONS,
  ...RECLAMATION_OPERATIONS,
];
