import { z } from 'zod';
import type { Operation } from '../../http/openapi.ts';
import { failureAnswers } from './failure-answers.ts';

/** The path of what can be provisioned. */
export const PLANS_PATH = '/latchkey/v1/catalog/plans';

const PLAN_LIST = z
  .object({
    plans: z.array(
      z.object({
        id: z.uuid().describe('For `resource_plan_id` of an instance; the same in every installation.'),
        name: z.string(),
        service: z.string().describe('As in CRNs and policies.'),
        reclaims: z.boolean().describe('Whether a deleted instance can be restored for a while.'),
        locations: z.array(z.string()),
      }),
    ),
  })
  .meta({ id: 'PlanList' });

/** Plans, as they are written. */
export type PlanListRepresentation = z.input<typeof PLAN_LIST>;

/** The path of the kinds of key. */
export const KEY_KINDS_PATH = '/latchkey/v1/catalog/key_kinds';

const KEY_KIND_LIST = z
  .object({
    key_kinds: z.array(
      z.object({
        name: z.string().describe('As `kind` of a key.'),
        of: z.enum(['identity', 'instance', 'tenant']).describe('To whom it belongs.'),
        shape: z.string(),
        bits: z.int().describe('Random bits of a new one; 0: it has none, or its maker brings them.'),
        presented: z.string(),
        where: z.string().describe('The system and the paths at which it is taken.'),
        shown: z.enum(['once', 'again', 'optional', 'never']),
      }),
    ),
  })
  .meta({ id: 'KeyKindList' });

/** Kinds of key, as they are written. */
export type KeyKindListRepresentation = z.input<typeof KEY_KIND_LIST>;

/** The rows of the catalogue. */
export const CATALOG_OPERATIONS: readonly Operation[] = [
  {
    method: 'GET',
    path: PLANS_PATH,
    operationId: 'listPlans',
    requires: 'a token',
    tags: ['Resource instances'],
    security: ['bearer'],
    summary: 'List the plans of which an instance can be provisioned',
    answers: { 200: { description: 'All of them.', schema: PLAN_LIST }, ...failureAnswers() },
  },
  {
    method: 'GET',
    path: KEY_KINDS_PATH,
    operationId: 'listKeyKinds',
    requires: 'a token',
    tags: ['Keys of every kind'],
    security: ['bearer'],
    summary: 'List the kinds of key, how each looks and where it is taken',
    answers: { 200: { description: 'All of them.', schema: KEY_KIND_LIST }, ...failureAnswers() },
  },
];
