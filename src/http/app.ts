import express, {
  type ErrorRequestHandler,
  type Express,
  type Request,
  type RequestHandler,
  type Response,
  type Router,
} from 'express';
import type { Problem } from '../problems/problem.ts';
import { MethodNotAllowed, RequestMalformed, RouteUnknown } from '../problems/request-problems.ts';

/**
 * An Express application with our conventions: no `ETag` of Express's own (ours are the entities'), no `X-Powered-By`,
 * no parsed `request.query` (`readQuery` does it), no middleware. `/path` and `/path/` are the same.
 */
export function newApp(): Express {
  const app = express();
  app.set('etag', false);
  app.disable('x-powered-by');
  app.set('query parser', false);
  app.disable('strict routing');
  return app;
}

/**
 * A door whose code is loaded with the first request that comes to it. The administrative doors stand on zod and large
 * schemas, 30 ms of every start, for which the first exchange after a restart would wait.
 * @param paths those that it answers; others go past it, and load nothing. Default: all that come to it
 */
export function loadedWhenAsked(load: () => Promise<Router>, paths?: RegExp): RequestHandler {
  let loading: Promise<Router> | undefined;
  return async (request, response, next) => {
    if (paths?.test(request.path) === false) {
      next();
      return;
    }
    loading ??= load().catch((failure: unknown) => {
      // Tried again with the next request: what was in the way, such as too many open files, may have gone.
      loading = undefined;
      throw failure;
    });
    (await loading)(request, response, next);
  };
}

/** The methods that some path here has. */
const SERVED_METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** Writes a failure in some door's form. `failure` is a problem, or anything else that was thrown: an internal error. */
export type Respond = (failure: unknown, request: Request, response: Response) => void;

/**
 * The last thing done to an application: every path that no route took is a problem, and every failure that no door
 * answered is answered by `respond`. Nothing reaches Express's own HTML pages.
 */
export function completeApp(app: Express, respond: Respond): void {
  app.use((request) => {
    throw new RouteUnknown(`There is no ${request.method} ${request.path.slice(0, 200)} here.`);
  });
  app.use(respondWith(respond));
}

/** An Express error handler around `respond`, for a door's own router or the application. */
export function respondWith(respond: Respond): ErrorRequestHandler {
  // Express tells an error handler by its four parameters.
  return (failure, request, response, _next) => {
    // Half an answer cannot become another one: the client must see that it is broken.
    if (response.headersSent) response.destroy();
    else respond(problemOrFailure(failure, request), request, response);
  };
}

/** Express itself throws on a path that is not valid percent-encoding; that is the caller's mistake, not ours. */
function problemOrFailure(failure: unknown, { method }: Request): Problem | unknown {
  // TRACE is served nowhere (R32): it would show a page what a proxy has added to its request (cross-site tracing).
  if (failure instanceof RouteUnknown && method === 'TRACE') return new MethodNotAllowed(method, SERVED_METHODS);
  if (failure instanceof URIError) return new RequestMalformed('The path is not valid percent-encoding.');
  return failure;
}

/**
 * The route that served the request as it was declared (`/v1/apikeys/:id`), for metrics and logs; `unmatched` when none
 * did. Never the path itself: it would make a label for every id.
 */
export function routeTemplateOf(request: Pick<Request, 'route'>): string {
  // Express types `route` as any; only a text is taken from it.
  const path: unknown = (request.route as { path?: unknown } | undefined)?.path;
  return typeof path === 'string' ? path : 'unmatched';
}
