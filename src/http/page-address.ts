import type { Request } from 'express';
import { queryStringOf } from './read-query.ts';

/** A list, as one request asks for it. */
export interface AskedList {
  readonly request: Request;
  /** Without a last slash. */
  readonly publicUrl: string;
  /** The path of the list. */
  readonly path: string;
  /** The parameters that the addresses of its pages repeat. */
  readonly parameters: readonly string[];
}

/**
 * @returns the address of a page: what the request asked of the list, and which page
 * @param place by name, the parameters that tell the page; `undefined`: left out
 */
export function pageAddress(
  { request, publicUrl, path, parameters }: AskedList,
  place: Readonly<Record<string, string | undefined>>,
): string {
  const given = new URLSearchParams(queryStringOf(request));
  const query = new URLSearchParams();
  for (const name of parameters) {
    const value = given.get(name);
    if (value !== null && value !== '' && !Object.hasOwn(place, name)) query.set(name, value);
  }
  for (const [name, value] of Object.entries(place)) if (value !== undefined) query.set(name, value);
  return `${publicUrl}${path}?${query}`;
}
