import type { Operation } from '../../http/openapi.ts';
import { INGEST_OPERATIONS } from './ingest-operations.ts';
import { JAS_OPERATIONS } from './jas-operations.ts';
import { LOGIN_OPERATIONS } from './login-operations.ts';
import { SERVICE_OPERATIONS } from './service-operations.ts';
import { TOKEN_OPERATIONS } from './token-operations.ts';
import { USER_OPERATIONS } from './user-operations.ts';

/** Everything that this door serves, for the OpenAPI document. */
export const operations: readonly Operation[] = [
  ...LOGIN_OPERATIONS,
  ...USER_OPERATIONS,
  ...SERVICE_OPERATIONS,
  ...TOKEN_OPERATIONS,
  ...JAS_OPERATIONS,
  ...INGEST_OPERATIONS,
];
