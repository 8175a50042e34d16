import { z } from 'zod';
import type { Operation } from '../../http/openapi.ts';
import { textUpTo } from '../../http/text-schemas.ts';
import { failureAnswers } from './failure-answers.ts';
import { expirationOf } from './token-expiration.ts';

/** The paths of API tokens, as the routes declare them. */
export const TOKEN_PATHS = {
  create: '/api/admin/createApiToken',
  all: '/api/admin/getTokens',
  verify: '/api/admin/verifyApiToken/:token',
  revoke: '/api/admin/revokeApiToken',
  delete: '/api/admin/deleteApiToken',
} as const;

/** The body of `createApiToken`. */
export const NEW_TOKEN = z
  .object({
    name: textUpTo(255).describe('Need not be unique.'),
    description: textUpTo(1_000, 0).optional(),
    expiration: z
      .string()
      .refine((text) => expirationOf(text) !== undefined, 'must be a date (2031-01-02) or an instant (RFC 3339)')
      .optional()
      .describe('A date, of which it is the end in UTC, or an instant; in the future. Absent: it does not end.'),
  })
  .meta({ id: 'NewApiToken' });

const MOST_LISTED = 1_000;
const COUNT = z.int().min(1).max(MOST_LISTED);
const OFFSET = z.int().min(0).max(MOST_LISTED);

const numberOf = (schema: z.ZodInt) =>
  z
    .string()
    .regex(/^[0-9]{1,5}$/)
    .transform(Number)
    .pipe(schema)
    .optional();

/** The body of `getTokens`: of a GET, as this system has it. */
export const TOKEN_PAGE = z
  .object({ maxResults: COUNT.optional(), offset: OFFSET.optional() })
  .meta({ id: 'ApiTokenPage' });

/** The same as parameters, because proxies drop the body of a GET. */
export const TOKEN_PAGE_PARAMETERS = z.object({
  maxResults: numberOf(COUNT).meta({
    ...{ type: 'integer', minimum: 1, maximum: MOST_LISTED },
    description: 'Default: 100. Also in a JSON body.',
  }),
  offset: numberOf(OFFSET).meta({
    ...{ type: 'integer', minimum: 0, maximum: MOST_LISTED },
    description: 'How many are passed over. Default: 0.',
  }),
});

/** A body that names a token. */
export const NAMED_TOKEN = z
  .object({ token: z.string().min(1).max(100).describe('The value of the API token, or its id.') })
  .meta({ id: 'NamedApiToken' });

const STATE = {
  name: z.string(),
  description: z.string(),
  expiration: z.iso.datetime().nullable().describe('`null`: it does not end.'),
  is_valid: z.boolean().describe('It would be taken now: not revoked, not expired, and its maker is active.'),
  creator: z.string().describe('E-mail address, or iam id of what has none.'),
  modifier: z.string().describe('Who changed it last, in the same form.'),
};

const VERIFIED = z.object(STATE).meta({ id: 'VerifiedApiToken' });
const LISTED = z
  .object({
    id: z.uuid().describe('For verifying, revoking and deleting it; no credential.'),
    token: z.string().describe('Masked: the value was shown once.'),
    ...STATE,
  })
  .meta({ id: 'ApiToken' });

/** What is told of an API token. */
export type VerifiedTokenRepresentation = z.input<typeof VERIFIED>;

/** An API token in the list. */
export type ListedTokenRepresentation = z.input<typeof LISTED>;

const MESSAGE = z.object({ message: z.string() }).meta({ id: 'TenantMessage' });
const COMMON = { tags: ['Autonomous Identity'], security: ['bearer'] } as const;
const WHO = 'For administrators of the tenant: the owner, and who has the role Administrator of `iam-identity`.';
const OF = { of: 'the account of the token' } as const;

/** The rows of API tokens. */
export const TOKEN_OPERATIONS: readonly Operation[] = [
  {
    ...COMMON,
    method: 'POST',
    path: TOKEN_PATHS.create,
    operationId: 'createApiToken',
    requires: { action: 'iam-identity.tenantkey.create', ...OF },
    summary: 'Make an API token, with which programs of the tenant ask',
    description: `${WHO} It acts as its maker.`,
    body: { schema: NEW_TOKEN },
    answers: {
      200: {
        description: 'Its value, which is shown here and nowhere else.',
        schema: z.object({ token: z.uuid() }).meta({ id: 'NewApiTokenValue' }),
      },
      ...failureAnswers(409, 413, 415),
    },
  },
  {
    ...COMMON,
    method: 'GET',
    path: TOKEN_PATHS.all,
    operationId: 'getApiTokens',
    requires: { action: 'iam-identity.tenantkey.list', and: 'iam-identity.account.get', ...OF },
    summary: 'List the API tokens of the tenant',
    description: `${WHO} The oldest first; those that were revoked among them.`,
    parameters: { query: TOKEN_PAGE_PARAMETERS },
    answers: { 200: { description: 'The tokens.', schema: z.array(LISTED) }, ...failureAnswers(413, 415) },
  },
  {
    ...COMMON,
    method: 'GET',
    path: TOKEN_PATHS.verify,
    operationId: 'verifyApiToken',
    requires: { action: 'iam-identity.tenantkey.get', and: 'iam-identity.account.get' },
    summary: 'Tell whether an API token is good',
    description: `${WHO} By its id; by its value only where \`LATCHKEY_API_TOKENS_IN_URL\` is on.`,
    parameters: { path: z.object({ token: z.string() }) },
    answers: { 200: { description: 'What is known of it.', schema: VERIFIED }, ...failureAnswers(404) },
  },
  {
    ...COMMON,
    method: 'POST',
    path: TOKEN_PATHS.revoke,
    operationId: 'revokeApiToken',
    requires: { action: 'iam-identity.tenantkey.update', and: 'iam-identity.tenantkey.get' },
    summary: 'Revoke an API token',
    description: `${WHO} It is refused from the answer on, and stays in the list.`,
    body: { schema: NAMED_TOKEN },
    answers: { 200: { description: 'It is revoked.', schema: MESSAGE }, ...failureAnswers(404, 409, 413, 415) },
  },
  {
    ...COMMON,
    method: 'POST',
    path: TOKEN_PATHS.delete,
    operationId: 'deleteApiToken',
    requires: { action: 'iam-identity.tenantkey.delete', and: 'iam-identity.tenantkey.get' },
    summary: 'Delete an API token',
    description: `${WHO} It is refused from the answer on.`,
    body: { schema: NAMED_TOKEN },
    answers: { 200: { description: 'It is gone.', schema: MESSAGE }, ...failureAnswers(404, 409, 413, 415) },
  },
];
