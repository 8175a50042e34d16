import { z } from 'zod';
import type { Operation } from '../../http/openapi.ts';
import { textUpTo } from '../../http/text-schemas.ts';
import { failureAnswers } from './failure-answers.ts';

/** The paths of keys, as the routes declare them. */
export const CONFIG_KEY_PATHS = { all: '/v1/config/keys', one: '/v1/config/keys/:key_id' } as const;

/** LogDNA's own bound. */
const LONGEST_NAME = 30;

const NAME = textUpTo(LONGEST_NAME);
const TYPE = z.enum(['ingestion', 'service']);

/** The query of `POST /v1/config/keys`. */
export const NEW_CONFIG_KEY_PARAMETERS = z.object({ type: TYPE });

/** The query of `GET /v1/config/keys`. */
export const CONFIG_KEY_LIST_PARAMETERS = z.object({
  type: TYPE.optional().describe('Absent: both.'),
});

/** The body of `POST /v1/config/keys`. */
export const NEW_CONFIG_KEY = z.object({ name: NAME.optional() }).meta({ id: 'NewConfigKey' });

/** The body of `PUT /v1/config/keys/{key_id}`. */
export const CONFIG_KEY_CHANGE = z.object({ name: NAME }).meta({ id: 'ConfigKeyChange' });

const CONFIG_KEY = z
  .object({
    id: z.string(),
    key: z.string().describe('Its value; masked where it was shown once.'),
    name: z.string(),
    type: TYPE,
    created: z.int().describe('Milliseconds since the epoch.'),
  })
  .meta({ id: 'ConfigKey' });

/** A key, as it is written. */
export type ConfigKeyRepresentation = z.input<typeof CONFIG_KEY>;

const HEADERS = z.object({
  servicekey: z.string().optional().describe('A service key of the instance; also as `Authorization: Token …`.'),
  'cloud-resource-name': z.string().optional().describe('With a bearer token: the CRN of the instance.'),
});

const ONE = z.object({ key_id: z.string() });
const COMMON = { tags: ['Log agents'], security: ['bearer', 'servicekey'] } as const;
const WHO =
  'With a service key of the instance, or with a bearer token of somebody who has the platform role Viewer and the service role Manager there.';
const DONE = { description: 'The key.', schema: CONFIG_KEY };

const requiring = (and: string) => ({
  action: 'resource-controller.instance.retrieve',
  and: `logs.ingestion-key.${and}`,
});

/** The rows of keys. Its clients take every status but 200 for a failure. */
export const CONFIG_KEY_OPERATIONS: readonly Operation[] = [
  {
    ...COMMON,
    method: 'GET',
    path: CONFIG_KEY_PATHS.all,
    operationId: 'listConfigKeys',
    requires: requiring('list'),
    summary: 'List the keys of an instance',
    description: `${WHO} The oldest first, at most 1,000.`,
    parameters: { query: CONFIG_KEY_LIST_PARAMETERS, headers: HEADERS },
    answers: { 200: { description: 'The keys.', schema: z.array(CONFIG_KEY) }, ...failureAnswers(404) },
  },
  {
    ...COMMON,
    method: 'POST',
    path: CONFIG_KEY_PATHS.all,
    operationId: 'createConfigKey',
    requires: requiring('create'),
    summary: 'Make a key of an instance',
    description: WHO,
    parameters: { query: NEW_CONFIG_KEY_PARAMETERS, headers: HEADERS },
    body: { schema: NEW_CONFIG_KEY, required: false },
    answers: { 200: DONE, ...failureAnswers(404, 409, 410, 413, 415) },
  },
  {
    ...COMMON,
    method: 'GET',
    path: CONFIG_KEY_PATHS.one,
    operationId: 'getConfigKey',
    requires: requiring('list'),
    summary: 'Read a key of an instance',
    description: WHO,
    parameters: { path: ONE, headers: HEADERS },
    answers: { 200: DONE, ...failureAnswers(404) },
  },
  {
    ...COMMON,
    method: 'PUT',
    path: CONFIG_KEY_PATHS.one,
    operationId: 'updateConfigKey',
    requires: requiring('create'),
    summary: 'Rename a key of an instance',
    description: WHO,
    parameters: { path: ONE, headers: HEADERS },
    body: { schema: CONFIG_KEY_CHANGE },
    answers: { 200: DONE, ...failureAnswers(404, 409, 413, 415) },
  },
  {
    ...COMMON,
    method: 'DELETE',
    path: CONFIG_KEY_PATHS.one,
    operationId: 'deleteConfigKey',
    requires: requiring('delete'),
    summary: 'Delete a key of an instance',
    description: `${WHO} It is refused from the answer on.`,
    parameters: { path: ONE, headers: HEADERS },
    answers: {
      200: { description: 'It is gone.', schema: z.object({ deleted: z.literal(true) }) },
      ...failureAnswers(404, 409),
    },
  },
];
