import type { Problem } from '../problems/problem.ts';
import {
  MethodNotAllowed,
  Overloaded,
  RateLimited,
  SpoolFull,
  StoreUnavailable,
} from '../problems/request-problems.ts';

/** @returns the headers that go with a refusal where a bearer token is asked for. @param realm the door's name for itself */
export function refusalHeaders(
  problem: Problem | undefined,
  status: number,
  realm: string,
): Readonly<Record<string, string>> {
  const mayPass =
    problem instanceof RateLimited ||
    problem instanceof Overloaded ||
    problem instanceof StoreUnavailable ||
    problem instanceof SpoolFull;
  if (mayPass) {
    return { 'Retry-After': String(problem.retryAfterSeconds) };
  }
  if (problem instanceof MethodNotAllowed) return { Allow: problem.allowed.join(', ') };
  if (status !== 401) return {};
  // RFC 6750, section 3: no error code when no token was sent.
  const error = problem?.code.startsWith('token_') === true ? ', error="invalid_token"' : '';
  return { 'WWW-Authenticate': `Bearer realm="${realm}"${error}` };
}
