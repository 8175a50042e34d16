import type { Operation } from '../../http/openapi.ts';
import { ALIAS_OPERATIONS } from './alias-operations.ts';
import { GROUP_OPERATIONS } from './group-operations.ts';
import { INSTANCE_OPERATIONS } from './instance-operations.ts';
import { KEY_OPERATIONS } from './key-operations.ts';
import { RECLAMATION_OPERATIONS } from './reclamation-operations.ts';

/** Everything that this door serves, for the OpenAPI document. */
export const operations: readonly Operation[] = [
  ...GROUP_OPERATIONS,
  ...INSTANCE_OPERATIONS,
  ...KEY_OPERATIONS,
  ...ALIAS_OPERATIONS,
  ...RECLAMATION_OPERATIONS,
];
