import type { RequestListener } from 'node:http';
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
export const refuseInTokenForm = refusalOf('The service has more work than it can finish in time. Try again shortly.');

/** Answers a request that comes before the service is ready. */
export const refuseWhileStarting = refusalOf('The service is starting. Try again shortly.');

/** Written by hand and before any routing, because it must cost next to nothing: an overload is answered with it. */
function refusalOf(errorMessage: string): RequestListener {
  const body = JSON.stringify({ errorCode: TOKEN_PROBLEMS.overloaded.errorCode, errorMessage });
  const headers = [
    ...['Content-Type', 'application/json', 'Cache-Control', 'no-store', 'Retry-After', '1'],
    ...['Content-Length', String(Buffer.byteLength(body)), 'Transaction-Id'],
  ];
  return (request, response) => {
    response.writeHead(503, [...headers, transactionIdOf(request)]).end(body);
  };
}
