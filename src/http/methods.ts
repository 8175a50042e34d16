import type { RequestHandler, Router } from 'express';
import { MethodNotAllowed } from '../problems/request-problems.ts';

/** The methods that are served anywhere. */
export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** What a path does for each method it serves. */
export type MethodHandlers<Path extends string> = Readonly<
  Partial<Record<Method, RequestHandler<PathParameters<Path>>>>
>;

/** The names after a colon in a path, as Express gives them in `request.params`. */
export type PathParameters<Path extends string> = Path extends `${infer Segment}/${infer Rest}`
  ? PathParameters<Segment> & PathParameters<Rest>
  : Path extends `:${infer Name}`
    ? { [Key in Name]: string }
    : Record<never, string>;

/**
 * Serves a path by one handler a method. `HEAD` is answered by the handler of `GET`, unless it has its own. Every other
 * method on the path, `TRACE` and `OPTIONS` among them, is refused (R32).
 * @throws MethodNotAllowed  (in the route) with what `Allow` has to say
 */
export function methods<const Path extends string>(router: Router, path: Path, handlers: MethodHandlers<Path>): void {
  const allowed: Method[] = [];
  const route = router.route(path);
  for (const [method, handler] of handlersOf(handlers)) {
    allowed.push(method);
    if (method === 'GET' && handlers.HEAD === undefined) allowed.push('HEAD');
    route[verbOf(method)](handler);
  }
  route.all((request) => {
    throw new MethodNotAllowed(request.method, allowed);
  });
}

function handlersOf<Path extends string>(handlers: MethodHandlers<Path>): [Method, RequestHandler][] {
  // Safe: the keys are the type's own, Express fills `params` from the same path, and HEAD must be registered before
  // GET, which would answer it.
  const entries = Object.entries(handlers) as [Method, RequestHandler][];
  return entries.toSorted(([left], [right]) => Number(right === 'HEAD') - Number(left === 'HEAD'));
}

function verbOf(method: Method): 'get' | 'head' | 'post' | 'put' | 'patch' | 'delete' {
  // Safe: the lower-case form of each member of Method is a member of the result.
  return method.toLowerCase() as 'get' | 'head' | 'post' | 'put' | 'patch' | 'delete';
}
