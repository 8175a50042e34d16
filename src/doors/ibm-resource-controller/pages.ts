import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Caller } from '../../access/caller.ts';
import { queryStringOf } from '../../http/read-query.ts';
import type { SealedCursors } from '../../http/sealed-cursors.ts';
import type { IndexValue } from '../../store/collection.ts';
import type { Page } from '../../store/store.ts';

const MOST_ROWS = 100;

/** Parameters of every list of this door that has pages. More than a page holds is a full page, as at IBM. */
export const PAGE_PARAMETERS = z.object({
  limit: z
    .string()
    .refine((text) => /^[0-9]{1,9}$/.test(text) && Number(text) > 0, 'must be a number from 1 on')
    .transform((text) => Math.min(Number(text), MOST_ROWS))
    .default(MOST_ROWS)
    .meta({ type: 'integer', minimum: 1, description: `Default, and at most: ${MOST_ROWS}.` }),
  start: z.string().optional().describe('As it stands in `next_url`.'),
});

/** @returns the schema of a page of such rows */
export const pageOf = <Row extends z.ZodType>(row: Row, id: string) =>
  z
    .object({
      rows_count: z.int().describe('Rows of this page.'),
      next_url: z.string().nullable().describe('`null` on the last page.'),
      resources: z.array(row),
    })
    .meta({ id });

/** A list, as one request asks for it. */
export interface ListPlace {
  readonly cursors: SealedCursors;
  readonly caller: Caller;
  readonly request: Request;
  /** Of the list, percent-encoded: `/v2/resource_instances`. */
  readonly path: string;
}

/**
 * @returns where the page begins, for the domain's `after`
 * @throws ParameterInvalid  `start` was not made here, or for another list, account or filter
 */
export function startOf(place: ListPlace, { start }: { readonly start?: string | undefined }) {
  return start === undefined ? undefined : place.cursors.open(start, contextOf(place), 'start');
}

/** Writes one page; `next_url` repeats what shapes the list. */
export function writePage<Row>(
  response: Response,
  place: ListPlace,
  { rows, next }: Page<Row>,
  representation: (row: Row) => unknown,
): void {
  response.json({
    rows_count: rows.length,
    next_url: next === undefined ? null : nextUrl(place, next),
    resources: rows.map(representation),
  });
}

function nextUrl(place: ListPlace, next: readonly IndexValue[]): string {
  const query = new URLSearchParams(queryStringOf(place.request));
  query.set('start', place.cursors.seal(next, contextOf(place)));
  return `${place.path}?${query}`;
}

/** Everything that shapes the list: its rows are of the caller's account, and what the query leaves out of it. */
function contextOf({ caller, request, path }: ListPlace): string {
  const filters = [...new URLSearchParams(queryStringOf(request))]
    .filter(([name, value]) => name !== 'start' && name !== 'limit' && value !== '')
    .sort(([one], [other]) => (one < other ? -1 : 1));
  return JSON.stringify([path, caller.accountId, filters]);
}
