import type { IncomingMessage } from 'node:http';
import { EntityTagMissing } from '../problems/entity-problems.ts';
import { ParameterInvalid } from '../problems/request-problems.ts';

/** Longest entity tag, in characters. */
const LONGEST = 256;

// Linear: one class between optional fixed ends (RFC 9110, section 8.8.3, etagc without the comma).
const ONE_TAG = /^(?:W\/)?"?([A-Za-z0-9._:+/=-]+)"?$/;

/**
 * The entity tag that a write insists on: raw, quoted or weak, without its decoration; `'*'` for any version;
 * `undefined` without the header. Our tags are compared as whole texts, so a weak mark adds nothing.
 * @throws ParameterInvalid  a list of tags, or no tag at all
 */
export function readIfMatch({ headers }: Pick<IncomingMessage, 'headers'>): string | '*' | undefined {
  const header = headers['if-match']?.trim();
  if (header === undefined || header === '') return undefined;
  if (header === '*') return '*';
  const tag = header.length > LONGEST ? undefined : ONE_TAG.exec(header)?.[1];
  if (tag === undefined) throw new ParameterInvalid('If-Match', 'must be one entity tag or *');
  return tag;
}

/**
 * The version that a change insists on; `*` for any.
 * @throws EntityTagMissing  there is no `If-Match` (lost update: the change would overwrite what it never saw)
 * @throws ParameterInvalid  it is not one entity tag
 */
export function requiredIfMatch(request: Pick<IncomingMessage, 'headers'>): string {
  const ifMatch = readIfMatch(request);
  if (ifMatch !== undefined) return ifMatch;
  throw new EntityTagMissing('The header If-Match is missing.', {
    details: 'Send the entity tag that you read, or * for any version.',
  });
}
