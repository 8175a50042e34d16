import type { Request } from 'express';
import type { ZodType } from 'zod';
import { readIfMatch } from '../../http/if-match.ts';
import { parsedBySchema } from '../../http/schema-problems.ts';
import { EntityTagMissing } from '../../problems/entity-problems.ts';

/** A zod object whose members are named like headers. */
type HeaderSchema<Output> = ZodType<Output> & { readonly shape: Readonly<Record<string, unknown>> };

/**
 * Reads the headers that the schema names; an empty one is absent.
 * @throws ParameterMissing  the schema needs one that is absent
 * @throws ParameterInvalid  one is not what the schema allows; a repeated one is never
 */
export function readHeaders<Output>(request: Request, schema: HeaderSchema<Output>): Output {
  const given = Object.keys(schema.shape).map((name) => [name, request.get(name) || undefined]);
  return parsedBySchema(schema, Object.fromEntries(given), 'headers');
}

/**
 * The version that a change insists on; `*` for any.
 * @throws EntityTagMissing  there is no `If-Match` (lost update: the change would overwrite what it never saw)
 * @throws ParameterInvalid  it is not one entity tag
 */
export function requiredIfMatch(request: Request): string {
  const ifMatch = readIfMatch(request);
  if (ifMatch !== undefined) return ifMatch;
  throw new EntityTagMissing('The header If-Match is missing.', {
    details: 'Send the entity_tag that you read, or * for any version.',
  });
}
