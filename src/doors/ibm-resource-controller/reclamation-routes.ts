import type { RequestHandler, Router } from 'express';
import type { Caller } from '../../access/caller.ts';
import type { CallerOf } from '../../http/api-answers.ts';
import { methods } from '../../http/methods.ts';
import { readJson } from '../../http/read-json.ts';
import { readQuery } from '../../http/read-query.ts';
import { RouteUnknown } from '../../problems/request-problems.ts';
import type { Reclamations } from '../../resource-instances/reclamations.ts';
import { instanceCrn, type ResourceInstance } from '../../resource-instances/resource-instance.ts';
import { dateOf } from './dates.ts';
import { guidOf, guidOrNothing } from './id-in-path.ts';
import {
  RECLAMATION_ACTION,
  RECLAMATION_LIST_PARAMETERS,
  RECLAMATION_PATHS,
  type ReclamationRepresentation,
} from './reclamation-operations.ts';

/** What the routes of reclamations stand on. */
export interface ReclamationRouteParts {
  readonly reclamations: Pick<Reclamations, 'list' | 'reclaim' | 'restore'>;
  readonly callerOf: CallerOf;
}

/** `/v1/reclamations` (IBM Cloud Resource Controller API): a reclamation has the id of the instance that waits for it. */
export function reclamationRoutes(router: Router, parts: ReclamationRouteParts): void {
  methods(router, RECLAMATION_PATHS.all, { GET: listReclamations(parts) });
  methods(router, RECLAMATION_PATHS.action, { POST: runAction(parts) });
}

function listReclamations({ reclamations, callerOf }: ReclamationRouteParts): RequestHandler {
  return async (request, response) => {
    const caller = await callerOf(request);
    const query = readQuery(request, RECLAMATION_LIST_PARAMETERS);
    const instanceId = guidOrNothing(query.resource_instance_id, caller, 'instance');
    const isNone = query.resource_instance_id !== undefined && instanceId === undefined;
    const filter = {
      accountId: query.account_id ?? caller.accountId,
      // The id of nothing, so that whoever asks of another account is refused all the same.
      instanceId: isNone ? '' : instanceId,
      resourceGroupId: query.resource_group_id,
    };
    const rows = await reclamations.list(caller, filter);
    response.json({ resources: rows.map((row) => reclamationRepresentation(row, stateOf(row))) });
  };
}

function runAction({
  reclamations,
  callerOf,
}: ReclamationRouteParts): RequestHandler<{ id: string; action_name: string }> {
  return async (request, response) => {
    const caller = await callerOf(request);
    const action = actionNamed(request.params.action_name);
    const body = await readJson(request, RECLAMATION_ACTION);
    const reason = { requestedBy: body.request_by, comment: body.comment };
    const id = guidOf(request.params.id, caller, 'reclamation');
    const row = await decided(reclamations, caller, { action, id, reason });
    response.json(reclamationRepresentation(row, action === 'reclaim' ? 'RECLAIMING' : 'RESTORING'));
  };
}

type Action = 'reclaim' | 'restore';

function actionNamed(name: string): Action {
  if (name === 'reclaim' || name === 'restore') return name;
  throw new RouteUnknown('There is no such action: use reclaim or restore.');
}

function decided(
  reclamations: ReclamationRouteParts['reclamations'],
  caller: Caller,
  asked: { readonly action: Action; readonly id: string; readonly reason: Parameters<Reclamations['restore']>[2] },
): Promise<ResourceInstance> {
  return reclamations[asked.action](caller, asked.id, asked.reason);
}

const stateOf = ({ state }: ResourceInstance) => (state === 'removing' ? 'RECLAIMING' : 'SCHEDULED');

function reclamationRepresentation(
  row: ResourceInstance,
  state: ReclamationRepresentation['state'],
): ReclamationRepresentation {
  return {
    id: row.id,
    entity_id: row.id,
    entity_type_id: 'resource-instance',
    entity_crn: instanceCrn(row),
    resource_instance_id: row.id,
    resource_group_id: row.resourceGroupId,
    account_id: row.accountId,
    policy_id: '',
    state,
    target_time: dateOf(row.reclaimAt),
    custom_properties: {},
    created_at: dateOf(row.deletedAt),
    created_by: row.deletedBy ?? '',
    updated_at: new Date(row.modifiedAt).toISOString(),
    updated_by: row.modifiedBy,
  };
}
