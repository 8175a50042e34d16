import { Router } from 'express';
import { commonHeaders, type OnFailure, secretsRefused } from '../../http/api-answers.ts';
import { respondWith } from '../../http/app.ts';
import { RouteUnknown } from '../../problems/request-problems.ts';
import { tenantFailures } from './answers.ts';
import { type LoginRouteParts, loginRoutes } from './login-routes.ts';
import { type ServiceRouteParts, serviceRoutes } from './service-routes.ts';
import { type UserRouteParts, userRoutes } from './user-routes.ts';

/** What the door stands on. */
export interface PingAutonomousIdentityDoorParts extends LoginRouteParts, UserRouteParts, ServiceRouteParts {
  readonly onFailure: OnFailure;
}

/** As in `server/door-paths.ts`, which lets nothing else come here. */
const PREFIXES = [
  '/api/authentication',
  '/api/admin',
  '/api/ingest',
  '/api/swagger',
  '/jas',
  '/health-check',
  '/version',
];

/**
 * Ping Autonomous Identity: log-in of a tenant's users, API tokens, and what is asked with them. It knows the wire format and nothing
 * of rights: who may do what, the domains decide.
 */
export function pingAutonomousIdentityDoor(parts: PingAutonomousIdentityDoorParts): Router {
  const router = Router();
  router.use(PREFIXES, commonHeaders, secretsRefused());
  loginRoutes(router, parts);
  userRoutes(router, parts);
  serviceRoutes(router, parts);
  router.use(PREFIXES, () => {
    // The path is not repeated: who takes a key for an id sends it there.
    throw new RouteUnknown('There is nothing at this path.');
  });
  router.use(respondWith(tenantFailures(parts.onFailure)));
  return router;
}
