import { z } from 'zod';
import type { Operation } from '../../http/openapi.ts';
import { linesUpTo, textUpTo } from '../../http/text-schemas.ts';
import { MOST_KEY_GROUPS } from '../../key-groups/key-group.ts';
import { failureAnswers } from './failure-answers.ts';

/** The paths of key groups, as the routes declare them. */
export const KEY_GROUP_PATHS = {
  all: '/latchkey/v1/ivanti/key_groups',
  one: '/latchkey/v1/ivanti/key_groups/:key_group',
} as const;

const NAME = textUpTo(180);
const DESCRIPTION = linesUpTo(1_000);

/** The body of `POST /latchkey/v1/ivanti/key_groups`. */
export const NEW_KEY_GROUP = z.object({ name: NAME, description: DESCRIPTION.optional() }).meta({ id: 'NewKeyGroup' });

/** The body of `PATCH /latchkey/v1/ivanti/key_groups/{key_group}`: what is absent stays. */
export const KEY_GROUP_CHANGE = z
  .object({ name: NAME.optional(), description: DESCRIPTION.optional() })
  .meta({ id: 'KeyGroupChange' });

/** The query of `DELETE /latchkey/v1/ivanti/key_groups/{key_group}`. */
export const KEY_GROUP_REMOVAL = z.object({
  recursive: z.enum(['true', 'false']).default('false').describe('true: its keys are deleted with it.'),
});

const KEY_GROUP = z
  .object({
    id: z.string(),
    name: z.string(),
    description: z.string(),
    created_at: z.iso.datetime(),
    created_by: z.string().describe('An iam id.'),
    modified_at: z.iso.datetime(),
  })
  .meta({ id: 'KeyGroup' });

/** A key group, as it is written. */
export type KeyGroupRepresentation = z.input<typeof KEY_GROUP>;

const KEY_GROUP_LIST = z.object({ key_groups: z.array(KEY_GROUP) }).meta({ id: 'KeyGroupList' });

const ONE = z.object({ key_group: z.string() });
const COMMON = { tags: ['Key groups'], security: ['bearer'] } as const;
const WHO = 'Needs the role Administrator on `iam-identity`, or to be the owner of the account.';
const OWN = { of: 'the account of the token' } as const;

/** The rows of key groups. */
export const KEY_GROUP_OPERATIONS: readonly Operation[] = [
  {
    ...COMMON,
    method: 'GET',
    path: KEY_GROUP_PATHS.all,
    operationId: 'listKeyGroups',
    requires: { action: 'iam-identity.tenantkey.list', ...OWN },
    summary: 'List the groups of REST API keys',
    description: `${WHO} Of the token's account, in the order of their creation: all of them.`,
    answers: { 200: { description: 'The groups.', schema: KEY_GROUP_LIST }, ...failureAnswers() },
  },
  {
    ...COMMON,
    method: 'POST',
    path: KEY_GROUP_PATHS.all,
    operationId: 'createKeyGroup',
    requires: { action: 'iam-identity.tenantkey.create', ...OWN },
    summary: 'Make a group of REST API keys',
    description: `${WHO} An account may have ${MOST_KEY_GROUPS}; their names are unique.`,
    body: { schema: NEW_KEY_GROUP },
    answers: { 201: { description: 'The group.', schema: KEY_GROUP }, ...failureAnswers(409, 413, 415) },
  },
  {
    ...COMMON,
    method: 'GET',
    path: KEY_GROUP_PATHS.one,
    operationId: 'getKeyGroup',
    requires: { action: 'iam-identity.tenantkey.get' },
    summary: 'Read a group of REST API keys',
    description: WHO,
    parameters: { path: ONE },
    answers: { 200: { description: 'The group.', schema: KEY_GROUP }, ...failureAnswers(404) },
  },
  {
    ...COMMON,
    method: 'PATCH',
    path: KEY_GROUP_PATHS.one,
    operationId: 'updateKeyGroup',
    requires: { action: 'iam-identity.tenantkey.update' },
    summary: 'Rename or describe a group of REST API keys',
    description: `${WHO} What is absent stays as it is.`,
    parameters: { path: ONE },
    body: { schema: KEY_GROUP_CHANGE },
    answers: {
      200: { description: 'The group as it is now.', schema: KEY_GROUP },
      ...failureAnswers(404, 409, 413, 415),
    },
  },
  {
    ...COMMON,
    method: 'DELETE',
    path: KEY_GROUP_PATHS.one,
    operationId: 'deleteKeyGroup',
    requires: { action: 'iam-identity.tenantkey.delete' },
    summary: 'Delete a group of REST API keys',
    description: `${WHO} A group with keys stays, unless they are to go with it; none goes when one of them is locked.`,
    parameters: { path: ONE, query: KEY_GROUP_REMOVAL },
    answers: { 204: { description: 'It is gone.' }, ...failureAnswers(404, 409) },
  },
];
