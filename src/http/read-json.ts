import type { ZodType } from 'zod';
import { RequestMalformed } from '../problems/request-problems.ts';
import { requireMediaType } from './media-type.ts';
import { hasBody, readBody, type UnreadRequest } from './read-body.ts';
import { parsedBySchema } from './schema-problems.ts';
import { utf8TextOf } from './text.ts';

/** How much a JSON body may hold. */
export interface ReadJsonLimits {
  /** Default: 262144 bytes (256 KiB). */
  readonly limitBytes?: number;
}

/** Deepest nesting of arrays and objects in a body. */
const MAXIMUM_DEPTH = 32;

/**
 * Reads a JSON body and checks it by the schema. No body counts as `{}`, so it is refused only where the schema needs
 * something. Besides `application/json` any `application/…+json` is read (RFC 6839, section 3.1).
 * @throws MediaTypeUnsupported  not JSON, not UTF-8, or compressed
 * @throws BodyTooLarge          over `limitBytes`
 * @throws ParameterMissing      the schema needs a member that is absent or empty
 * @throws ParameterInvalid      a member is not what the schema allows; both name its path
 * @throws RequestMalformed      not JSON, too deep, or with members that could poison a prototype
 */
export async function readJson<Output>(
  request: UnreadRequest,
  schema: ZodType<Output>,
  { limitBytes = 256 * 1024 }: ReadJsonLimits = {},
): Promise<Output> {
  const contentType = request.headers['content-type'];
  if (contentType !== undefined || hasBody(request)) requireMediaType(contentType, 'application/json', isJsonType);
  const body = await readBody(request, limitBytes);
  return parsedBySchema(schema, body.length === 0 ? {} : parseJson(body), 'body');
}

function isJsonType(type: string): boolean {
  return type === 'application/json' || (type.startsWith('application/') && type.endsWith('+json'));
}

function parseJson(body: Buffer): unknown {
  const text = utf8TextOf(body);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // V8's message quotes the text around the fault, which may be a secret: it goes nowhere, not even into `cause`.
    throw new RequestMalformed('The body is not valid JSON.');
  }
  refuseHostileShape(value);
  return value;
}

/** Walks without recursion, so that depth cannot exhaust the stack. */
function refuseHostileShape(root: unknown): void {
  const open: { value: unknown; depth: number }[] = [{ value: root, depth: 0 }];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const { value, depth } = at;
    if (typeof value !== 'object' || value === null) continue;
    if (depth >= MAXIMUM_DEPTH) throw new RequestMalformed(`The body nests deeper than ${MAXIMUM_DEPTH} levels.`);
    for (const [name, member] of Object.entries(value)) {
      refusePrototypeName(name);
      if (typeof member === 'object' && member !== null) open.push({ value: member, depth: depth + 1 });
    }
  }
}

/** Prototype pollution: merged into another object, these names would reach every object of the process. */
function refusePrototypeName(name: string): void {
  if (name !== '__proto__' && name !== 'constructor' && name !== 'prototype') return;
  throw new RequestMalformed(`A member may not be named '${name}'.`);
}
