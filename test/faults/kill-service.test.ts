import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { BACKENDS, settingsOf } from '../harness/backends.ts';
import { killRounds } from '../harness/faults/key-churn.ts';
import { serviceProcesses } from '../harness/service-process.ts';

const KILLS = 5;

describe.each(BACKENDS)('kill -9 of the service [%s]', (backend) => {
  const processes = serviceProcesses();
  afterAll(processes.removeAll);

  /** A lost revocation gives a thief his key back; half a creation is a key that nobody owns. */
  it(`when it is killed ${KILLS} times while keys are made and revoked, then nothing acknowledged is lost and nothing half made`, async () => {
    const dataFolder = join(await processes.folder(), 'data');
    const settings = {
      ...settingsOf(backend),
      // The issuer stays when the port changes, so tokens of before a kill can be asked about after it.
      LATCHKEY_PUBLIC_URL: 'http://keys.test',
      LATCHKEY_FAILED_EXCHANGES_PER_MINUTE: '0',
    };

    const rounds = await killRounds({ kills: KILLS, start: () => processes.start({ settings, dataFolder }) });

    expect(rounds.findings).toEqual([]);
    expect(rounds.acknowledged).toBeGreaterThan(0);
    expect(rounds.revoked).toBeGreaterThan(0);
    expect(rounds.begun).toBeGreaterThan(rounds.acknowledged);
  }, 120_000);
});
