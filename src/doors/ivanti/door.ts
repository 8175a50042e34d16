import { Router } from 'express';
import { commonHeaders, type OnFailure, secretsRefused } from '../../http/api-answers.ts';
import { respondWith } from '../../http/app.ts';
import { RouteUnknown } from '../../problems/request-problems.ts';
import { restFailures } from './answers.ts';
import { PREFIXES } from './operations.ts';
import { restCallerOf } from './rest-caller.ts';
import { type RestRouteParts, restRoutes } from './rest-routes.ts';

/** What the door stands on. */
export interface IvantiDoorParts extends RestRouteParts {
  readonly onFailure: OnFailure;
}

/** As in `server/door-paths.ts`, which lets nothing else come here. */
const ROOTS = PREFIXES.flatMap((prefix) => [`${prefix}/api/odata`, `${prefix}/api/rest`]);
const LOG_IN = PREFIXES.map((prefix) => `${prefix}/api/rest/authentication`);

/**
 * Ivanti Service Manager (Neurons for ITSM): where its REST API keys are used. It knows the wire format and nothing of rights: who may do
 * what, the domains decide.
 */
export function ivantiDoor(parts: IvantiDoorParts): Router {
  const router = Router();
  router.use(ROOTS, commonHeaders, secretsRefused(parts.keysInUrl ? { allowed: 'rest_api_key' } : {}));
  restRoutes(router, parts);
  // Who logs in has no credential yet, and is told that there are no sessions.
  router.use(LOG_IN, () => {
    throw new RouteUnknown('There is nothing at this path.', {
      details: 'There are no sessions: send Authorization: rest_api_key=<Reference ID> with each request.',
    });
  });
  router.use(ROOTS, async (request) => {
    await restCallerOf(request, parts);
    throw new RouteUnknown('There is nothing at this path.', { details: 'Business objects are not served.' });
  });
  router.use(respondWith(restFailures(parts.onFailure)));
  return router;
}
