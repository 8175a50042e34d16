import { z } from 'zod';
import type { Operation } from '../../http/openapi.ts';
import { failureAnswers } from './failure-answers.ts';

/** The path of an account's list of allowed addresses, as the route declares it. */
export const ALLOWED_ADDRESSES_PATH = '/latchkey/v1/accounts/:account_id/allowed_ip_addresses';

/** The row of clearing a list that has locked its own account out. */
export const ALLOWED_ADDRESSES_OPERATIONS: readonly Operation[] = [
  {
    method: 'DELETE',
    path: ALLOWED_ADDRESSES_PATH,
    operationId: 'clearAllowedAddresses',
    requires: { action: 'latchkey.account.clear-addresses' },
    tags: ['Accounts'],
    security: ['bearer'],
    summary: "Take away an account's list of allowed addresses",
    description: "For the installation's operator, when an account has locked itself out.",
    parameters: { path: z.object({ account_id: z.string().describe('The id of any account.') }) },
    answers: { 204: { description: 'The account is open to all addresses.' }, ...failureAnswers(404) },
  },
];
