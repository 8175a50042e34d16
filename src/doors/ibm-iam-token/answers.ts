import type { ServerResponse } from 'node:http';
import type { Request } from 'express';
import type { OnFailure } from '../../http/api-answers.ts';
import { type Respond, routeTemplateOf } from '../../http/app.ts';
import { STATUS_CODES } from '../../http/node-http.ts';
import { type RequestNames, requestNamesOf, requestSeenAt } from '../../http/request-identity.ts';
import { SECURITY_HEADERS } from '../../http/security-headers.ts';
import { Problem } from '../../problems/problem.ts';
import {
  MethodNotAllowed,
  Overloaded,
  ParameterMissing,
  RateLimited,
  StoreUnavailable,
} from '../../problems/request-problems.ts';
import { withoutSecrets } from '../../telemetry/redaction.ts';
import { TOKEN_PROBLEMS, type TokenProblem } from './token-problems.ts';

/** Headers of every answer of this door (IBM Cloud IAM Identity API, token operations). */
const COMMON_HEADERS: Readonly<Record<string, string>> = Object.freeze({
  ...SECURITY_HEADERS,
  'Content-Type': 'application/json',
  'Cache-Control': 'no-cache, no-store, must-revalidate',
  Pragma: 'no-cache',
  Expires: '0',
  'Content-Language': 'en-US',
  'IBM-Cloud-Service-Name': 'iam-identity',
});

/** Writes a body that holds credentials or speaks of them. */
export function writeAnswer(
  response: ServerResponse,
  names: RequestNames,
  status: number,
  body: object,
  headers?: Readonly<Record<string, string>>,
): void {
  writeJson(response, names, status, JSON.stringify(body), headers);
}

/** The same for what is JSON already. In one `writeHead`, because the token route is hot. */
export function writeJson(
  response: ServerResponse,
  { transactionId, requestId }: RequestNames,
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, {
    ...COMMON_HEADERS,
    'Transaction-Id': transactionId,
    'X-Correlation-Id': transactionId,
    'X-Request-Id': requestId,
    'Content-Length': Buffer.byteLength(text),
    ...headers,
  });
  response.end(text);
}

/** Writes failures in the token endpoint's form; nothing that is not a problem is told. */
export function tokenFailures(onFailure: OnFailure): Respond {
  return (failure, request, response) => {
    const problem = failure instanceof Problem ? failure : undefined;
    const row = TOKEN_PROBLEMS[problem?.code ?? 'internal_error'];
    const names = requestNamesOf(request);
    onFailure(failure, row.status, request, names);
    const body = {
      errorCode: row.errorCode,
      errorMessage: row.errorMessage ?? problem?.message ?? '',
      ...detailsOf(problem, row),
      context: contextOf(request, names),
    };
    writeAnswer(response, names, row.status, body, headersOf(problem, row.status));
  };
}

function detailsOf(problem: Problem | undefined, { status, errorMessage }: TokenProblem): { errorDetails?: string } {
  if (problem === undefined) return {};
  if (status === 404 || status === 405 || status === 415) {
    const sentences = [`HTTP ${status} ${STATUS_CODES[status]}.`, problem.message, problem.details ?? ''];
    return { errorDetails: sentences.join(' ').trim() };
  }
  if (errorMessage === undefined) return problem.details === undefined ? {} : { errorDetails: problem.details };
  const named = problem instanceof ParameterMissing ? `Property: ${problem.parameter}. ` : '';
  return { errorDetails: `${named}${problem.message} ${problem.details ?? ''}`.trim() };
}

/** No `url`: IBM's Node SDK hides the message of an error whose `context.url` holds the letters "iam". */
function contextOf(request: Request, { transactionId }: RequestNames): Readonly<Record<string, string>> {
  const startedAt = requestSeenAt(request);
  // A wall clock that is set back meanwhile must not make an answer that ends before it began.
  const endedAt = Math.max(startedAt, Date.now());
  return {
    requestId: transactionId,
    requestType: `incoming.${requestTypeOf(request)}`,
    userAgent: withoutSecrets(request.headers['user-agent'] ?? '').slice(0, 200),
    startTime: timeText(startedAt),
    endTime: timeText(endedAt),
    elapsedTime: String(endedAt - startedAt),
    locale: 'en_US',
  };
}

/** `21.11.2026 11:47:03:250 UTC`, as IBM writes it. */
function timeText(at: number): string {
  const [day = '', time = ''] = new Date(at).toISOString().replace('Z', '').split('T');
  return `${day.split('-').reverse().join('.')} ${time.replace('.', ':')} UTC`;
}

/** Named after the route and not after the path: a key that somebody put into the path must not come back. */
function requestTypeOf(request: Request): string {
  const template = routeTemplateOf(request);
  return template === 'unmatched' ? 'Identity' : template.split('/').filter(Boolean).map(capitalized).join('_');
}

const capitalized = (segment: string): string =>
  segment.charAt(0).toUpperCase() + segment.slice(1).replace(/[^A-Za-z0-9-]/g, '');

function headersOf(problem: Problem | undefined, status: number): Readonly<Record<string, string>> {
  if (problem instanceof RateLimited) {
    const seconds = String(problem.retryAfterSeconds);
    return { 'Retry-After': seconds, 'RateLimit-Remaining': '0', 'RateLimit-Reset': seconds };
  }
  if (problem instanceof Overloaded || problem instanceof StoreUnavailable) {
    return { 'Retry-After': String(problem.retryAfterSeconds) };
  }
  if (problem instanceof MethodNotAllowed) return { Allow: problem.allowed.join(', ') };
  if (status === 401) return { 'WWW-Authenticate': 'Basic realm="identity", Bearer realm="identity"' };
  if (status === 413) return { Connection: 'close' };
  return {};
}
