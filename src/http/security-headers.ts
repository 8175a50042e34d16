import type { IncomingMessage, ServerResponse } from 'node:http';
import helmet from 'helmet';

/** An API has no page of its own, so nothing may be loaded or framed. */
const setSecurityHeaders = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
  },
});

/**
 * The headers that helmet sets, for every answer. Helmet is run once: a hot route writes them with its own in one
 * `writeHead`, where eleven calls of `setHeader` would cost more than reading the form.
 */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = Object.freeze(headersSetBy(setSecurityHeaders));

/** For every answer that holds a token or a key (RFC 6749, section 5.1; `Pragma` for caches of HTTP/1.0). */
export const NO_STORE_HEADERS: Readonly<Record<string, string>> = Object.freeze({
  'Cache-Control': 'no-store',
  Pragma: 'no-cache',
});

function headersSetBy(middleware: ReturnType<typeof helmet>): Record<string, string> {
  const headers: Record<string, string> = {};
  const response = {
    setHeader(name: string, value: string) {
      headers[name] = value;
    },
    removeHeader(name: string) {
      delete headers[name];
    },
  };
  // Safe: helmet looks at no request, and of a response it uses these two; of a third the start would fail.
  const [asked, answer] = [{} as IncomingMessage, response as unknown as ServerResponse];
  middleware(asked, answer, (failure) => {
    if (failure !== undefined) throw failure;
  });
  return headers;
}
