import type { Logger } from 'pino';
import type { IngestionParts } from '../ingestion/ingestion.ts';
import { ingestionIn } from '../ingestion/ingestion.ts';
import type { Metrics } from '../telemetry/metrics.ts';

/** What the rooms that take log lines in are assembled from. */
export interface LogDomainsParts extends Omit<IngestionParts, 'onAccepted' | 'onError'> {
  readonly logger: Logger;
  readonly metrics: Pick<Metrics, 'tookLines'>;
  /** Told of everything that must be closed again. */
  readonly opened: AsyncDisposableStack;
}

/** Loaded with the first line that is sent: most processes that only exchange keys never need them. */
export function logDomainsIn({ logger, metrics, opened, ...parts }: LogDomainsParts) {
  const ingestion = ingestionIn({
    ...parts,
    onAccepted: (service, source, { lines, bytes }) => metrics.tookLines(service, source, lines, bytes),
    onError: (cause) => logger.warn({ err: cause }, 'the use of keys could not be written; it is kept'),
  });
  opened.defer(() => ingestion.use.close());
  return ingestion;
}
