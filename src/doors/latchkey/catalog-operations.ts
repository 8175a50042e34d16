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

/** The row of the catalogue. */
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
];
