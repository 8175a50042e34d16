import type { Request } from 'express';
import { RequestMalformed } from '../../problems/request-problems.ts';

/** The name of the cookie in which clients send a session; they ask for it first. */
export const SESSION_COOKIE = 'latchkey-session';

/**
 * The session of a request's cookie; `undefined`: it has none. No answer of this service sets the cookie: a browser has none to send by
 * itself, so that no page of somebody else can use it (CSRF).
 * @throws RequestMalformed  there are two: whoever could add one would choose who is logged in (session fixation)
 */
export function sessionCookieOf(request: Request): string | undefined {
  const pairs = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim());
  const values = pairs.filter((pair) => pair.startsWith(`${SESSION_COOKIE}=`));
  const [value] = values;
  if (values.length > 1) throw new RequestMalformed('The session cookie is given more than once.');
  return value?.slice(SESSION_COOKIE.length + 1) || undefined;
}
