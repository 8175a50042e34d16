import { Buffer, isUtf8 } from 'node:buffer';
import type { Request } from 'express';
import type { ZodType } from 'zod';
import { parsedBySchema } from '../../http/schema-problems.ts';

/** A zod object whose members are named like headers. */
type HeaderSchema<Output> = ZodType<Output> & { readonly shape: Readonly<Record<string, unknown>> };

/**
 * Reads the headers that the schema names; an empty one is absent.
 * @throws ParameterMissing  the schema needs one that is absent
 * @throws ParameterInvalid  one is not what the schema allows; a repeated one is never
 */
export function readHeaders<Output>(request: Request, schema: HeaderSchema<Output>): Output {
  const given = Object.keys(schema.shape).map((name) => [name, headerText(request, name) || undefined]);
  return parsedBySchema(schema, Object.fromEntries(given), 'headers');
}

/**
 * Node gives the bytes of a header as ISO 8859-1, but most clients send text as UTF-8, and a value that its maker chose
 * for a key may have any characters. What is no UTF-8 is left as it is: some clients do send ISO 8859-1.
 */
function headerText(request: Request, name: string): string | undefined {
  const given = request.get(name);
  if (given === undefined) return undefined;
  const bytes = Buffer.from(given, 'latin1');
  return isUtf8(bytes) ? bytes.toString('utf8') : given;
}
