import { join } from 'node:path';
import { settingsOf } from '../../test/harness/backends.ts';
import { restartsUnderLoad } from '../../test/harness/faults/restarts-under-load.ts';
import type { Drill } from './drill.ts';

const REQUESTS_A_SECOND = 300;
const STOP_LIMIT_MILLISECONDS = 10_000;

/** R37. */
export const gracefulStop: Drill = {
  name: 'graceful-stop',
  sentence: `Stops the service again and again (SIGTERM) under ${REQUESTS_A_SECOND} exchanges a second over kept connections, while a second one stands by; no request that was sent may fail.`,
  counted: 'restarts',
  fullCount: 50,
  async run({ backend, count, workers, processes, progress, mayGoOn }) {
    const { failures, badEnds, ...facts } = await restartsUnderLoad({
      processes,
      settings: {
        ...settingsOf(backend),
        ...{ LATCHKEY_PUBLIC_URL: 'http://keys.test', LATCHKEY_LOG_LEVEL: 'warn' },
        ...(workers > 1 && { LATCHKEY_WORKERS: String(workers) }),
      },
      dataFolder: join(await processes.folder(), 'data'),
      restarts: count,
      requestsPerSecond: REQUESTS_A_SECOND,
      onRestart(restarts, bad) {
        if (restarts % 10 === 0) progress(`${restarts} restarts, ${bad} bad ends`);
        return mayGoOn();
      },
    });
    const slow = facts.slowestStopMilliseconds > STOP_LIMIT_MILLISECONDS ? ['a stop took more than 10 s'] : [];
    return { facts, findings: [...failures, ...badEnds, ...slow] };
  },
};
