import type { z } from 'zod';
import type { Caller } from '../../access/caller.ts';
import { SERVICES } from '../../resource-catalog/catalog.ts';
import type { InstanceListRequest } from '../../resource-instances/instance-list.ts';
import type { InstanceState } from '../../resource-instances/resource-instance.ts';
import { readSpan } from './dates.ts';
import { guidOrNothing } from './id-in-path.ts';
import { INSTANCE_STATES } from './instance-representations.ts';
import type { INSTANCE_LIST_PARAMETERS } from './instance-schemas.ts';

/** @returns what the query asks for, in the words of the domain; `undefined` when nothing can be so */
export function instanceFilter(
  query: z.output<typeof INSTANCE_LIST_PARAMETERS>,
  caller: Caller,
): Omit<InstanceListRequest, 'after' | 'limit'> | undefined {
  const id = guidOrNothing(query.guid, caller, 'instance');
  const service = SERVICES.find(({ instances }) => instances?.catalogId === query.resource_id)?.name;
  const state = stateOf(query.state);
  const isImpossible =
    (query.guid !== undefined && id === undefined) ||
    (query.resource_id !== undefined && service === undefined) ||
    (query.state !== undefined && state === undefined) ||
    (query.type !== undefined && query.type !== 'service_instance') ||
    query.sub_type !== undefined;
  if (isImpossible) return undefined;
  return {
    id,
    name: query.name,
    resourceGroupId: query.resource_group_id,
    service: query.resource_id === undefined ? undefined : service,
    planId: query.resource_plan_id,
    state,
    modifiedFrom: query.updated_from === undefined ? undefined : readSpan(query.updated_from)?.first,
    modifiedTo: query.updated_to === undefined ? undefined : readSpan(query.updated_to)?.last,
  };
}

function stateOf(wanted: string | undefined): InstanceState | undefined {
  // Safe: the keys of the table are exactly the states.
  const states = Object.keys(INSTANCE_STATES) as InstanceState[];
  return wanted === undefined ? undefined : states.find((state) => INSTANCE_STATES[state] === wanted);
}
