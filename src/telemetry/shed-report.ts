import type { Logger } from 'pino';

const REPORT_MILLISECONDS = 1_000;

/**
 * @returns what counts a request that was shed; the log has one line a second for all of them. A line for each would cost
 *   more than serving it, and the flood would be written to the disk
 */
export function shedReport(logger: Logger): () => void {
  let requests = 0;
  let timer: NodeJS.Timeout | undefined;
  const report = (): void => {
    timer = undefined;
    logger.warn({ requests, seconds: REPORT_MILLISECONDS / 1_000 }, 'requests were refused: there is too much to do');
    requests = 0;
  };
  return () => {
    requests += 1;
    if (timer === undefined) timer = setTimeout(report, REPORT_MILLISECONDS).unref();
  };
}
