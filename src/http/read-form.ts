import { requireMediaType } from './media-type.ts';
import { hasBody, readBody, type UnreadRequest } from './read-body.ts';
import { utf8TextOf } from './text.ts';
import { type Form, parseUrlEncoded } from './url-encoded.ts';

/** How much a form may hold. */
export interface ReadFormLimits {
  /** Default: 8192 bytes. */
  readonly limitBytes?: number;
  /** Default: 20. */
  readonly maximumFields?: number;
  /** Names that may stand more than once (RFC 8693: `resource`, `audience`). Default: none. */
  readonly repeatable?: readonly string[];
}

/**
 * Reads the form in the body; no body is an empty form. Without a parser library and without middleware, because the
 * token route must cost little.
 * @throws MediaTypeUnsupported  not a form, not UTF-8, or compressed
 * @throws BodyTooLarge          over `limitBytes`
 * @throws ParameterRepeated     a name stands twice (RFC 6749, section 3.2)
 * @throws RequestMalformed      cut short, too many fields, bad encoding, control characters
 */
export async function readForm(
  request: UnreadRequest,
  { limitBytes = 8192, maximumFields = 20, repeatable }: ReadFormLimits = {},
): Promise<Form> {
  const contentType = request.headers['content-type'];
  if (contentType !== undefined || hasBody(request)) {
    requireMediaType(contentType, 'application/x-www-form-urlencoded');
  }
  const body = await readBody(request, limitBytes);
  return parseUrlEncoded(utf8TextOf(body), { maximumFields, repeatable });
}
