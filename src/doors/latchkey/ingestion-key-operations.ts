import { z } from 'zod';
import { wholeNumber } from '../../http/number-schemas.ts';
import type { Operation } from '../../http/openapi.ts';
import { textUpTo } from '../../http/text-schemas.ts';
import { LONGEST_OVERLAP_SECONDS } from '../../ingestion-keys/plan-rotation.ts';
import { failureAnswers } from './failure-answers.ts';

/** The paths of ingestion keys, as the routes declare them. */
export const INGESTION_KEY_PATHS = {
  all: '/latchkey/v1/ingestion_keys',
  one: '/latchkey/v1/ingestion_keys/:key_id',
  rotation: '/latchkey/v1/ingestion_keys/:key_id/rotate',
} as const;

/** As long as the name of a resource key, which its ingestion keys have too. */
const NAME = textUpTo(180);
const INSTANCE = z.string().min(1).max(500).describe('The GUID of the instance, or its CRN.');
const TYPE = z
  .enum(['ingestion', 'service'])
  .describe('`ingestion` sends lines to the instance; `service` manages its keys at `/v1/config/keys`.');

/** The body of `POST /latchkey/v1/ingestion_keys`. */
export const NEW_INGESTION_KEY = z
  .object({ instance: INSTANCE, name: NAME, type: TYPE.default('ingestion') })
  .meta({ id: 'NewIngestionKey' });

/** The body of `PATCH /latchkey/v1/ingestion_keys/{key_id}`: what is absent stays. */
export const INGESTION_KEY_CHANGE = z
  .object({ name: NAME.optional(), disabled: z.boolean().optional() })
  .meta({ id: 'IngestionKeyChange' });

/** The body of a rotation. */
export const INGESTION_KEY_ROTATION = z
  .object({
    overlap_seconds: z
      .int()
      .min(0)
      .max(LONGEST_OVERLAP_SECONDS)
      .describe('How long the old key goes on beside the new one; 0: it is refused at once.'),
  })
  .meta({ id: 'IngestionKeyRotation' });

const INGESTION_KEY = z
  .object({
    id: z.string(),
    name: z.string(),
    key: z.string().optional().describe('Its value; absent: it was shown once, because its instance said so.'),
    type: TYPE,
    instance_crn: z.string(),
    resource_key_id: z.string().optional().describe('The resource key with which it was made, and goes.'),
    disabled: z.boolean(),
    created_at: z.iso.datetime(),
    ends_at: z.iso.datetime().optional().describe('Of a key that was rotated: when it ends.'),
    successor_id: z.string().optional().describe('Of a key that was rotated: the one in its place.'),
    activity: z
      .object({ requests: z.int(), lines: z.int(), bytes: z.int(), last_used_at: z.iso.datetime() })
      .optional()
      .describe('What was sent with it, up to some seconds ago; absent: nothing, as far as is known.'),
  })
  .meta({ id: 'IngestionKey' });

/** An ingestion key, as it is written. */
export type IngestionKeyRepresentation = z.input<typeof INGESTION_KEY>;

const ROTATED_INGESTION_KEY = INGESTION_KEY.extend({
  previous: z.object({ id: z.string(), ends_at: z.iso.datetime() }),
}).meta({ id: 'RotatedIngestionKey' });

/** A key in the place of another one, as it is written. */
export type RotatedIngestionKeyRepresentation = z.input<typeof ROTATED_INGESTION_KEY>;

/** Parameters of the list. */
export const INGESTION_KEY_LIST_PARAMETERS = z.object({
  instance: INSTANCE,
  type: TYPE.optional(),
  limit: wholeNumber({ least: 1, most: 100, usual: 100 }),
  cursor: z.string().optional().describe('As it stands in `next`.'),
});

const INGESTION_KEY_LIST = z
  .object({ ingestion_keys: z.array(INGESTION_KEY), next: z.string().optional().describe('Absent on the last page.') })
  .meta({ id: 'IngestionKeyList' });

const ONE = z.object({ key_id: z.string() });
const COMMON = { tags: ['Ingestion keys'], security: ['bearer'] } as const;
const WHO = 'Needs the platform role Editor and the service role Manager on the instance.';

const READING = { action: 'resource-controller.credential.create', and: 'logs.ingestion-key.list' } as const;
const MAKING = { action: 'resource-controller.credential.create', and: 'logs.ingestion-key.create' } as const;
const CHANGING = { action: 'resource-controller.credential.update', and: 'logs.ingestion-key.create' } as const;
const ENDING = { action: 'resource-controller.credential.delete', and: 'logs.ingestion-key.delete' } as const;

/** The rows of ingestion keys; the second action is that of the instance's own service. */
export const INGESTION_KEY_OPERATIONS: readonly Operation[] = [
  {
    ...COMMON,
    method: 'GET',
    path: INGESTION_KEY_PATHS.all,
    operationId: 'listIngestionKeys',
    requires: READING,
    summary: 'List the keys of an instance that takes log lines',
    description: `${WHO} In the order of their creation, those of its resource keys among them.`,
    parameters: { query: INGESTION_KEY_LIST_PARAMETERS },
    answers: { 200: { description: 'One page of keys.', schema: INGESTION_KEY_LIST }, ...failureAnswers(404) },
  },
  {
    ...COMMON,
    method: 'POST',
    path: INGESTION_KEY_PATHS.all,
    operationId: 'createIngestionKey',
    requires: MAKING,
    summary: 'Make a key of an instance that takes log lines',
    description: WHO,
    body: { schema: NEW_INGESTION_KEY },
    answers: { 201: { description: 'The key.', schema: INGESTION_KEY }, ...failureAnswers(404, 409, 410, 413, 415) },
  },
  {
    ...COMMON,
    method: 'GET',
    path: INGESTION_KEY_PATHS.one,
    operationId: 'getIngestionKey',
    requires: READING,
    summary: 'Read a key of an instance',
    description: WHO,
    parameters: { path: ONE },
    answers: { 200: { description: 'The key.', schema: INGESTION_KEY }, ...failureAnswers(404) },
  },
  {
    ...COMMON,
    method: 'PATCH',
    path: INGESTION_KEY_PATHS.one,
    operationId: 'updateIngestionKey',
    requires: CHANGING,
    summary: 'Rename a key of an instance, or switch it off or on',
    description: `${WHO} What is absent stays as it is.`,
    parameters: { path: ONE },
    body: { schema: INGESTION_KEY_CHANGE },
    answers: {
      200: { description: 'The key as it is now.', schema: INGESTION_KEY },
      ...failureAnswers(404, 409, 413, 415),
    },
  },
  {
    ...COMMON,
    method: 'DELETE',
    path: INGESTION_KEY_PATHS.one,
    operationId: 'deleteIngestionKey',
    requires: ENDING,
    summary: 'Delete a key of an instance',
    description: `${WHO} It is refused from the answer on. One that was made with a resource key goes only with that: 409, unless it was rotated.`,
    parameters: { path: ONE },
    answers: { 204: { description: 'It is gone.' }, ...failureAnswers(404, 409) },
  },
  {
    ...COMMON,
    method: 'POST',
    path: INGESTION_KEY_PATHS.rotation,
    operationId: 'rotateIngestionKey',
    requires: MAKING,
    summary: 'Make a key in the place of another one',
    description: `${WHO} It has the name and the resource key of the old one, which ends with the overlap; it is disabled if that is.`,
    parameters: { path: ONE },
    body: { schema: INGESTION_KEY_ROTATION },
    answers: {
      201: { description: 'The new key, and when the old one ends.', schema: ROTATED_INGESTION_KEY },
      ...failureAnswers(404, 409, 410, 413, 415),
    },
  },
];
