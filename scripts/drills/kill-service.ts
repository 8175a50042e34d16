import { join } from 'node:path';
import { settingsOf } from '../../test/harness/backends.ts';
import { killRounds } from '../../test/harness/faults/key-churn.ts';
import type { Drill } from './drill.ts';

const REPORT_EVERY = 20;

/** R12 for the service's own process. */
export const killService: Drill = {
  name: 'kill-service',
  sentence:
    'Kills the service (SIGKILL) at random instants while keys and tokens are made and revoked; after each start nothing that was acknowledged may be lost, and nothing half made.',
  counted: 'kills',
  fullCount: 200,
  async run({ backend, count, processes, progress, mayGoOn }) {
    const dataFolder = join(await processes.folder(), 'data');
    const settings = {
      ...settingsOf(backend),
      LATCHKEY_PUBLIC_URL: 'http://keys.test',
      LATCHKEY_FAILED_EXCHANGES_PER_MINUTE: '0',
      LATCHKEY_LOG_LEVEL: 'error',
    };
    const { findings, ...facts } = await killRounds({
      kills: count,
      start: () => processes.start({ settings, dataFolder }),
      onRound(kills, found) {
        if (kills % REPORT_EVERY === 0) progress(`${kills} kills, ${found} findings`);
        return mayGoOn();
      },
    });
    return { facts, findings };
  },
};
