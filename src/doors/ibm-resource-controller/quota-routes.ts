import type { Router } from 'express';
import { formatCrn } from '../../crn/crn.ts';
import type { CallerOf } from '../../http/api-answers.ts';
import { methods } from '../../http/methods.ts';
import { NotFound } from '../../problems/entity-problems.ts';
import { QUOTA_DEFINITIONS, type QuotaDefinition } from '../../resource-catalog/quota-definitions.ts';
import { QUOTA_PATHS } from './group-operations.ts';
import type { QuotaRepresentation } from './group-schemas.ts';

/** What the routes of quota definitions stand on. */
export interface QuotaRouteParts {
  readonly callerOf: CallerOf;
}

/** `/v2/quota_definitions` (IBM Cloud Resource Manager API, "quota definition"): the same for everybody with a token. */
export function quotaRoutes(router: Router, { callerOf }: QuotaRouteParts): void {
  methods(router, QUOTA_PATHS.all, {
    async GET(request, response) {
      await callerOf(request);
      response.json({ resources: QUOTA_DEFINITIONS.map(quotaRepresentation) });
    },
  });
  methods(router, QUOTA_PATHS.one, {
    async GET(request, response) {
      await callerOf(request);
      const quota = QUOTA_DEFINITIONS.find(({ id }) => id === request.params.id);
      if (quota === undefined) throw new NotFound('The quota definition could not be found.');
      response.json(quotaRepresentation(quota));
    },
  });
}

/** @returns where a quota definition is read */
export const quotaUrl = (id: string): string => `${QUOTA_PATHS.all}/${id}`;

/** They came with the product. */
const MADE_AT = '2026-01-01T00:00:00.000Z';

function quotaRepresentation(quota: QuotaDefinition): QuotaRepresentation {
  return {
    id: quota.id,
    name: quota.name,
    type: quota.type,
    number_of_apps: quota.apps,
    number_of_service_instances: quota.instances,
    default_number_of_instances_per_lite_plan: quota.instancesPerLitePlan,
    instances_per_app: quota.instancesPerApp,
    instance_memory: quota.instanceMemory,
    total_app_memory: quota.appMemory,
    vsi_limit: quota.virtualServers,
    resource_quotas: quota.resources.map(({ id, resourceId, service, limit }) => ({
      _id: id,
      resource_id: resourceId,
      crn: formatCrn({ service }),
      limit,
    })),
    created_at: MADE_AT,
    updated_at: MADE_AT,
  };
}
