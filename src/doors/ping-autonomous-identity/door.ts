import { Router } from 'express';
import { commonHeaders, type OnFailure, secretsRefused } from '../../http/api-answers.ts';
import { respondWith } from '../../http/app.ts';
import { RouteUnknown } from '../../problems/request-problems.ts';
import { tenantFailures } from './answers.ts';
import { PROGRAM_PREFIXES } from './ingest-operations.ts';
import { type IngestRouteParts, ingestRoutes, unservedRoutes } from './ingest-routes.ts';
import { JAS_PREFIX } from './jas-operations.ts';
import { type JasRouteParts, jasRoutes } from './jas-routes.ts';
import { type LoginRouteParts, loginRoutes } from './login-routes.ts';
import { type ServiceRouteParts, serviceRoutes } from './service-routes.ts';
import { type TokenRouteParts, tokenRoutes } from './token-routes.ts';
import { type UserRouteParts, userRoutes } from './user-routes.ts';

/** What the door stands on. */
export interface PingAutonomousIdentityDoorParts
  extends LoginRouteParts,
    UserRouteParts,
    ServiceRouteParts,
    TokenRouteParts,
    JasRouteParts,
    IngestRouteParts {
  readonly onFailure: OnFailure;
}

/** As in `server/door-paths.ts`, which lets nothing else come here. */
const PREFIXES = [
  '/api/authentication',
  '/api/admin',
  '/api/swagger',
  JAS_PREFIX,
  ...PROGRAM_PREFIXES,
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
  tokenRoutes(router, parts);
  jasRoutes(router, parts);
  ingestRoutes(router, parts);
  unservedRoutes(router, parts);
  router.use(PREFIXES, () => {
    // The path is not repeated: who takes a key for an id sends it there.
    throw new RouteUnknown('There is nothing at this path.');
  });
  router.use(respondWith(tenantFailures(parts.onFailure)));
  return router;
}
