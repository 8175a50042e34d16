import { Router } from 'express';
import { type OnFailure, secretsRefused } from '../../http/api-answers.ts';
import { respondWith } from '../../http/app.ts';
import { RouteUnknown } from '../../problems/request-problems.ts';
import { administratorsBy, type BearerOf } from './administrator.ts';
import { aicFailures, aicHeaders } from './answers.ts';
import { type LogInParts, logInRoutes } from './log-in-routes.ts';
import { type LogKeyRouteParts, logKeyRoutes } from './log-key-routes.ts';
import { type LogsRouteParts, logsRoutes } from './logs-routes.ts';
import { oauthFailures } from './oauth-answers.ts';
import { type SvcacctRouteParts, svcacctRoutes } from './svcacct-routes.ts';

/** What the door stands on. */
export interface PingAicDoorParts
  extends Omit<LogKeyRouteParts, 'administratorOf'>,
    LogInParts,
    SvcacctRouteParts,
    LogsRouteParts {
  readonly bearerOf: BearerOf;
  readonly onFailure: OnFailure;
}

/** As in `server/door-paths.ts`, which lets nothing else come here. */
const PREFIXES = ['/am', '/openidm', '/environment', '/keys', '/monitoring', '/logs'];

/**
 * PingOne Advanced Identity Cloud: log API keys, the logs that they read, and the log-in that administrators' clients make before. It
 * knows the wire format and nothing of rights: who may do what, the domains decide.
 */
export function pingAicDoor(parts: PingAicDoorParts): Router {
  const router = Router();
  router.use(PREFIXES, aicHeaders, secretsRefused({ allowed: '_pagedresultscookie' }));
  logInRoutes(router, parts);
  svcacctRoutes(router, parts);
  logKeyRoutes(router, { ...parts, administratorOf: administratorsBy(parts.bearerOf) });
  logsRoutes(router, parts);
  router.use(PREFIXES, () => {
    // The path is not repeated: who takes a key for an id sends it there.
    throw new RouteUnknown('There is nothing at this path.');
  });
  // Its clients read failures in another form.
  router.use('/am/oauth2', respondWith(oauthFailures(parts.onFailure)));
  router.use(respondWith(aicFailures(parts.onFailure)));
  return router;
}
