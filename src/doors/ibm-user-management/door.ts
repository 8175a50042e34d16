import { Router } from 'express';
import { commonHeaders, type OnFailure, secretsRefused } from '../../http/api-answers.ts';
import { respondWith } from '../../http/app.ts';
import { RouteUnknown } from '../../problems/request-problems.ts';
import { userFailures } from './answers.ts';
import { type UserRouteParts, userRoutes } from './user-routes.ts';

/** What the door stands on. */
export interface IbmUserManagementDoorParts extends UserRouteParts {
  readonly onFailure: OnFailure;
}

const PREFIXES = ['/v2/accounts', '/v3/accounts'];

/**
 * `/v2/accounts/{id}/users`: IBM Cloud's User Management API. It knows IBM's wire format and nothing of rights: who may do
 * what, the domains decide.
 */
export function ibmUserManagementDoor(parts: IbmUserManagementDoorParts): Router {
  const router = Router();
  router.use(PREFIXES, commonHeaders, secretsRefused({ allowed: '_start' }));
  userRoutes(router, parts);
  router.use(PREFIXES, () => {
    // The path is not repeated: who takes a key for an id sends it there.
    throw new RouteUnknown('There is nothing at this path.');
  });
  router.use(respondWith(userFailures(parts.onFailure)));
  return router;
}
