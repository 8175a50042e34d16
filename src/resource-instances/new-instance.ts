import { randomUUID } from 'node:crypto';
import type { AuditedState } from '../audit/audit-event.ts';
import { ParameterInvalid } from '../problems/request-problems.ts';
import { type ServicePlan, servicePlan } from '../resource-catalog/catalog.ts';
import { firstEntityTag } from '../store/entity-tag.ts';
import type { ResourceInstance } from './resource-instance.ts';

/** What the maker of an instance chooses. */
export interface NewInstance {
  readonly planId: string;
  /** As in the catalogue: `us-south`. */
  readonly region: string;
  readonly resourceGroupId: string;
  readonly name: string;
  readonly parameters?: Readonly<Record<string, unknown>> | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly allowCleanup?: boolean | undefined;
  readonly onetimeCredentials?: boolean | undefined;
  readonly locked?: boolean | undefined;
}

/** @returns the plan of which an instance is to be @throws ParameterInvalid there is none, or not in this region */
export function planIn(planId: string, region: string): ServicePlan {
  const known = servicePlan(planId);
  if (known === undefined) throw new ParameterInvalid('resource_plan_id', 'is the id of no plan');
  if (!known.plan.locations.includes(region)) {
    throw new ParameterInvalid('target', `must be one of: ${known.plan.locations.join(', ')}`);
  }
  return known;
}

/** Makes an instance; it is not stored yet. */
export function newInstance(
  chosen: NewInstance,
  { plan, service }: ServicePlan,
  made: { readonly accountId: string; readonly by: string; readonly at: number },
): ResourceInstance {
  const { region, resourceGroupId, name, parameters = {}, tags = [] } = chosen;
  const { allowCleanup = false, onetimeCredentials = false, locked = false } = chosen;
  const { accountId, by, at } = made;
  return {
    ...{ id: randomUUID(), entityTag: firstEntityTag(), accountId },
    ...{ service: service.name, planId: plan.id, region, resourceGroupId, name },
    ...{ state: 'active', gone: false, locked, allowCleanup, onetimeCredentials, parameters, tags },
    lastOperation: { type: 'create', state: 'succeeded', at },
    planHistory: [{ planId: plan.id, startedAt: at, startedBy: by }],
    ...{ createdAt: at, createdBy: by, modifiedAt: at, modifiedBy: by },
  };
}

/** What the audit record keeps of an instance: not its parameters, in which anything may stand. */
export function auditedInstance(instance: ResourceInstance): AuditedState {
  const { name, service, planId, region, resourceGroupId, state } = instance;
  const { locked, allowCleanup, onetimeCredentials, tags } = instance;
  return {
    ...{ name, service, planId, region, resourceGroupId, state },
    ...{ locked, allowCleanup, onetimeCredentials, tags },
  };
}
