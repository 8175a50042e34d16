import { type RequestHandler, Router } from 'express';
import { respondWith } from '../../http/app.ts';
import { refuseSecretsInUrl } from '../../http/read-query.ts';
import { RouteUnknown } from '../../problems/request-problems.ts';
import { commonHeaders, identityFailures, type OnFailure, rememberedRequestNames } from './answers.ts';
import { type ApiKeyRouteParts, apiKeyRoutes, type CallerOf } from './api-key-routes.ts';
import { type ServiceIdRouteParts, serviceIdRoutes } from './service-id-routes.ts';

/** What the door stands on. */
export interface IbmIamIdentityDoorParts extends ApiKeyRouteParts, ServiceIdRouteParts {
  readonly onFailure: OnFailure;
}

const PREFIXES = ['/v1/apikeys', '/v1/serviceids'];

/**
 * `/v1/apikeys` and `/v1/serviceids`: IBM Cloud's IAM Identity API. It knows IBM's wire format and nothing of rights: who
 * may do what, the domains decide.
 */
export function ibmIamIdentityDoor(parts: IbmIamIdentityDoorParts): Router {
  const router = Router();
  const namesOf = rememberedRequestNames();
  // One request has one set of names, in its headers, its failure and its audit record alike.
  const callerOf: CallerOf = async (request) => ({ ...(await parts.callerOf(request)), ...namesOf(request) });

  router.use(PREFIXES, commonHeaders(namesOf), secretsRefused);
  apiKeyRoutes(router, { ...parts, callerOf });
  serviceIdRoutes(router, { ...parts, callerOf });
  router.use(PREFIXES, () => {
    // The path is not repeated: who takes a key for an id sends it there.
    throw new RouteUnknown('There is nothing at this path.');
  });
  router.use(respondWith(identityFailures({ namesOf, onFailure: parts.onFailure })));
  return router;
}

const secretsRefused: RequestHandler = (request, _response, next) => {
  refuseSecretsInUrl(request);
  next();
};
