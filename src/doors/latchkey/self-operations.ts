import { z } from 'zod';
import type { Operation } from '../../http/openapi.ts';
import { failureAnswers } from './failure-answers.ts';

/** The path of what a caller may know of itself. */
export const SELF_PATH = '/latchkey/v1/me';

const SELF = z
  .object({
    iam_id: z.string(),
    name: z.string(),
    email: z.string().optional().describe('Of users.'),
    accounts: z
      .array(
        z.object({
          id: z.string(),
          tenant_id: z.uuid(),
          name: z.string(),
          owner_iam_id: z.string(),
          resource_groups: z
            .array(z.object({ id: z.string(), name: z.string(), default: z.boolean() }))
            .describe('The default one; in the account of the token also those that the caller may read.'),
          regions: z.array(z.string()),
        }),
      )
      .describe('Those in which the identity is active, that of the token first; at most 100.'),
  })
  .meta({ id: 'Self' });

/** A caller, as it is written. */
export type SelfRepresentation = z.input<typeof SELF>;

/** The row of what a caller may know of itself. */
export const SELF_OPERATIONS: readonly Operation[] = [
  {
    method: 'GET',
    path: SELF_PATH,
    operationId: 'getSelf',
    requires: 'a token',
    tags: ['Accounts'],
    security: ['bearer'],
    summary: 'Read who the caller is, and in which accounts it may act',
    answers: { 200: { description: 'The identity of the token.', schema: SELF }, ...failureAnswers() },
  },
];
