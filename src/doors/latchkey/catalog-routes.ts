import type { Router } from 'express';
import { KEY_KIND_NAMES, KEY_KINDS, type KeyKindName } from '../../api-keys/key-kinds.ts';
import type { CallerOf } from '../../http/api-answers.ts';
import { methods } from '../../http/methods.ts';
import { SERVICE_PLANS, type ServicePlan } from '../../resource-catalog/catalog.ts';
import {
  KEY_KINDS_PATH,
  type KeyKindListRepresentation,
  PLANS_PATH,
  type PlanListRepresentation,
} from './catalog-operations.ts';

/** What the route stands on. */
export interface CatalogRouteParts {
  readonly callerOf: CallerOf;
}

/** `/latchkey/v1/catalog`: with which ids instances are provisioned, and where; what kinds of key there are. */
export function catalogRoutes(router: Router, { callerOf }: CatalogRouteParts): void {
  methods(router, PLANS_PATH, {
    async GET(request, response) {
      await callerOf(request);
      const body: PlanListRepresentation = { plans: SERVICE_PLANS.map(planRepresentation) };
      response.json(body);
    },
  });
  methods(router, KEY_KINDS_PATH, {
    async GET(request, response) {
      await callerOf(request);
      const body: KeyKindListRepresentation = { key_kinds: KEY_KIND_NAMES.map(kindRepresentation) };
      response.json(body);
    },
  });
}

function kindRepresentation(name: KeyKindName): KeyKindListRepresentation['key_kinds'][number] {
  const { of, shape, bits, presented, where, shown } = KEY_KINDS[name];
  return { name, of, shape, bits, presented, where, shown };
}

function planRepresentation({ plan, service }: ServicePlan): PlanListRepresentation['plans'][number] {
  const { id, name, reclaims, locations } = plan;
  return { id, name, service: service.name, reclaims, locations: [...locations] };
}
