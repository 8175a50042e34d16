import { MediaTypeUnsupported } from '../problems/request-problems.ts';

/** Longest `Content-Type` that is looked at, in characters. */
const LONGEST = 256;

/**
 * Whether a `Content-Type` names a type that the route reads, in UTF-8. Parameters other than `charset` mean nothing for
 * these types and are passed over (RFC 9110, section 8.3.1).
 * @param accepts told the lower-case type without its parameters
 * @throws MediaTypeUnsupported  absent, another type, or another character set
 */
export function requireMediaType(
  contentType: string | undefined,
  wanted: string,
  accepts: (type: string) => boolean = (type) => type === wanted,
): void {
  if (contentType === wanted) return;
  const [type = '', ...parameters] = (contentType ?? '').slice(0, LONGEST).toLowerCase().split(';');
  if (!accepts(type.trim()) || (contentType ?? '').length > LONGEST) {
    throw new MediaTypeUnsupported('The Content-Type is not supported here.', { details: `Send ${wanted}.` });
  }
  for (const parameter of parameters) requireUtf8(parameter, wanted);
}

/** Bytes read in another character set would mean something else to us than to a filter in front of us. */
function requireUtf8(parameter: string, wanted: string): void {
  const equals = parameter.indexOf('=');
  if (equals === -1 || parameter.slice(0, equals).trim() !== 'charset') return;
  const charset = parameter.slice(equals + 1).trim();
  if (charset === 'utf-8' || charset === '"utf-8"' || charset === 'utf8') return;
  throw new MediaTypeUnsupported('The character set is not supported.', { details: `Send ${wanted} in UTF-8.` });
}
