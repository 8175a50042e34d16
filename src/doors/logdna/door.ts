import { type ErrorRequestHandler, Router } from 'express';
import { commonHeaders, type OnFailure, secretsRefused } from '../../http/api-answers.ts';
import { respondWith } from '../../http/app.ts';
import { RouteUnknown } from '../../problems/request-problems.ts';
import { logFailures } from './answers.ts';
import { type ConfigKeyRouteParts, configKeyRoutes } from './config-key-routes.ts';
import { INGEST_PATHS, type IngestRouteParts, ingestRoutes } from './ingest-routes.ts';

/** What the door stands on. */
export interface LogdnaDoorParts extends ConfigKeyRouteParts, IngestRouteParts {
  readonly onFailure: OnFailure;
}

/** As in `server/door-paths.ts`, which lets nothing else come here. */
const CONFIG_PREFIX = '/v1/config';
const INGEST_PREFIXES = Object.values(INGEST_PATHS);

/**
 * LogDNA's API, which IBM Log Analysis and Activity Tracker have too: the keys of an instance, and the place where agents send to. It
 * knows the wire format and nothing of rights: who may do what, the domains decide.
 */
export function logdnaDoor(parts: LogdnaDoorParts): Router {
  const router = Router();
  router.use(CONFIG_PREFIX, commonHeaders, secretsRefused());
  configKeyRoutes(router, parts);
  ingestRoutes(router, parts);
  router.use([CONFIG_PREFIX, ...INGEST_PREFIXES], () => {
    // The path is not repeated: who takes a key for an id sends it there.
    throw new RouteUnknown('There is nothing at this path.');
  });
  // The routes that take lines write all headers at once, because they are hot; what they refuse has them from here.
  router.use(INGEST_PREFIXES, headersOfFailures);
  router.use(respondWith(logFailures(parts.onFailure)));
  return router;
}

// Express tells an error handler by its four parameters.
const headersOfFailures: ErrorRequestHandler = (failure, request, response, next) => {
  commonHeaders(request, response, () => next(failure));
};
