import { type ZodObject, z } from 'zod';
import type { Operation } from '../../http/openapi.ts';
import { failureAnswers } from './failure-answers.ts';

/** The paths of "sign out everywhere", as the routes declare them. */
export const SIGN_OUT_PATHS = {
  apiKey: '/latchkey/v1/apikeys/:id/sign_out',
  serviceId: '/latchkey/v1/serviceids/:id/sign_out',
  user: '/latchkey/v1/users/:iam_id/sign_out',
  membership: '/latchkey/v1/accounts/:account_id/users/:iam_id/sign_out',
  account: '/latchkey/v1/accounts/:account_id/sign_out',
  installation: '/latchkey/v1/installation/sign_out',
} as const;

const SIGNED_OUT = z
  .object({
    subject: z
      .string()
      .describe('What was signed out: `key:…`, `identity:…`, `membership:…`, `account:…`, `installation`.'),
    generation: z.int().describe('The first generation of tokens that is good again.'),
    signed_out_at: z.iso.datetime(),
  })
  .meta({ id: 'SignedOut' });

/** The answer of each of the six calls. */
export type SignedOutRepresentation = z.input<typeof SIGNED_OUT>;

const API_KEY_ID = z.string().describe('The id of the key: `ApiKey-…`.');
const SERVICE_ID = z.string().describe('The id of the service ID: `ServiceId-…`.');
const IAM_ID = z.string().describe('The iam id of the user: `IBMid-…`.');
const ACCOUNT_ID = z.string().describe('The id of the account of the token.');

function operation(
  path: string,
  operationId: string,
  { of, who, action, parameters }: { of: string; who: string; action: string; parameters?: ZodObject },
): Operation {
  return {
    method: 'POST',
    path,
    operationId,
    requires: { action },
    tags: ['Sign out everywhere'],
    security: ['bearer'],
    summary: `End all tokens of ${of}`,
    description: `Access and refresh tokens are refused from the answer on. Keys go on working. For ${who}.`,
    ...(parameters !== undefined && { parameters: { path: parameters } }),
    answers: {
      200: { description: 'They are ended.', schema: SIGNED_OUT },
      ...(parameters === undefined ? failureAnswers() : failureAnswers(404)),
    },
  };
}

/** The rows of "sign out everywhere". */
export const SIGN_OUT_OPERATIONS: readonly Operation[] = [
  operation(SIGN_OUT_PATHS.apiKey, 'signOutApiKey', {
    of: 'an API key',
    who: "the identity of the key and the account's owner",
    action: 'iam-identity.apikey.sign-out',
    parameters: z.object({ id: API_KEY_ID }),
  }),
  operation(SIGN_OUT_PATHS.serviceId, 'signOutServiceId', {
    of: 'a service ID',
    who: "the service ID itself and the account's owner",
    action: 'iam-identity.serviceid.sign-out',
    parameters: z.object({ id: SERVICE_ID }),
  }),
  operation(SIGN_OUT_PATHS.user, 'signOutUser', {
    of: 'a user in all accounts',
    who: "the user and the installation's operator",
    action: 'iam-identity.user.sign-out',
    parameters: z.object({ iam_id: IAM_ID }),
  }),
  operation(SIGN_OUT_PATHS.membership, 'signOutAccountUser', {
    of: 'a user in one account',
    who: "the user and the account's owner",
    action: 'iam-identity.membership.sign-out',
    parameters: z.object({ account_id: ACCOUNT_ID, iam_id: IAM_ID }),
  }),
  operation(SIGN_OUT_PATHS.account, 'signOutAccount', {
    of: 'everybody in an account',
    who: "the account's owner",
    action: 'iam-identity.account.sign-out',
    parameters: z.object({ account_id: ACCOUNT_ID }),
  }),
  operation(SIGN_OUT_PATHS.installation, 'signOutInstallation', {
    of: 'everybody',
    who: "the installation's operator",
    action: 'latchkey.installation.sign-out',
  }),
];
