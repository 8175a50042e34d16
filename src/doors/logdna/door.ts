import { type RequestHandler, Router } from 'express';
import { respondWith } from '../../http/app.ts';
import { refuseSecretsInUrl } from '../../http/read-query.ts';
import { RouteUnknown } from '../../problems/request-problems.ts';
import { commonHeaders, logFailures, type OnFailure } from './answers.ts';

/** What the door stands on. */
export interface LogdnaDoorParts {
  readonly onFailure: OnFailure;
}

/** As in `server/doors.ts`, which lets nothing else come here. */
const PREFIXES = ['/v1/config', '/logs/ingest', '/logs/agent'];

/**
 * LogDNA's API, which IBM Log Analysis and Activity Tracker have too: the keys of an instance, and the place where agents send to. It
 * knows the wire format and nothing of rights: who may do what, the domains decide.
 */
export function logdnaDoor(parts: LogdnaDoorParts): Router {
  const router = Router();
  router.use(PREFIXES, commonHeaders, secretsRefused);
  router.use(PREFIXES, () => {
    // The path is not repeated: who takes a key for an id sends it there.
    throw new RouteUnknown('There is nothing at this path.');
  });
  router.use(respondWith(logFailures(parts.onFailure)));
  return router;
}

const secretsRefused: RequestHandler = (request, _response, next) => {
  refuseSecretsInUrl(request);
  next();
};
