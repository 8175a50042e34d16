import { Router } from 'express';
import { commonHeaders, type OnFailure, secretsRefused } from '../../http/api-answers.ts';
import { respondWith } from '../../http/app.ts';
import { RouteUnknown } from '../../problems/request-problems.ts';
import { logsFailures } from './answers.ts';
import { type SendRouteParts, sendRoutes } from './send-routes.ts';
import { type StreamRouteParts, streamRoutes } from './stream-routes.ts';

/** What the door stands on. */
export interface IbmCloudLogsDoorParts extends SendRouteParts, StreamRouteParts {
  readonly onFailure: OnFailure;
}

/** As in `server/door-paths.ts`, which lets nothing else come here. */
const PREFIXES = ['/logs/v1', '/instances/:guid/logs/v1'];

/**
 * The ingestion API of IBM Cloud Logs: lines with a bearer token, with an IAM API key, or with a key of the instance, in requests or
 * over a web socket. It knows the wire format and nothing of rights: who may send, the domains decide.
 */
export function ibmCloudLogsDoor(parts: IbmCloudLogsDoorParts): Router {
  const router = Router();
  router.use(PREFIXES, commonHeaders, secretsRefused());
  sendRoutes(router, parts);
  streamRoutes(router, parts);
  router.use(PREFIXES, () => {
    // The path is not repeated: who takes a key for an id sends it there.
    throw new RouteUnknown('There is nothing at this path.');
  });
  router.use(respondWith(logsFailures(parts.onFailure)));
  return router;
}
