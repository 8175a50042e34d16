import { Router } from 'express';
import { commonHeaders, type OnFailure, secretsRefused } from '../../http/api-answers.ts';
import { respondWith } from '../../http/app.ts';
import { RouteUnknown } from '../../problems/request-problems.ts';
import { logFailures } from './answers.ts';
import { type ConfigKeyRouteParts, configKeyRoutes } from './config-key-routes.ts';

/** What the door stands on. */
export interface LogdnaDoorParts extends ConfigKeyRouteParts {
  readonly onFailure: OnFailure;
}

/** As in `server/doors.ts`, which lets nothing else come here. */
const CONFIG_PREFIX = '/v1/config';
const PREFIXES = [CONFIG_PREFIX, '/logs/ingest', '/logs/agent'];

/**
 * LogDNA's API, which IBM Log Analysis and Activity Tracker have too: the keys of an instance, and the place where agents send to. It
 * knows the wire format and nothing of rights: who may do what, the domains decide.
 */
export function logdnaDoor(parts: LogdnaDoorParts): Router {
  const router = Router();
  router.use(CONFIG_PREFIX, commonHeaders, secretsRefused());
  configKeyRoutes(router, parts);
  router.use(PREFIXES, () => {
    // The path is not repeated: who takes a key for an id sends it there.
    throw new RouteUnknown('There is nothing at this path.');
  });
  router.use(respondWith(logFailures(parts.onFailure)));
  return router;
}
