import type { Logger } from 'pino';
import type { Clock } from '../clock/clock.ts';
import type { Config, LogSinkConfig } from '../config/config.ts';
import type { LogSink } from '../log-forwarding/log-sink.ts';
import type { Store } from '../store/store.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { Domains } from './assemble-domains.ts';

/** What handing over stands on. */
export interface ForwardingParts {
  readonly config: Config;
  readonly store: Store;
  readonly domains: Pick<Domains, 'spool'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Pick<Metrics, 'followLogLines'>;
}

/** Begins to hand log lines over to the sink of the configuration, if there is one; what that needs is loaded only then. */
export async function startForwarding(parts: ForwardingParts, opened: AsyncDisposableStack): Promise<void> {
  const { config, store, domains, clock, logger, metrics } = parts;
  if (config.logLines.sink === undefined) return;
  const { forwardLines } = await import('../log-forwarding/forward-lines.ts');
  const sink = await sinkOf(config.logLines.sink);
  const onError = (cause: unknown): void =>
    logger.warn({ err: cause }, 'log lines could not be handed over; they are kept, and it is tried again');
  const forwarder = forwardLines({ store, spool: domains.spool, sink, clock, onError });
  opened.defer(() => forwarder.close());
  metrics.followLogLines(forwarder.facts);
}

async function sinkOf(config: LogSinkConfig): Promise<LogSink> {
  const { httpSink, streamSink } = await import('../log-forwarding/log-sink.ts');
  return config.kind === 'stdout' ? streamSink(process.stdout) : httpSink(config);
}
