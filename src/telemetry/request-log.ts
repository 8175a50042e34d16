import type { Logger } from 'pino';

/** One answered request, as it may be logged. */
export interface AnsweredRequest {
  readonly method: string | undefined;
  /** Also with a query string: it is cut off here, because secrets are sent there against all rules. */
  readonly url: string | undefined;
  readonly status: number;
  readonly milliseconds: number;
  readonly transactionId?: string | undefined;
  readonly address?: string | undefined;
  /** What the answer says went wrong. */
  readonly failure?: unknown;
}

/** Longest path that is logged, in characters. */
const LONGEST_PATH = 512;

/**
 * Logs answered requests: successes and the caller's own mistakes at `debug`, 5xx at `warn` with the diagnostic that
 * the caller does not see. At the default level a success costs one comparison.
 */
export function requestLog(logger: Logger): (answered: AnsweredRequest) => void {
  return ({ method, url, status, milliseconds, transactionId, address, failure }) => {
    const level = status >= 500 ? 'warn' : 'debug';
    if (!logger.isLevelEnabled(level)) return;
    logger[level](
      {
        method,
        path: url?.split('?', 1)[0]?.slice(0, LONGEST_PATH),
        status,
        milliseconds: Math.round(milliseconds * 1000) / 1000,
        transactionId,
        address,
        ...(failure === undefined ? {} : { err: failure }),
      },
      'request answered',
    );
  };
}
