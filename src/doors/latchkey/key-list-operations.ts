import { z } from 'zod';
import { CHOSEN_SECRET_MOST } from '../../api-keys/chosen-secret.ts';
import { KEY_KIND_NAMES, KEY_KINDS, type KeyKindName } from '../../api-keys/key-kinds.ts';
import { wholeNumber } from '../../http/number-schemas.ts';
import type { Operation } from '../../http/openapi.ts';
import { textUpTo } from '../../http/text-schemas.ts';
import { failureAnswers } from './failure-answers.ts';

/** The paths of keys of every kind, as the routes declare them. */
export const KEY_LIST_PATHS = {
  all: '/latchkey/v1/apikeys',
  search: '/latchkey/v1/apikeys/search',
  one: '/latchkey/v1/apikeys/:id',
  disable: '/latchkey/v1/apikeys/:id/disable',
  enable: '/latchkey/v1/apikeys/:id/enable',
  lock: '/latchkey/v1/apikeys/:id/lock',
  unlock: '/latchkey/v1/apikeys/:id/unlock',
} as const;

const MOST_AT_ONCE = 100;
const KIND = z.enum(KEY_KIND_NAMES);
const isKind = (text: string): text is KeyKindName => Object.hasOwn(KEY_KINDS, text);
const STATE = z.enum(['active', 'disabled', 'expired']);
const COMMON_FILTERS = {
  name: textUpTo(300).optional().describe('A part of the name, in whatever case.'),
  owner: textUpTo(500).optional().describe('The iam id as which the key acts.'),
  state: STATE.optional(),
  cursor: z.string().optional().describe('As it stands in `next`.'),
};

/** Parameters of the list. */
export const KEY_LIST_PARAMETERS = z.object({
  ...COMMON_FILTERS,
  kind: z
    .string()
    .refine((text) => text.split(',').every(isKind), 'must be a kind of key, or several with commas between')
    .transform((text) => text.split(',').filter(isKind))
    .optional()
    .meta({
      type: 'string',
      description: 'One kind, or several with commas between; see `/latchkey/v1/catalog/key_kinds`.',
    }),
  limit: wholeNumber({ least: 1, most: MOST_AT_ONCE, usual: MOST_AT_ONCE }),
});

/** The body of a search. */
export const KEY_SEARCH = z
  .object({
    value: z
      .string()
      .min(1)
      .max(CHOSEN_SECRET_MOST)
      .optional()
      .describe('The value of the key, whole. Only here: in a URL it would be written down on its way.'),
    ...COMMON_FILTERS,
    kind: z.union([KIND, z.array(KIND).min(1).max(KEY_KIND_NAMES.length)]).optional(),
    limit: z.int().min(1).max(MOST_AT_ONCE).optional(),
  })
  .meta({ id: 'ApiKeySearch' });

const LISTED_KEY = z
  .object({
    id: z.string(),
    kind: KIND,
    name: z.string(),
    description: z.string(),
    owner: z
      .object({
        iam_id: z.string(),
        type: z.enum(['user', 'service_id', 'resource_instance']),
        name: z.string().optional().describe('Absent: the caller may not know it.'),
      })
      .describe('As whom or what it acts.'),
    created_at: z.iso.datetime(),
    created_by: z.string(),
    modified_at: z.iso.datetime(),
    expires_at: z.iso.datetime().optional(),
    state: STATE.describe('Whether it is taken; a disabled one is `disabled` also after its end.'),
    locked: z.boolean(),
    last_used_at: z.iso.datetime().optional().describe('Absent: never, as far as is known.'),
    use_count: z.int().describe('How often it was exchanged or used, up to some seconds ago.'),
    works_at: z.string().describe('The system and the paths at which it is taken.'),
    addresses: z.array(z.string()).optional().describe('From which alone it is taken; absent: from everywhere.'),
    instance_crn: z.string().optional().describe('Of keys that belong to a resource instance.'),
    resource_key_id: z.string().optional().describe('The resource key with which it was made, and goes.'),
  })
  .meta({ id: 'ListedApiKey' });

/** A key of whatever kind, as it is written. */
export type ListedKeyRepresentation = z.input<typeof LISTED_KEY>;

const KEY_PAGE = z
  .object({ apikeys: z.array(LISTED_KEY), next: z.string().optional().describe('Absent on the last page.') })
  .meta({ id: 'ListedApiKeyPage' });

/** A page of keys, as it is written. */
export type KeyPageRepresentation = z.input<typeof KEY_PAGE>;

const COMMON = { tags: ['Keys of every kind'], security: ['bearer'] } as const;
const SHOWS = { shows: 'iam-identity.apikey.list', of: 'the account of the token' } as const;
const BY_KIND =
  'Asks for the right that the kind of the key asks for where such keys are managed; the one named here is that of API keys of ' +
  'users and service IDs.';
const ONE = { path: z.object({ id: z.string() }) };
const KEY = { description: 'The key.', schema: LISTED_KEY };
const AS_IT_IS_NOW = { description: 'The key as it is now.', schema: LISTED_KEY };

/** What is done with one key, by the last part of its path. */
const changing = (verb: 'disable' | 'enable' | 'lock' | 'unlock', summary: string, description: string): Operation => ({
  ...COMMON,
  method: 'POST',
  path: KEY_LIST_PATHS[verb],
  operationId: `${verb}KeyOfEveryKind`,
  requires: { action: `iam-identity.apikey.${verb}` },
  summary,
  description: `${BY_KIND} ${description}`,
  parameters: ONE,
  answers: { 200: AS_IT_IS_NOW, ...failureAnswers(404, 409) },
});

/** The rows of keys of every kind. */
export const KEY_LIST_OPERATIONS: readonly Operation[] = [
  {
    ...COMMON,
    method: 'GET',
    path: KEY_LIST_PATHS.all,
    operationId: 'listKeysOfEveryKind',
    requires: SHOWS,
    summary: 'List the keys of the account, of whatever kind',
    description:
      'In the order of their creation. What the caller may not see is left out, so a page may be short, even empty, and have a `next`.',
    parameters: { query: KEY_LIST_PARAMETERS },
    answers: { 200: { description: 'One page of keys.', schema: KEY_PAGE }, ...failureAnswers() },
  },
  {
    ...COMMON,
    method: 'POST',
    path: KEY_LIST_PATHS.search,
    operationId: 'searchKeysOfEveryKind',
    requires: SHOWS,
    summary: 'Find keys of the account, also one by its value',
    description:
      'What is absent is no matter. A value that is none, or that of a key which the caller may not see, finds nothing; too many of them are 429.',
    body: { schema: KEY_SEARCH },
    answers: { 200: { description: 'One page of keys.', schema: KEY_PAGE }, ...failureAnswers(413, 415, 429) },
  },
  {
    ...COMMON,
    method: 'GET',
    path: KEY_LIST_PATHS.one,
    operationId: 'getKeyOfEveryKind',
    requires: { action: 'iam-identity.apikey.list' },
    summary: 'Read a key of whatever kind',
    description: BY_KIND,
    parameters: ONE,
    answers: { 200: KEY, ...failureAnswers(404) },
  },
  {
    ...COMMON,
    method: 'DELETE',
    path: KEY_LIST_PATHS.one,
    operationId: 'deleteKeyOfEveryKind',
    requires: { action: 'iam-identity.apikey.delete' },
    summary: 'Delete a key of whatever kind',
    description: `${BY_KIND} It is refused from the answer on. One that belongs to a resource key goes with that: 409. An ingestion key that was rotated only waits for its end, and can be deleted.`,
    parameters: ONE,
    answers: { 204: { description: 'It is gone.' }, ...failureAnswers(404, 409) },
  },
  changing('disable', 'Switch a key off', 'It is refused from the answer on, also a locked one.'),
  changing('enable', 'Switch a key on again', 'Not while it is locked.'),
  changing('lock', 'Keep a key from being changed or deleted', 'It can still be disabled.'),
  changing('unlock', 'Let a key be changed and deleted again', ''),
];
