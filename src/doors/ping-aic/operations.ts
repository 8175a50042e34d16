import type { Operation } from '../../http/openapi.ts';

/** Everything that this door serves, for the OpenAPI document. */
export const operations: readonly Operation[] = [];
