import type { Express } from 'express';
import { completeApp, newApp } from '../http/app.ts';
import { SECURITY_HEADERS } from '../http/security-headers.ts';
import { Problem } from '../problems/problem.ts';
import { MethodNotAllowed } from '../problems/request-problems.ts';
import { type DoorParts, doors } from './doors.ts';

const JSON_HEADERS = { ...SECURITY_HEADERS, 'Content-Type': 'application/json' };

/** The whole service as an Express application: every door, and a last answer for paths that none of them knows. */
export function buildApp(parts: DoorParts): Express {
  const app = newApp();
  for (const door of doors(parts)) app.use(door);
  completeApp(app, (failure, request, response) => {
    if (failure instanceof MethodNotAllowed) {
      response.writeHead(405, { ...JSON_HEADERS, Allow: failure.allowed.join(', ') });
      response.end(JSON.stringify({ code: failure.code, message: failure.message }));
      return;
    }
    const known = failure instanceof Problem && failure.code === 'route_unknown';
    if (!known) parts.logger.error({ err: failure, method: request.method }, 'no door answered this failure');
    response.writeHead(known ? 404 : 500, JSON_HEADERS);
    const message = known ? 'There is nothing here. The token endpoint is POST /identity/token.' : 'Internal error.';
    response.end(JSON.stringify({ code: known ? 'route_unknown' : 'internal_error', message }));
  });
  return app;
}
