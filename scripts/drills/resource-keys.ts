import { join } from 'node:path';
import { settingsOf } from '../../test/harness/backends.ts';
import { bundleFindings } from '../../test/harness/faults/bundle-checker.ts';
import { bundleKillRounds } from '../../test/harness/faults/resource-key-churn.ts';
import { openForSeeding } from '../benches/seed-keys.ts';
import type { Drill } from './drill.ts';
import { configOf } from './seeded-owner.ts';

const REPORT_EVERY = 20;

/** A bundle is whole or absent, whenever the service ends. */
export const resourceKeys: Drill = {
  name: 'resource-keys',
  sentence:
    'Kills the service (SIGKILL) at random instants while resource keys, and instances with them, are made and deleted; after each kill the whole store is looked through: a bundle is whole or absent, and nothing of one is left behind.',
  counted: 'kills',
  fullCount: 200,
  async run({ backend, count, processes, progress, mayGoOn }) {
    const dataFolder = join(await processes.folder(), 'data');
    const settings = {
      ...settingsOf(backend),
      // Tokens of before a kill are asked about after it, at another port.
      LATCHKEY_PUBLIC_URL: 'http://keys.test',
      LATCHKEY_FAILED_EXCHANGES_PER_MINUTE: '0',
      LATCHKEY_LOG_LEVEL: 'error',
    };
    const look = async (): Promise<readonly string[]> => {
      const store = await openForSeeding(configOf(settings, dataFolder));
      return bundleFindings(store).finally(() => store.close());
    };
    const { findings, ...facts } = await bundleKillRounds({
      kills: count,
      start: () => processes.start({ settings, dataFolder }),
      look,
      onRound(kills, found) {
        if (kills % REPORT_EVERY === 0) progress(`${kills} kills, ${found} findings`);
        return mayGoOn();
      },
    });
    return { facts, findings };
  },
};
