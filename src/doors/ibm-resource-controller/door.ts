import { Router } from 'express';
import { commonHeaders, type OnFailure, secretsRefused } from '../../http/api-answers.ts';
import { respondWith } from '../../http/app.ts';
import { RouteUnknown } from '../../problems/request-problems.ts';
import { type AliasRouteParts, aliasRoutes } from './alias-routes.ts';
import { resourceFailures } from './answers.ts';
import { type GroupRouteParts, groupRoutes } from './group-routes.ts';
import { type InstanceRouteParts, instanceRoutes } from './instance-routes.ts';
import { type KeyRouteParts, keyRoutes } from './key-routes.ts';
import { quotaRoutes } from './quota-routes.ts';
import { type ReclamationRouteParts, reclamationRoutes } from './reclamation-routes.ts';

/** What the door stands on. */
export interface IbmResourceControllerDoorParts
  extends GroupRouteParts,
    InstanceRouteParts,
    KeyRouteParts,
    AliasRouteParts,
    ReclamationRouteParts {
  readonly onFailure: OnFailure;
}

/** As in `server/door-paths.ts`, which lets nothing else come here. */
const PREFIXES = [
  '/v2/resource_instances',
  '/v2/resource_keys',
  '/v2/resource_aliases',
  '/v2/resource_bindings',
  '/v1/reclamations',
  '/v2/resource_groups',
  '/v2/quota_definitions',
];

/**
 * IBM Cloud's Resource Controller and Resource Manager: instances, their keys, aliases and bindings, what of them waits to be
 * reclaimed, resource groups. It knows IBM's wire format and nothing of rights: who may do what, the domains decide.
 */
export function ibmResourceControllerDoor(parts: IbmResourceControllerDoorParts): Router {
  const router = Router();
  router.use(PREFIXES, commonHeaders, secretsRefused({ allowed: 'start' }));
  groupRoutes(router, parts);
  quotaRoutes(router, parts);
  instanceRoutes(router, parts);
  aliasRoutes(router, parts);
  reclamationRoutes(router, parts);
  keyRoutes(router, parts);
  router.use(PREFIXES, () => {
    // The path is not repeated: who takes a key for an id sends it there.
    throw new RouteUnknown('There is nothing at this path.');
  });
  router.use(respondWith(resourceFailures(parts.onFailure)));
  return router;
}
