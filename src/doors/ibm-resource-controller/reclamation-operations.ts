import { z } from 'zod';
import type { Operation } from '../../http/openapi.ts';
import { failureAnswers } from './failure-answers.ts';
import { plainText } from './texts.ts';

/** The paths of reclamations, as the routes declare them. */
export const RECLAMATION_PATHS = {
  all: '/v1/reclamations',
  action: '/v1/reclamations/:id/actions/:action_name',
} as const;

/** Parameters of `GET /v1/reclamations` (IBM Cloud Resource Controller API, "Get a list of all reclamations"). */
export const RECLAMATION_LIST_PARAMETERS = z.object({
  account_id: z.string().max(100).optional().describe('The account of the token; every other one has none to show.'),
  resource_instance_id: z.string().max(300).optional().describe('The GUID of an instance, or its CRN.'),
  resource_group_id: z.string().max(300).optional(),
});

/** The body of `POST /v1/reclamations/{id}/actions/{action_name}` ("Perform a reclamation action"). */
export const RECLAMATION_ACTION = z
  .object({
    request_by: plainText(300).optional().describe('Kept in the audit record, beside who asks.'),
    comment: plainText(1_000).optional().describe('Kept in the audit record.'),
  })
  .meta({ id: 'ReclamationAction' });

const RECLAMATION = z
  .object({
    id: z.string(),
    entity_id: z.string(),
    entity_type_id: z.string(),
    entity_crn: z.string(),
    resource_instance_id: z.uuid(),
    resource_group_id: z.string(),
    account_id: z.string(),
    policy_id: z.string(),
    state: z.enum(['SCHEDULED', 'RESTORING', 'RECLAIMING']),
    target_time: z.iso.datetime().nullable(),
    custom_properties: z.object({}),
    created_at: z.iso.datetime().nullable(),
    created_by: z.string(),
    updated_at: z.iso.datetime(),
    updated_by: z.string(),
  })
  .meta({ id: 'Reclamation' });

/** A reclamation, as it is written. */
export type ReclamationRepresentation = z.input<typeof RECLAMATION>;

const COMMON = { tags: ['Resource instances'], security: ['bearer'] } as const;

/** The rows of reclamations; operation ids are those of IBM's generated clients. */
export const RECLAMATION_OPERATIONS: readonly Operation[] = [
  {
    ...COMMON,
    method: 'GET',
    path: RECLAMATION_PATHS.all,
    operationId: 'listReclamations',
    requires: { shows: 'resource-controller.instance.retrieve' },
    summary: 'List the deleted instances that can still be restored',
    parameters: { query: RECLAMATION_LIST_PARAMETERS },
    answers: {
      200: {
        description: 'All of them; what was reclaimed or restored is not among them.',
        schema: z.object({ resources: z.array(RECLAMATION) }).meta({ id: 'ReclamationList' }),
      },
      ...failureAnswers(),
    },
  },
  {
    ...COMMON,
    method: 'POST',
    path: RECLAMATION_PATHS.action,
    operationId: 'runReclamationAction',
    requires: { action: 'resource-controller.instance.update' },
    summary: 'Reclaim or restore a deleted instance',
    description:
      '`restore` makes it active again, and its own ingestion keys with it; `reclaim` removes it for good, and needs the right to delete it.',
    parameters: {
      path: z.object({
        id: z.string(),
        action_name: z.enum(['restore', 'reclaim']),
      }),
    },
    body: { schema: RECLAMATION_ACTION, required: false },
    answers: {
      200: { description: 'What is being done; it is done with the answer.', schema: RECLAMATION },
      ...failureAnswers(404, 409, 413, 415),
    },
  },
];
