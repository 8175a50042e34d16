import type { IncomingMessage } from 'node:http';
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
