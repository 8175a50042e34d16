import { type ZodType, z } from 'zod';

/** The envelope of a list, which the system calls a query result. */
export interface ResultPage<Row> {
  readonly result: readonly Row[];
  readonly resultCount: number;
  /** The end of the list is `null`: clients go on while there is anything else, also an empty text. */
  readonly pagedResultsCookie: string | null;
  readonly totalPagedResultsPolicy: 'NONE';
  readonly totalPagedResults: number;
  readonly remainingPagedResults: number;
}

/** The schema of a list of these. */
export const pageOf = (row: ZodType) =>
  z.object({
    result: z.array(row),
    resultCount: z.int(),
    pagedResultsCookie: z.string().nullable().describe('Null: nothing follows.'),
    totalPagedResultsPolicy: z.literal('NONE'),
    totalPagedResults: z.int(),
    remainingPagedResults: z.int(),
  });

/** A list that is whole: recorded answers say "1 page, 0 remain" of it, however long it is. */
export function wholePage<Row>(rows: readonly Row[]): ResultPage<Row> {
  return {
    result: rows,
    resultCount: rows.length,
    pagedResultsCookie: null,
    totalPagedResultsPolicy: 'NONE',
    totalPagedResults: 1,
    remainingPagedResults: 0,
  };
}
