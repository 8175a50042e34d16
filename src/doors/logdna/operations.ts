import type { Operation } from '../../http/openapi.ts';
import { CONFIG_KEY_OPERATIONS } from './config-key-operations.ts';
import { INGEST_OPERATIONS } from './ingest-operations.ts';

/** Everything that this door serves, for the OpenAPI document. */
export const operations: readonly Operation[] = [...CONFIG_KEY_OPERATIONS, ...INGEST_OPERATIONS];
