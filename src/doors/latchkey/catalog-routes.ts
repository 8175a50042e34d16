import type { Router } from 'express';
import type { CallerOf } from '../../http/api-answers.ts';
import { methods } from '../../http/methods.ts';
import { SERVICE_PLANS, type ServicePlan } from '../../resource-catalog/catalog.ts';
import { PLANS_PATH, type PlanListRepresentation } from './catalog-operations.ts';

/** What the route stands on. */
export interface CatalogRouteParts {
  readonly callerOf: CallerOf;
}

/** `GET /latchkey/v1/catalog/plans`: with which ids instances are provisioned, and where. */
export function catalogRoutes(router: Router, { callerOf }: CatalogRouteParts): void {
  methods(router, PLANS_PATH, {
    async GET(request, response) {
      await callerOf(request);
      const body: PlanListRepresentation = { plans: SERVICE_PLANS.map(planRepresentation) };
      response.json(body);
    },
  });
}

function planRepresentation({ plan, service }: ServicePlan): PlanListRepresentation['plans'][number] {
  const { id, name, reclaims, locations } = plan;
  return { id, name, service: service.name, reclaims, locations: [...locations] };
}
