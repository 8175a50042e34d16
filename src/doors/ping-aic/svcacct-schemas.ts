import { z } from 'zod';
import { linesUpTo, textUpTo } from '../../http/text-schemas.ts';
import { SCOPE_NAMES } from './environment-scopes.ts';
import { pageOf } from './result-page.ts';

/** The paths of service accounts, as the routes declare them. */
export const SVCACCT_PATHS = { all: '/openidm/managed/svcacct', one: '/openidm/managed/svcacct/:svcacct' } as const;

const LONGEST_NAME = 100;
const LONGEST_DESCRIPTION = 1_000;
const MOST_SCOPES = 50;
const LARGEST_PAGE = 1_000;
const STATUS = z.enum(['active', 'inactive', 'Active', 'Inactive']);

const SCOPE = z.string().refine((scope) => SCOPE_NAMES.has(scope), 'must be a scope of service accounts');

/** The query of `POST`. */
export const NEW_SVCACCT_PARAMETERS = z.object({ _action: z.literal('create') });

/** The body of a new one, and of `PUT`. */
export const SVCACCT_BODY = z
  .object({
    name: textUpTo(LONGEST_NAME),
    description: linesUpTo(LONGEST_DESCRIPTION).optional(),
    accountStatus: STATUS.optional().describe('Default: active.'),
    scopes: z
      .array(SCOPE)
      .min(1)
      .max(MOST_SCOPES)
      .describe('Of those that `/environment/scopes/service-accounts` lists.'),
    jwks: z.string().min(1).describe('A JSON Web Key Set as JSON text: public keys alone.'),
  })
  .meta({ id: 'ServiceAccountBody' });

/** The body of `PATCH`: each field by itself. */
export const SVCACCT_PATCH = z
  .array(
    z.object({
      operation: z.enum(['replace', 'add']),
      field: z.string().max(50).describe('The name of a field, with a slash before it or without.'),
      value: z.unknown(),
    }),
  )
  .min(1)
  .max(20)
  .meta({ id: 'ServiceAccountPatch' });

/** The fields that may be patched. */
export const SVCACCT_CHANGE = SVCACCT_BODY.partial().strict();

/** The query of a list. */
export const SVCACCT_LIST_PARAMETERS = z.object({
  _queryFilter: z
    .string()
    .max(1_000)
    .optional()
    .describe('`true`; or a name, as in `name eq "x"`, `name sw "x"`, `name co "x"`.'),
  _pageSize: z.coerce.number().int().min(1).max(LARGEST_PAGE).optional().describe('Default: 100.'),
  _pagedResultsCookie: z.string().optional().describe('Of the page before.'),
  _fields: z.string().optional().describe('Read, and passed over: every answer has all fields.'),
});

/** Which one. */
export const SVCACCT_ONE = z.object({ svcacct: z.string() });

const SVCACCT = z
  .object({
    _id: z.string().describe('Its `iss` and `sub`.'),
    _rev: z.string().describe('Its entity tag, for If-Match.'),
    name: z.string(),
    description: z.string(),
    accountStatus: z.enum(['active', 'inactive']),
    scopes: z.array(z.string()),
    jwks: z.string(),
  })
  .meta({ id: 'ServiceAccount' });

/** A service account, as it is written. */
export type SvcacctRepresentation = z.input<typeof SVCACCT>;

/** The schemas of answers. */
export const SVCACCT_ANSWERS = { one: SVCACCT, page: pageOf(SVCACCT) };
