import { z } from 'zod';
import type { Operation } from '../../http/openapi.ts';
import { failureAnswers } from './failure-answers.ts';

/** The path of activation, as the route declares it. */
export const ACTIVATION_PATH = '/latchkey/v1/users/activate';

/** The body of an activation. */
export const ACTIVATION = z
  .object({
    code: z.string().min(1).max(200).describe('From whoever invited.'),
    password: z
      .string()
      .max(1_000)
      .optional()
      .describe('12 to 256 characters; only for doors whose clients insist on one. Of a new user only.'),
  })
  .meta({ id: 'UserActivation' });

const FIRST_KEY = z
  .object({
    id: z.string(),
    entity_tag: z.string(),
    crn: z.string(),
    locked: z.boolean(),
    disabled: z.boolean(),
    created_at: z.iso.datetime(),
    created_by: z.string(),
    modified_at: z.iso.datetime(),
    name: z.string(),
    support_sessions: z.boolean(),
    action_when_leaked: z.enum(['none', 'disable', 'delete']),
    iam_id: z.string(),
    account_id: z.string(),
    apikey: z.string().describe('The value, shown this once.'),
  })
  .meta({ id: 'FirstApiKey' });

/** A user's first key, as it is written. */
export type FirstKeyRepresentation = z.input<typeof FIRST_KEY>;

const JOINED = z
  .object({ iam_id: z.string(), account_id: z.string(), state: z.literal('ACTIVE') })
  .meta({ id: 'JoinedAccount' });

/** A membership that was accepted, as it is written. */
export type JoinedRepresentation = z.input<typeof JOINED>;

/** The row of activation. */
export const ACTIVATION_OPERATIONS: readonly Operation[] = [
  {
    method: 'POST',
    path: ACTIVATION_PATH,
    operationId: 'activateUser',
    requires: 'nothing',
    tags: ['Users'],
    security: [],
    summary: 'Accept an invitation with its code',
    description:
      'Of a new user it makes the first API key. Who has a key already sends a token of the own (`Authorization: Bearer`) ' +
      'with the code, and is then in one account more. Each code works once, for 7 days. Failures are limited.',
    body: { schema: ACTIVATION },
    answers: {
      200: { description: 'A user who was known already is in the account now.', schema: JOINED },
      201: { description: 'The first API key of a new user, with its value.', schema: FIRST_KEY },
      ...failureAnswers(413, 415, 429),
    },
  },
];
