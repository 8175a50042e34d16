import type { Router } from 'express';
import { type AmAuthorizeRouteParts, amAuthorizeRoutes } from './am-authorize-routes.ts';
import { type AmInfoRouteParts, amInfoRoutes } from './am-info-routes.ts';
import { type AmLoginRouteParts, amLoginRoutes } from './am-login-routes.ts';
import { type AmSessionRouteParts, amSessionRoutes } from './am-session-routes.ts';
import { type AmTokenRouteParts, amTokenRoutes } from './am-token-routes.ts';
import { type EnvironmentRouteParts, environmentRoutes } from './environment-routes.ts';
import { ownPlaces } from './own-places.ts';

/** What the routes of log-ins stand on. */
export interface LogInParts
  extends AmInfoRouteParts,
    AmLoginRouteParts,
    AmSessionRouteParts,
    Omit<AmAuthorizeRouteParts, 'places'>,
    Omit<AmTokenRouteParts, 'places'>,
    EnvironmentRouteParts {}

/** Everything that clients ask before they have a token, in the order in which they do. */
export function logInRoutes(router: Router, parts: LogInParts): void {
  const places = ownPlaces(parts);
  amInfoRoutes(router, parts);
  amLoginRoutes(router, parts);
  amSessionRoutes(router, parts);
  amAuthorizeRoutes(router, { ...parts, places });
  amTokenRoutes(router, { ...parts, places });
  environmentRoutes(router, parts);
}
