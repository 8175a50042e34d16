import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Request } from 'express';
import type { Logger } from 'pino';
import type { Config } from '../config/config.ts';
import { refuseInTokenForm, unreadableInTokenForm } from '../doors/ibm-iam-token/refusals.ts';
import { routeTemplateOf } from '../http/app.ts';
import { addressSet } from '../http/ip-address.ts';
import { type Listener, listen } from '../http/listener.ts';
import type { OverloadGuard } from '../http/overload-guard.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { requestLog } from '../telemetry/request-log.ts';
import { shedReport } from '../telemetry/shed-report.ts';
import { WEB_SOCKET_PATH } from './door-paths.ts';

/** What the service's own listener stands on. */
export interface ServiceListenerParts {
  readonly config: Config;
  readonly guard: OverloadGuard;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly handler: RequestListener;
}

/** One machine's many processes are as many clients. As text: making Node know an IPv6 address costs 7 ms of every start. */
const isLoopback = (address: string): boolean => address.startsWith('127.') || address === '::1';

/** Opens the listener of the service: shedding before routing, metrics and logs after the answer. */
export function listenForService({ config, guard, metrics, logger, handler }: ServiceListenerParts): Promise<Listener> {
  const log = requestLog(logger);
  const reportShed = shedReport(logger);
  const proxies = addressSet(config.trustedProxies);
  const onAnswered = (request: IncomingMessage, response: ServerResponse, milliseconds: number): void => {
    // Express adds the route to the request that it was given; it is absent where none matched.
    metrics.answered(routeTemplateOf(request as Request), response.statusCode, milliseconds / 1_000);
    log({ method: request.method, url: request.url, status: response.statusCode, milliseconds });
  };
  return listen({
    shed: (request, response) => {
      if (!guard.isFull(request)) return false;
      metrics.shed();
      reportShed();
      refuseInTokenForm(request, response);
      return true;
    },
    handler: guard.around(handler),
    host: config.host,
    port: config.port,
    tls: config.tls,
    refusalBodyOf: unreadableInTokenForm,
    manyClientsAt: (address) => isLoopback(address) || (!proxies.empty && proxies.has(address)),
    isWebSocketPath: (path) => WEB_SOCKET_PATH.test(path),
    onAnswered,
    onTlsReload: (reload) => {
      if (reload.reloaded) logger.info('changed TLS files are in use');
      else logger.warn({ err: reload.cause }, 'changed TLS files cannot be used; the ones before stay in use');
    },
  });
}
