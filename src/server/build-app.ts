import type { RequestListener } from 'node:http';
import { completeApp, newApp } from '../http/app.ts';
import { directRoutes } from '../http/direct-routes.ts';
import { requestNamesOf } from '../http/request-identity.ts';
import { NO_STORE_HEADERS, SECURITY_HEADERS } from '../http/security-headers.ts';
import { Problem } from '../problems/problem.ts';
import { MethodNotAllowed } from '../problems/request-problems.ts';
import { type DoorParts, doors } from './doors.ts';

const JSON_HEADERS = { ...SECURITY_HEADERS, ...NO_STORE_HEADERS, 'Content-Type': 'application/json' };

/** The whole service: the routes that are asked most, every door, and a last answer for paths that none of them knows. */
export function buildApp(parts: Omit<DoorParts, 'direct'>): RequestListener {
  const app = newApp();
  const direct = directRoutes();
  for (const door of doors({ ...parts, direct })) app.use(door);
  completeApp(app, (failure, request, response) => {
    const { transactionId, requestId } = requestNamesOf(request);
    const headers = { ...JSON_HEADERS, 'Transaction-Id': transactionId, 'X-Request-Id': requestId };
    if (failure instanceof MethodNotAllowed) {
      response.writeHead(405, { ...headers, Allow: failure.allowed.join(', ') });
      response.end(JSON.stringify({ code: failure.code, message: failure.message }));
      return;
    }
    const known = failure instanceof Problem && failure.code === 'route_unknown';
    if (!known) {
      const names = { transactionId, requestId };
      parts.logger.error({ err: failure, method: request.method, ...names }, 'no door answered this failure');
    }
    response.writeHead(known ? 404 : 500, headers);
    const message = known ? 'There is nothing here. The token endpoint is POST /identity/token.' : 'Internal error.';
    response.end(JSON.stringify({ code: known ? 'route_unknown' : 'internal_error', message }));
  });
  return direct.before(app);
}
