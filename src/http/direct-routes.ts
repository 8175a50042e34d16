import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { RequestHandler } from 'express';
import { pathOf } from './read-query.ts';

/** A request with what Express adds to one that it has routed, as far as anything here looks at it. */
export type DirectRequest = IncomingMessage & {
  res?: ServerResponse | undefined;
  /** The route as it was declared, for metrics and logs. */
  route?: { readonly path: string };
};

/** Answers a request with Node's own means. What its promise is rejected with is answered by its door; nothing may be thrown before. */
export type DirectHandler = (request: DirectRequest, response: ServerResponse) => Promise<void>;

/** Routes that are asked so often that what Express does for each request is a part of what they cost. */
export interface DirectRoutes {
  /**
   * Serves `POST` to exactly this path, with or without a query, before any router is asked.
   * @returns the same for the door's router, which serves other spellings of the path and answers what is thrown
   */
  post(path: string, handle: DirectHandler): RequestHandler;
  /** Puts the routes in front of the application that has the routers. */
  before(app: RequestListener): RequestListener;
}

interface DirectRoute {
  readonly handle: DirectHandler;
  readonly route: { readonly path: string };
}

/**
 * @returns no routes yet. Express gives each request and each answer another prototype, and walks the routers: an eleventh of
 *   an exchange with ES256. Nothing else is left out: listener, overload guard, metrics and logs stand before all of it
 */
export function directRoutes(): DirectRoutes {
  const routes = new Map<string, DirectRoute>();
  const failed = new WeakMap<IncomingMessage, { readonly failure: unknown }>();
  return {
    post(path, handle) {
      routes.set(path, { handle, route: { path } });
      return (request, response) => {
        const earlier = failed.get(request);
        if (earlier !== undefined) throw earlier.failure;
        return handle(request, response);
      };
    },

    before: (app) => (request: DirectRequest, response) => {
      const found = request.method === 'POST' ? routes.get(pathOf(request)) : undefined;
      if (found === undefined) {
        app(request, response);
        return;
      }
      request.res = response;
      request.route = found.route;
      found.handle(request, response).catch((failure: unknown) => {
        // On the way that the request would have come the door's own headers and form of failures are met.
        failed.set(request, { failure });
        app(request, response);
      });
    },
  };
}
