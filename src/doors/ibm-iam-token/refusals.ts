import type { IncomingMessage, ServerResponse } from 'node:http';
import { transactionIdOf } from '../../http/request-identity.ts';
import type { RefusalBodyOf } from '../../http/unreadable-requests.ts';
import { TOKEN_PROBLEMS } from './token-problems.ts';

/** The body for requests that could not even be read; the service's plainest form is this door's. */
export const unreadableInTokenForm: RefusalBodyOf = ({ status, sentence }) => ({
  contentType: 'application/json',
  body: JSON.stringify({
    errorCode: status === 503 ? TOKEN_PROBLEMS.overloaded.errorCode : TOKEN_PROBLEMS.request_malformed.errorCode,
    errorMessage: sentence,
  }),
});

/** Answers a request that is not let in because there is too much to do. */
export function refuseInTokenForm(request: IncomingMessage, response: ServerResponse): void {
  refuse(request, response, 'The service has more work than it can finish in time. Try again shortly.');
}

/** Answers a request that comes before the service is ready. */
export function refuseWhileStarting(request: IncomingMessage, response: ServerResponse): void {
  refuse(request, response, 'The service is starting. Try again shortly.');
}

/** Written by hand and before any routing, because it must cost nothing. */
function refuse(request: IncomingMessage, response: ServerResponse, errorMessage: string): void {
  const body = JSON.stringify({ errorCode: TOKEN_PROBLEMS.overloaded.errorCode, errorMessage });
  response
    .writeHead(503, {
      'Content-Type': 'application/json',
      'Cache-Control': 'no-store',
      'Retry-After': '1',
      'Transaction-Id': transactionIdOf(request),
      'Content-Length': Buffer.byteLength(body),
    })
    .end(body);
}
