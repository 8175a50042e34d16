import { type ZodType, z } from 'zod';
import { CHOSEN_SECRET_LEAST, CHOSEN_SECRET_MOST } from '../../api-keys/chosen-secret.ts';
import { wholeNumber } from '../../http/number-schemas.ts';
import { linesUpTo, textUpTo } from '../../http/text-schemas.ts';
import { readDate } from './dates.ts';

/** The parts of schemas that API keys and service IDs share (IBM Cloud IAM Identity API, section "Schemas"). */

/** Not unique; 1 to 255 characters on one line. */
export const NAME = textUpTo(255).describe('Not unique.');

/** Up to 900 characters, so that a list in the order of descriptions has page tokens of a bearable length. */
export const DESCRIPTION = linesUpTo(900).describe('In a change, an empty one takes the description away.');

/** The account; absent in a request: the token's own. */
export const ACCOUNT_ID = z.string().min(1).max(100).describe('Default: the account of the token.');

/** An instant, as it is read. */
export const DATE = z
  .string()
  .transform((text, context) => {
    const at = readDate(text);
    if (at !== undefined) return at;
    context.addIssue({ code: 'custom', message: 'must be a date such as 2026-11-21T04:00+0000' });
    return z.NEVER;
  })
  .describe('A date in ISO 8601 with an offset, such as 2026-11-21T04:00+0000.');

/** `none`, `disable` or `delete`. */
export const ACTION_WHEN_LEAKED = z
  .enum(['none', 'disable', 'delete'])
  .describe('What happens to the key when it is found in public. Default: disable.');

/** A value of the caller's own choosing; which ones there may be, the domain says. */
export const CHOSEN_VALUE = z
  .string()
  .describe(
    `A value of your own: ${CHOSEN_SECRET_LEAST} to ${CHOSEN_SECRET_MOST} characters that no other key has. Only where the account allows it.`,
  );

/** `true` or `false` as text, in queries and headers. Default: false. */
export const FLAG = z
  .stringbool({ truthy: ['true'], falsy: ['false'] })
  .default(false)
  .meta({ type: 'boolean', description: 'Default: false.' });

/** A service ID group of the account. */
export const GROUP_ID = textUpTo(100).describe('`ServiceIdGroup-<uuid>`.');

const MOST_ROWS = 100;
const USUAL_ROWS = 20;

/** Parameters of every list. */
export const PAGE_PARAMETERS = {
  pagesize: wholeNumber({ least: 1, most: MOST_ROWS, usual: USUAL_ROWS }),
  pagetoken: z.string().optional().describe('As it stands in `first`, `previous` and `next`, with the same filters.'),
  order: z.enum(['asc', 'desc']).default('asc'),
  include_history: FLAG,
  filter: z
    .string()
    .max(1000)
    .optional()
    .describe('Such as `name sw "ci-" and description co_ci "build"`; operators sw, ew, co, eq, and each with _ci.'),
} as const;

/** Parameters of every path that names one thing. */
export const ID_PARAMETERS = z.object({
  id: z.string().describe('The id, or the percent-encoded CRN.'),
});

/** Parameters of reading one thing. */
export const READ_PARAMETERS = z.object({ include_history: FLAG, include_activity: FLAG });

/** Headers of a change. */
export const CHANGE_HEADERS = z.object({
  'If-Match': z.string().describe('The entity tag of the version that is to be changed, or `*` for any.'),
});

/** What a list answers beside its rows. */
export const PAGE_MEMBERS = {
  offset: z.int().describe('Rows before this page.'),
  limit: z.int().describe('Most rows of a page.'),
  first: z.string(),
  previous: z.string().optional(),
  next: z.string().optional().describe('Absent on the last page.'),
} as const;

/** One entry of the history. */
const HISTORY_ENTRY = z
  .object({
    timestamp: z.string(),
    iam_id: z.string(),
    iam_id_account: z.string(),
    action: z.string(),
    params: z.array(z.string()),
    message: z.string(),
  })
  .meta({ id: 'HistoryEntry' });

/** How much something was used. */
export const ACTIVITY = z.object({ last_authn: z.string().optional(), authn_count: z.int() });

/** What an answer holds only when it was asked for. */
export const TRACK_RECORD_MEMBERS = {
  history: z.array(HISTORY_ENTRY).optional().describe('Newest first, at most 50; only with include_history.'),
  activity: ACTIVITY.optional().describe('Only with include_activity.'),
} as const;

/** `history` and `activity`, as they are written. */
export type TrackRecordRepresentation = Partial<z.input<z.ZodObject<typeof TRACK_RECORD_MEMBERS>>>;

/** The body of every failure. */
export const FAILURE: ZodType = z
  .object({
    context: z.object({ transaction_id: z.string() }),
    trace: z.string(),
    status_code: z.int(),
    errors: z.array(
      z.object({
        code: z.string(),
        message_code: z.string(),
        message: z.string(),
        details: z.string().optional(),
      }),
    ),
  })
  .meta({ id: 'IdentityFailure' });
