import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from '@jest/globals';
import { type Backend, settingsOf } from './backends.ts';
import { type RunningService, runningService } from './running-service.ts';

/** Two services on one installation, for the tests of the `describe` that calls this. */
export interface TwoServices {
  readonly first: RunningService;
  readonly second: RunningService;
}

/** Starts both before the first test and ends them after the last. @returns a function that reads them */
export function givenTwoServices(backend: Backend): () => TwoServices {
  let dataFolder: string;
  let services: TwoServices | undefined;
  beforeAll(async () => {
    dataFolder = await mkdtemp(join(tmpdir(), 'latchkey-two-'));
    // One public address for both, because it is in the issuer of the tokens.
    const settings = { ...settingsOf(backend), LATCHKEY_PUBLIC_URL: 'http://keys.test', LATCHKEY_PORT: '0' };
    const first = await runningService({ backend, settings, dataFolder });
    services = { first, second: await runningService({ backend, settings, dataFolder }) };
  });
  afterAll(async () => {
    await services?.second.dispose();
    await services?.first.dispose();
    await rm(dataFolder, { recursive: true });
  });
  return () => {
    if (services === undefined) throw new Error('the services have not started');
    return services;
  };
}
