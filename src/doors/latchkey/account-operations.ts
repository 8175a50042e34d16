import { z } from 'zod';
import { wholeNumber } from '../../http/number-schemas.ts';
import type { Operation } from '../../http/openapi.ts';
import { textUpTo } from '../../http/text-schemas.ts';
import { failureAnswers } from './failure-answers.ts';

/** The paths of accounts, as the routes declare them. */
export const ACCOUNT_PATHS = {
  all: '/latchkey/v1/accounts',
  one: '/latchkey/v1/accounts/:account_id',
  code: '/latchkey/v1/accounts/:account_id/activation_code',
} as const;

const NAME = textUpTo(100);
const HOST_NAMES = z
  .array(z.string().min(1).max(300))
  .max(20)
  .describe("DNS names of the tenant's own systems; each belongs to one account of the installation.");

/** The body of `POST /latchkey/v1/accounts`. */
export const NEW_ACCOUNT = z
  .object({ name: NAME, owner_email: z.string().min(1).max(300), host_names: HOST_NAMES.optional() })
  .meta({ id: 'NewAccount' });

/** The body of `PATCH /latchkey/v1/accounts/{account_id}`: what is absent stays. */
export const ACCOUNT_CHANGE = z
  .object({ name: NAME.optional(), host_names: HOST_NAMES.optional() })
  .meta({ id: 'AccountChange' });

const ACCOUNT = z
  .object({
    id: z.string(),
    tenant_id: z.uuid(),
    name: z.string(),
    owner_iam_id: z.string(),
    host_names: z.array(z.string()),
    entity_tag: z.string(),
    created_at: z.iso.datetime(),
    modified_at: z.iso.datetime(),
    activation_code: z
      .string()
      .optional()
      .describe('With which a new owner comes in; shown this once. Absent: the owner is known already.'),
  })
  .meta({ id: 'Account' });

/** An account, as it is written. */
export type AccountRepresentation = z.input<typeof ACCOUNT>;

/** Parameters of the list of accounts. */
export const ACCOUNT_LIST_PARAMETERS = z.object({
  limit: wholeNumber({ least: 1, most: 100, usual: 100 }),
  cursor: z.string().optional().describe('As it stands in `next`.'),
});

const ACCOUNT_LIST = z
  .object({ accounts: z.array(ACCOUNT), next: z.string().optional().describe('Absent on the last page.') })
  .meta({ id: 'AccountList' });

const ONE = z.object({ account_id: z.string() });
const COMMON = { tags: ['Accounts'], security: ['bearer'] } as const;
const OPERATOR = "For the installation's operator.";

/** The rows of accounts. */
export const ACCOUNT_OPERATIONS: readonly Operation[] = [
  {
    ...COMMON,
    method: 'GET',
    path: ACCOUNT_PATHS.all,
    operationId: 'listAccounts',
    requires: { action: 'latchkey.account.list' },
    summary: 'List the accounts of the installation',
    description: `${OPERATOR} In the order of their creation.`,
    parameters: { query: ACCOUNT_LIST_PARAMETERS },
    answers: { 200: { description: 'One page of accounts.', schema: ACCOUNT_LIST }, ...failureAnswers() },
  },
  {
    ...COMMON,
    method: 'POST',
    path: ACCOUNT_PATHS.all,
    operationId: 'createAccount',
    requires: { action: 'latchkey.account.create' },
    summary: 'Create an account with its owner',
    description: `${OPERATOR} All of it or nothing. The operator holds no right in the accounts of others.`,
    body: { schema: NEW_ACCOUNT },
    answers: { 201: { description: 'The account.', schema: ACCOUNT }, ...failureAnswers(409, 413, 415) },
  },
  {
    ...COMMON,
    method: 'GET',
    path: ACCOUNT_PATHS.one,
    operationId: 'getAccount',
    requires: { action: 'latchkey.account.get' },
    summary: 'Read an account',
    description: OPERATOR,
    parameters: { path: ONE },
    answers: { 200: { description: 'The account.', schema: ACCOUNT }, ...failureAnswers(404) },
  },
  {
    ...COMMON,
    method: 'PATCH',
    path: ACCOUNT_PATHS.one,
    operationId: 'updateAccount',
    requires: { action: 'latchkey.account.update' },
    summary: 'Change the name or the host names of an account',
    description: `${OPERATOR} What is absent stays as it is.`,
    parameters: {
      path: ONE,
      headers: z.object({ 'If-Match': z.string().optional().describe('An entity tag; absent: any version.') }),
    },
    body: { schema: ACCOUNT_CHANGE },
    answers: {
      200: { description: 'The account as it is now.', schema: ACCOUNT },
      ...failureAnswers(404, 409, 413, 415),
    },
  },
  {
    ...COMMON,
    method: 'POST',
    path: ACCOUNT_PATHS.code,
    operationId: 'renewActivationCode',
    requires: { action: 'latchkey.account.create' },
    summary: 'Make a new activation code for an owner who has not come yet',
    description: `${OPERATOR} The code before is void.`,
    parameters: { path: ONE },
    answers: { 201: { description: 'The account, with the code.', schema: ACCOUNT }, ...failureAnswers(404, 409) },
  },
];
