import type { Request } from 'express';
import { readIfMatch } from '../../http/if-match.ts';
import { EntityTagMissing } from '../../problems/entity-problems.ts';

/**
 * The version that a change insists on; `*` for any.
 * @throws EntityTagMissing  there is no `If-Match` (lost update: the change would overwrite what it never saw)
 * @throws ParameterInvalid  it is not one entity tag
 */
export function requiredIfMatch(request: Request): string {
  const ifMatch = readIfMatch(request);
  if (ifMatch !== undefined) return ifMatch;
  throw new EntityTagMissing('The header If-Match is missing.', {
    details: 'Send the ETag that you read, or * for any version.',
  });
}
