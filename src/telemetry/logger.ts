/**
 * What the service tells its operator: one line of JSON an event, and metrics. This folder decides what may be told;
 * it measures nothing by itself and knows no route.
 */
import { type DestinationStream, type Logger, pino, stdTimeFunctions } from 'pino';
import { failureFacts } from './failure-facts.ts';
import { REDACTED, REDACTED_PATHS, withoutSecrets } from './redaction.ts';

/** From what on something is logged. */
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';

/** What `newLogger` takes. */
export interface LoggerParts {
  readonly level: LogLevel;
  /** The number of this worker, where there are several; it stands in every line. */
  readonly worker?: number;
  /** Default: the process's standard output. */
  readonly destination?: DestinationStream;
}

/**
 * A logger that writes one line of JSON an event, with the instant in UTC (ISO 8601) and the level by name. JSON
 * escapes line breaks and the escape character, so that no name can forge a line or colour a terminal (R36: log
 * injection). Errors are logged as `err`; see `failureFacts`.
 */
export function newLogger({ level, worker, destination }: LoggerParts): Logger {
  const options = {
    level,
    base: { service: 'latchkey', pid: process.pid, ...(worker !== undefined && { worker }) },
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: [...REDACTED_PATHS], censor: REDACTED },
    serializers: { err: (failure: unknown) => failureFacts(failure) },
    hooks: { streamWrite: (line: string) => withoutTerminalCodes(withoutSecrets(line)) },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}

/** JSON leaves DEL and the C1 controls as they are; some terminals obey them. */
function withoutTerminalCodes(line: string): string {
  let plain = '';
  let begun = 0;
  for (let index = 0; index < line.length; index += 1) {
    const code = line.charCodeAt(index);
    if (code < 0x7f || code > 0x9f) continue;
    plain += `${line.slice(begun, index)}\\u00${code.toString(16)}`;
    begun = index + 1;
  }
  return begun === 0 ? line : plain + line.slice(begun);
}
