import type { Express } from 'express';
import { completeApp, newApp } from '../http/app.ts';
import { methods } from '../http/methods.ts';
import { SECURITY_HEADERS } from '../http/security-headers.ts';
import { MethodNotAllowed } from '../problems/request-problems.ts';
import type { Readiness } from './readiness.ts';

/** What `/readyz` tells. */
export interface ServiceReadiness extends Readiness {
  /** Where there are several: how many of how many are ready. */
  readonly workers?: { readonly ready: number; readonly of: number };
}

/** What the operations listener stands on. */
export interface OperationsParts {
  readonly readiness: () => Promise<ServiceReadiness>;
  /** Everything in the text form of Prometheus, looked up now. */
  readonly metrics: () => Promise<{ readonly contentType: string; readonly body: string }>;
  /** Makes the OpenAPI document of the service; asked for at the first request of it. */
  readonly openApi: () => Promise<object>;
}

/**
 * What operators and their machines ask, on a listener of its own that is loopback by default: metrics and documents are
 * no business of the public (ASVS 13.4.5).
 */
export function operationsApp({ readiness, metrics, openApi }: OperationsParts): Express {
  const app = newApp();
  const json = { ...SECURITY_HEADERS, 'Content-Type': 'application/json', 'Cache-Control': 'no-store' };

  methods(app, '/livez', {
    GET: (_request, response) => {
      response.writeHead(200, json).end('{"status":"alive"}');
    },
  });

  methods(app, '/readyz', {
    GET: async (_request, response) => {
      const { storeUp, accepting, workers } = await readiness();
      const ready = storeUp && accepting && workers?.ready !== 0;
      const body = {
        status: ready ? 'ready' : 'not ready',
        store: storeUp ? 'up' : 'down',
        stopping: !accepting,
        workers,
      };
      response.writeHead(ready ? 200 : 503, json).end(JSON.stringify(body));
    },
  });

  methods(app, '/metrics', {
    GET: async (_request, response) => {
      const { contentType, body } = await metrics();
      response.writeHead(200, { ...SECURITY_HEADERS, 'Content-Type': contentType }).end(body);
    },
  });

  let document: string | undefined;
  methods(app, '/openapi.json', {
    GET: async (_request, response) => {
      document ??= JSON.stringify(await openApi());
      response.writeHead(200, json).end(document);
    },
  });

  completeApp(app, (failure, _request, response) => {
    const notAllowed = failure instanceof MethodNotAllowed;
    const headers = notAllowed ? { ...json, Allow: failure.allowed.join(', ') } : json;
    response.writeHead(notAllowed ? 405 : 404, headers);
    response.end('{"message":"Here are /livez, /readyz, /metrics and /openapi.json."}');
  });
  return app;
}
