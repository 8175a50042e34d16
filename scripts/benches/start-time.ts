import { join } from 'node:path';
import {
  exchange,
  firstSuccess,
  freePort,
  type MeasuredProcess,
  ROOT,
  startScript,
  startService,
} from './bench-service.ts';
import type { Installation } from './installation.ts';
import { ratiosOf, type Samples, samplesOf } from './samples.ts';

/** Milliseconds from the start of a process to its first answer 200, and the ratio of the medians. */
export interface StartTimes {
  readonly service: Samples;
  readonly express: Samples;
  readonly ratio: number;
  readonly ratios: Samples;
}

/** Starts the service in a data folder that it has made before, and an empty Express application, in turn. */
export async function measureStart(installation: Installation, rounds: number): Promise<StartTimes> {
  const service: number[] = [];
  const express: number[] = [];
  const apiKey = await firstStart(installation);
  // One round more, unmeasured: the files of both must be in the page cache.
  for (let round = -1; round < rounds; round += 1) {
    const expressMilliseconds = await measured(startExpress, (port) => fetch(`http://127.0.0.1:${port}/`));
    const milliseconds = await measured(
      () => startService(installation),
      (port) => exchange(port, apiKey),
    );
    if (round < 0) continue;
    express.push(expressMilliseconds);
    service.push(milliseconds);
  }
  const [all, yardstick] = [samplesOf(service), samplesOf(express)];
  return { service: all, express: yardstick, ratio: all.median / yardstick.median, ratios: ratiosOf(service, express) };
}

async function firstStart(installation: Installation): Promise<string> {
  await measured(
    () => startService(installation),
    async (port) => exchange(port, await installation.adminKey()),
  );
  return installation.adminKey();
}

async function startExpress(): Promise<MeasuredProcess> {
  const port = await freePort();
  return startScript([join(ROOT, 'scripts/benches/empty-express-app.mjs'), `${port}`], port, {});
}

async function measured(
  start: () => Promise<MeasuredProcess>,
  ask: (port: number) => Promise<Response>,
): Promise<number> {
  const begunAt = performance.now();
  const started = await start();
  try {
    await (await firstSuccess(() => ask(started.port))).text();
    return performance.now() - begunAt;
  } finally {
    await started.stop();
  }
}
