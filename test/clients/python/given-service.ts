import { afterAll, beforeAll } from '@jest/globals';
import type { Environment } from '../../../src/config/read-settings.ts';
import { type RunningService, runningService } from '../../harness/running-service.ts';
import { INSTALLING_MILLISECONDS, pythonClients } from './run-python.ts';

/** One service for the tests of a `describe`, and the clients. */
export function givenService(settings: Environment = {}): () => RunningService {
  let service: RunningService | undefined;
  beforeAll(async () => {
    await pythonClients();
    service = await runningService({ settings });
  }, INSTALLING_MILLISECONDS);
  afterAll(() => service?.dispose());
  return () => {
    if (service === undefined) throw new Error('the service has not started');
    return service;
  };
}
