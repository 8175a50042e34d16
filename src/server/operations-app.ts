import { setTimeout } from 'node:timers/promises';
import type { Express } from 'express';
import { completeApp, newApp } from '../http/app.ts';
import { methods } from '../http/methods.ts';
import { SECURITY_HEADERS } from '../http/security-headers.ts';
import { MethodNotAllowed } from '../problems/request-problems.ts';
import type { Store } from '../store/store.ts';
import type { Metrics } from '../telemetry/metrics.ts';

/** What the operations listener stands on. */
export interface OperationsParts {
  readonly store: Store;
  readonly metrics: Metrics;
  /** False from the first moment of a stop on: load balancers send no more. */
  readonly accepting: () => boolean;
  /** Makes the OpenAPI document of the service; asked for at the first request of it. */
  readonly openApi: () => Promise<object>;
}

const STORE_MILLISECONDS = 900;

/**
 * What operators and their machines ask, on a listener of its own that is loopback by default: metrics and documents are
 * no business of the public (ASVS 13.4.5).
 */
export function operationsApp({ store, metrics, accepting, openApi }: OperationsParts): Express {
  const app = newApp();
  const json = { ...SECURITY_HEADERS, 'Content-Type': 'application/json', 'Cache-Control': 'no-store' };

  // Asked for the metrics as well: who only scrapes must not read of a store that nobody has looked at.
  const isStoreUp = async (): Promise<boolean> => {
    // Load balancers ask often and wait a second: a store that answers later is down for them (R13).
    const late = setTimeout(STORE_MILLISECONDS, false, { ref: false });
    const answered = store.ping().then(
      () => true,
      () => false,
    );
    const up = await Promise.race([answered, late]);
    metrics.setStoreUp(up);
    return up;
  };

  methods(app, '/livez', {
    GET: (_request, response) => {
      response.writeHead(200, json).end('{"status":"alive"}');
    },
  });

  methods(app, '/readyz', {
    GET: async (_request, response) => {
      const storeUp = await isStoreUp();
      const ready = storeUp && accepting();
      const body = { status: ready ? 'ready' : 'not ready', store: storeUp ? 'up' : 'down', stopping: !accepting() };
      response.writeHead(ready ? 200 : 503, json).end(JSON.stringify(body));
    },
  });

  methods(app, '/metrics', {
    GET: async (_request, response) => {
      await isStoreUp();
      const { contentType, body } = await metrics.render();
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
