import { GENERIC_SERVICE } from './definitions/generic-service.ts';
import { IAM_ACCESS_MANAGEMENT } from './definitions/iam-access-management.ts';
import { IAM_GROUPS } from './definitions/iam-groups.ts';
import { IAM_IDENTITY } from './definitions/iam-identity.ts';
import { LATCHKEY } from './definitions/latchkey.ts';
import { ACTIVITY_TRACKER, LOG_ANALYSIS } from './definitions/log-analysis.ts';
import { LOGS } from './definitions/logs.ts';
import { RESOURCE_CONTROLLER } from './definitions/resource-controller.ts';
import { USER_MANAGEMENT } from './definitions/user-management.ts';
import type { InstanceDefinition, Plan, ServiceDefinition } from './service-definition.ts';

/** Every service that policies may name; a new one is a file and a row. */
export const SERVICES: readonly ServiceDefinition[] = [
  IAM_IDENTITY,
  IAM_GROUPS,
  IAM_ACCESS_MANAGEMENT,
  USER_MANAGEMENT,
  RESOURCE_CONTROLLER,
  LOGS,
  LOG_ANALYSIS,
  ACTIVITY_TRACKER,
  LATCHKEY,
  GENERIC_SERVICE,
];

const BY_NAME: ReadonlyMap<string, ServiceDefinition> = new Map(SERVICES.map((service) => [service.name, service]));

/** @returns the service of this name, or `undefined` */
export const serviceNamed = (name: string): ServiceDefinition | undefined => BY_NAME.get(name);

/** @returns the services of a group, as a policy may name them together: `IAM`; none when there is no such group */
export const servicesOfGroup = (group: string): readonly ServiceDefinition[] =>
  SERVICES.filter(({ groups }) => groups.includes(group));

/** A plan, and the service of which it is one. */
export interface ServicePlan {
  readonly plan: Plan;
  readonly service: ServiceDefinition;
  readonly instances: InstanceDefinition;
}

/** Every plan of which an instance can be provisioned. */
export const SERVICE_PLANS: readonly ServicePlan[] = SERVICES.flatMap((service) => {
  const { instances } = service;
  return instances === undefined ? [] : instances.plans.map((plan) => ({ plan, service, instances }));
});

const PLANS_BY_ID: ReadonlyMap<string, ServicePlan> = new Map(SERVICE_PLANS.map((row) => [row.plan.id, row]));

/** @returns the plan of this id with its service, or `undefined` */
export const servicePlan = (planId: string): ServicePlan | undefined => PLANS_BY_ID.get(planId);
