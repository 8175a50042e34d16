import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import { wholeNumber } from '../../http/number-schemas.ts';
import { queryStringOf } from '../../http/read-query.ts';
import { ParameterInvalid } from '../../problems/request-problems.ts';

/** Of the range of one list. */
const LONGEST_RANGE_MILLISECONDS = 24 * 3_600_000;
const LARGEST_PAGE = 1_000;

const WITH_ZONE = z.iso.datetime({ offset: true });

const INSTANT = z
  .string()
  // A plus that its client has not encoded has become a space.
  .transform((text) => text.replace(' ', '+'))
  .refine((text) => WITH_ZONE.safeParse(text).success && !Number.isNaN(Date.parse(text)), {
    error: 'must be a time with a zone, such as 2026-01-31T12:00:00Z',
  })
  .transform((text) => Date.parse(text))
  .meta({ type: 'string', format: 'date-time' });

/** Whether the answer is to be easy to read. */
export const PRETTY_PRINT = z.object({
  _prettyPrint: z.enum(['true', 'false']).optional().describe('`true`: with line ends and indents.'),
});

/** Parameters of following the log. */
export const TAIL_PARAMETERS = PRETTY_PRINT.extend({
  source: z.string().describe('One or more sources, separated by commas.'),
  transactionId: z.string().max(200).optional().describe('Only events of the request that had this id.'),
  _queryFilter: z.string().optional().describe('Such as `/payload/level eq "INFO" and /payload/userId pr`.'),
  _pageSize: wholeNumber({ least: 1, most: LARGEST_PAGE, usual: LARGEST_PAGE }),
  _pagedResultsCookie: z
    .string()
    .optional()
    .describe('As it stood in the answer before, which had the same sources and conditions.'),
});

/** Parameters of reading a range of the log. */
export const LOGS_PARAMETERS = TAIL_PARAMETERS.extend({
  beginTime: INSTANT.optional().describe(
    'ISO 8601 with a zone. Default: 24 hours before the end. Not read besides a cookie.',
  ),
  endTime: INSTANT.optional().describe(
    'Not included. Default: 24 hours after the beginning, or now. Not read besides a cookie.',
  ),
});

/** What is asked for. */
export type LogsQuery = z.output<typeof TAIL_PARAMETERS> & Partial<z.output<typeof LOGS_PARAMETERS>>;

/**
 * The range of a list, at most 24 hours.
 * @throws ParameterInvalid
 */
export function rangeOf(
  { beginTime, endTime }: LogsQuery,
  now: number,
): { readonly from: number; readonly to: number } {
  const to = endTime ?? (beginTime === undefined ? now : Math.min(now, beginTime + LONGEST_RANGE_MILLISECONDS));
  const from = beginTime ?? to - LONGEST_RANGE_MILLISECONDS;
  if (endTime !== undefined && from > to) throw new ParameterInvalid('endTime', 'must not be before beginTime');
  if (to - from > LONGEST_RANGE_MILLISECONDS) {
    throw new ParameterInvalid('endTime', 'must be at most 24 hours after beginTime');
  }
  return { from, to };
}

const LONE_FILTER = /^_queryFilter%3d/i;

/**
 * The request with a filter whose name can be read: frodo 3.3 encodes the equals sign too, so that the filter is a part of the name.
 * Nothing else is changed.
 */
export function withReadableFilter(request: Pick<IncomingMessage, 'url'>): Pick<IncomingMessage, 'url'> {
  const query = queryStringOf(request);
  if (!/_queryFilter%3d/i.test(query)) return request;
  const fields = query.split('&').map((field) => {
    if (!LONE_FILTER.test(field)) return field;
    const text = field.replace(LONE_FILTER, '');
    return `_queryFilter=${text.endsWith('=') ? text.slice(0, -1) : text}`;
  });
  return { url: `?${fields.join('&')}` };
}
