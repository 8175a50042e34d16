import type { IncomingMessage, ServerResponse } from 'node:http';
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

/** Answers a request that is not let in: too much to do, or not yet ready. Written by hand, because it must cost nothing. */
export function refuseInTokenForm(_request: IncomingMessage, response: ServerResponse): void {
  const body = JSON.stringify({
    errorCode: TOKEN_PROBLEMS.overloaded.errorCode,
    errorMessage: 'The service has more work than it can finish in time. Try again shortly.',
  });
  const headers = { 'Content-Type': 'application/json', 'Cache-Control': 'no-store', 'Retry-After': '1' };
  response.writeHead(503, { ...headers, 'Content-Length': Buffer.byteLength(body) }).end(body);
}
