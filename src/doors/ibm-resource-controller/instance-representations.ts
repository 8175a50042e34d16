import { formatCrn } from '../../crn/crn.ts';
import { servicePlan } from '../../resource-catalog/catalog.ts';
import { resourceGroupCrn } from '../../resource-groups/resource-group.ts';
import {
  type InstanceState,
  instanceCrn,
  type LastOperation,
  type ResourceInstance,
} from '../../resource-instances/resource-instance.ts';
import { dateOf } from './dates.ts';
import type { InstanceRepresentation } from './instance-schemas.ts';

/** What IBM calls the states of an instance. */
export const INSTANCE_STATES: Readonly<Record<InstanceState, InstanceRepresentation['state']>> = {
  active: 'active',
  provisioning: 'provisioning',
  pending_reclamation: 'pending_reclamation',
  removing: 'pending_removal',
  removed: 'removed',
  failed: 'failed',
};

/** An instance, member by member (IBM Cloud Resource Controller API, "Get a resource instance"). */
export function instanceRepresentation(instance: ResourceInstance): InstanceRepresentation {
  const { id, accountId, planId, region, resourceGroupId, state, deletedAt, deletedBy = '' } = instance;
  const crn = instanceCrn(instance);
  const url = `/v2/resource_instances/${id}`;
  const isDeleted = state === 'removing' || state === 'removed' || state === 'pending_reclamation';
  const isPending = state === 'pending_reclamation';
  return {
    ...{ id: crn, guid: id, url },
    created_at: new Date(instance.createdAt).toISOString(),
    updated_at: new Date(instance.modifiedAt).toISOString(),
    // A restored one was deleted once, and is not now.
    deleted_at: isDeleted ? dateOf(deletedAt) : null,
    created_by: instance.createdBy,
    updated_by: instance.modifiedBy,
    deleted_by: isDeleted ? deletedBy : '',
    scheduled_reclaim_at: isPending ? dateOf(instance.reclaimAt) : null,
    restored_at: dateOf(instance.restoredAt),
    restored_by: instance.restoredBy ?? '',
    scheduled_reclaim_by: isPending ? (instance.reclaimBy ?? '') : '',
    name: instance.name,
    region_id: region,
    account_id: accountId,
    reseller_channel_id: '',
    resource_plan_id: planId,
    resource_group_id: resourceGroupId,
    resource_group_crn: resourceGroupCrn({ accountId, id: resourceGroupId }),
    target_crn: deploymentCrn(planId, region),
    onetime_credentials: instance.onetimeCredentials,
    parameters: instance.parameters,
    allow_cleanup: instance.allowCleanup,
    crn,
    state: INSTANCE_STATES[state],
    ...{ type: 'service_instance', sub_type: '' },
    resource_id: servicePlan(planId)?.instances.catalogId ?? '',
    dashboard_url: null,
    last_operation: operationRepresentation(instance.lastOperation),
    resource_aliases_url: `${url}/resource_aliases`,
    resource_bindings_url: `${url}/resource_bindings`,
    resource_keys_url: `${url}/resource_keys`,
    plan_history: instance.planHistory.map((phase) => ({
      resource_plan_id: phase.planId,
      start_date: new Date(phase.startedAt).toISOString(),
      requestor_id: phase.startedBy,
    })),
    ...{ migrated: false, extensions: {}, controlled_by: '' },
    locked: instance.locked,
  };
}

const BEGINNINGS = { 'in progress': 'Started', succeeded: 'Completed', failed: 'Failed' } as const;

function operationRepresentation({ type, state, subType }: LastOperation): InstanceRepresentation['last_operation'] {
  return {
    ...{ type, state },
    ...(subType !== undefined && { sub_type: subType }),
    async: false,
    description: `${BEGINNINGS[state]} ${type} instance operation`,
    ...{ cancelable: false, poll: false },
  };
}

/** Where instances of a plan in a region are, as IBM's catalogue names it. */
const deploymentCrn = (planId: string, region: string): string =>
  formatCrn({ service: 'globalcatalog', resourceType: 'deployment', resource: `${planId}%3A${region}` });
