import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { BACKENDS, settingsOf } from '../harness/backends.ts';
import { restartsUnderLoad } from '../harness/faults/restarts-under-load.ts';
import { serviceProcesses } from '../harness/service-process.ts';

const RESTARTS = 3;
const WAYS = BACKENDS.flatMap((backend) => [1, 2].map((workers) => ({ backend, workers })));

describe.each(WAYS)('a stop under load [$backend, workers: $workers]', ({ backend, workers }) => {
  const processes = serviceProcesses();
  afterAll(processes.removeAll);

  it(`when it is restarted ${RESTARTS} times under load, then no request that was sent fails, and each ends with 0 in 10 s`, async () => {
    const report = await restartsUnderLoad({
      processes,
      settings: { ...settingsOf(backend), LATCHKEY_PUBLIC_URL: 'http://keys.test' },
      dataFolder: join(await processes.folder(), 'data'),
      restarts: RESTARTS,
      requestsPerSecond: 100,
      workers,
    });

    expect(report.failures).toEqual([]);
    expect(report.badEnds).toEqual([]);
    expect(report.answered).toBeGreaterThan(100);
    expect(report.slowestStopMilliseconds).toBeLessThan(10_000);
  });
});
