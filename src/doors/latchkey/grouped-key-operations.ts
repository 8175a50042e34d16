import { z } from 'zod';
import type { Operation } from '../../http/openapi.ts';
import { textUpTo } from '../../http/text-schemas.ts';
import { MOST_ADDRESSES } from '../../key-groups/key-addresses.ts';
import { MOST_KEYS_IN_GROUP } from '../../key-groups/key-group.ts';
import { failureAnswers } from './failure-answers.ts';

/** The paths of keys in groups, as the routes declare them. */
export const GROUPED_KEY_PATHS = {
  all: '/latchkey/v1/ivanti/key_groups/:key_group/keys',
  one: '/latchkey/v1/ivanti/key_groups/:key_group/keys/:grouped_key',
} as const;

/** The body of `POST …/keys`, and of `PATCH …/keys/{grouped_key}`, in which what is absent stays. */
export const GROUPED_KEY_CONTENT = z
  .object({
    description: textUpTo(400, 0).optional(),
    activated: z.boolean().optional().describe('Whether the key is taken. Default: true.'),
    on_behalf_of: textUpTo(300)
      .optional()
      .describe('The iam id or e-mail address of a user. Default: who makes the key.'),
    in_role: textUpTo(500)
      .nullable()
      .optional()
      .describe('The name or CRN of a role that the user has; null, the default: all that the user may.'),
    ips: z
      .array(z.string().max(100))
      .max(MOST_ADDRESSES)
      .optional()
      .describe('Addresses and networks from which alone the key is taken. Default, and empty: from everywhere.'),
  })
  .meta({ id: 'GroupedKeyContent' });

const GROUPED_KEY = z
  .object({
    id: z.string(),
    key_group: z.string(),
    reference_id: z.string().describe('The key itself where it has just been made; masked ever after.'),
    description: z.string(),
    activated: z.boolean(),
    on_behalf_of: z.string().describe('An iam id.'),
    in_role: z.string().optional().describe('The CRN of the role; absent: all that the user may.'),
    ips: z.array(z.string()),
    locked: z.boolean(),
    created_at: z.iso.datetime(),
    created_by: z.string().describe('An iam id.'),
    modified_at: z.iso.datetime(),
  })
  .meta({ id: 'GroupedKey' });

/** A key in a group, as it is written. */
export type GroupedKeyRepresentation = z.input<typeof GROUPED_KEY>;

const GROUPED_KEY_LIST = z.object({ keys: z.array(GROUPED_KEY) }).meta({ id: 'GroupedKeyList' });

const ALL = z.object({ key_group: z.string() });
const ONE = z.object({ key_group: z.string(), grouped_key: z.string() });
const COMMON = { tags: ['Key groups'], security: ['bearer'] } as const;
const WHO = 'Needs the role Administrator on `iam-identity`, or to be the owner of the account.';
const HELD = 'Whoever lets a key act as somebody else must hold all that this one has, in the role.';

/** The rows of keys in groups. */
export const GROUPED_KEY_OPERATIONS: readonly Operation[] = [
  {
    ...COMMON,
    method: 'GET',
    path: GROUPED_KEY_PATHS.all,
    operationId: 'listGroupedKeys',
    requires: { action: 'iam-identity.tenantkey.list' },
    summary: 'List the REST API keys of a group',
    description: `${WHO} In the order of their creation: all of them.`,
    parameters: { path: ALL },
    answers: { 200: { description: 'The keys.', schema: GROUPED_KEY_LIST }, ...failureAnswers(404) },
  },
  {
    ...COMMON,
    method: 'POST',
    path: GROUPED_KEY_PATHS.all,
    operationId: 'createGroupedKey',
    requires: { action: 'iam-identity.tenantkey.create' },
    summary: 'Make a REST API key',
    description: `${WHO} ${HELD} A group may have ${MOST_KEYS_IN_GROUP} keys.`,
    parameters: { path: ALL },
    body: { schema: GROUPED_KEY_CONTENT, required: false },
    answers: {
      201: { description: 'The key, with its value.', schema: GROUPED_KEY },
      ...failureAnswers(404, 409, 413, 415),
    },
  },
  {
    ...COMMON,
    method: 'GET',
    path: GROUPED_KEY_PATHS.one,
    operationId: 'getGroupedKey',
    requires: { action: 'iam-identity.tenantkey.get' },
    summary: 'Read a REST API key',
    description: WHO,
    parameters: { path: ONE },
    answers: { 200: { description: 'The key.', schema: GROUPED_KEY }, ...failureAnswers(404) },
  },
  {
    ...COMMON,
    method: 'PATCH',
    path: GROUPED_KEY_PATHS.one,
    operationId: 'updateGroupedKey',
    requires: { action: 'iam-identity.tenantkey.update' },
    summary: 'Change a REST API key, or deactivate or activate it',
    description: `${WHO} ${HELD} What is absent stays as it is.`,
    parameters: { path: ONE },
    body: { schema: GROUPED_KEY_CONTENT },
    answers: {
      200: { description: 'The key as it is now.', schema: GROUPED_KEY },
      ...failureAnswers(404, 409, 413, 415),
    },
  },
  {
    ...COMMON,
    method: 'DELETE',
    path: GROUPED_KEY_PATHS.one,
    operationId: 'deleteGroupedKey',
    requires: { action: 'iam-identity.tenantkey.delete' },
    summary: 'Delete a REST API key',
    description: `${WHO} It is refused from the answer on.`,
    parameters: { path: ONE },
    answers: { 204: { description: 'It is gone.' }, ...failureAnswers(404, 409) },
  },
];
