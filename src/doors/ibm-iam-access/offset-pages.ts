import { z } from 'zod';
import { wholeNumber } from '../../http/number-schemas.ts';
import { type AskedList, pageAddress } from '../../http/page-address.ts';

const MOST_ROWS = 100;
const USUAL_ROWS = 50;

/** The parameters of a list that is paged by offsets. */
export const OFFSET_PARAMETERS = {
  limit: wholeNumber({ least: 0, most: MOST_ROWS, usual: USUAL_ROWS }),
  offset: wholeNumber({ least: 0, most: 1_000_000, usual: 0 }),
} as const;

const LINK = z.object({ href: z.string() });

/** What such a list answers beside its rows. */
export const OFFSET_MEMBERS = {
  limit: z.int(),
  offset: z.int(),
  total_count: z.int(),
  first: LINK,
  previous: LINK.optional().describe('Absent on the first page.'),
  next: LINK.optional().describe('Absent on the last page.'),
  last: LINK,
} as const;

/** What the request asks for. */
export interface OffsetPlace {
  readonly offset: number;
  readonly limit: number;
}

/** What stands in `OFFSET_MEMBERS`. */
export type OffsetEnvelope = z.input<z.ZodObject<typeof OFFSET_MEMBERS>>;

/** @returns what the list answers beside its rows. @param total rows of the whole list */
export function offsetEnvelope(list: AskedList, { offset, limit }: OffsetPlace, total: number): OffsetEnvelope {
  const link = (at: number) => ({ href: pageAddress(list, { limit: String(limit), offset: String(at) }) });
  // A page of no rows has no neighbours, and would be its own next for ever.
  const isPaged = limit > 0;
  const last = isPaged && total > 0 ? Math.floor((total - 1) / limit) * limit : 0;
  return {
    limit,
    offset,
    total_count: total,
    first: link(0),
    ...(isPaged && offset > 0 && { previous: link(Math.max(0, offset - limit)) }),
    ...(isPaged && offset + limit < total && { next: link(offset + limit) }),
    last: link(last),
  };
}
