import { exchange, firstSuccess, type MeasuredProcess, startService } from './bench-service.ts';
import { answeredLoad, exchangeOf, type LoadProcess, startLoad } from './exchange-load.ts';
import { type DoorName, HOT_PATHS } from './hot-paths.ts';
import type { Installation } from './installation.ts';
import type { LoadRequest } from './load.ts';
import { ratiosOf, type Samples, samplesOf } from './samples.ts';

/** What the request costs that a door answers most often, beside an exchange in the same run. */
export interface DoorCost {
  readonly door: DoorName;
  /** Microseconds of CPU a request, all threads. */
  readonly request: Samples;
  readonly exchange: Samples;
  readonly ratios: Samples;
}

/** How much is measured. */
export interface DoorCostParts {
  /** An empty one. */
  readonly installation: Installation;
  /** Of each, in all rounds together. */
  readonly requests: number;
  readonly rounds: number;
}

const WARM_UP_REQUESTS = 5_000;

/** Measures in turn, round by round: exchanges, then each door, so that all meet the same machine. */
export async function measureDoors({ installation, requests, rounds }: DoorCostParts): Promise<readonly DoorCost[]> {
  // What one account may ask in a minute is asked in seconds.
  const service = await startService(installation, { LATCHKEY_LOG_READS_PER_MINUTE: '1000000' });
  const load = startLoad();
  try {
    const asked = await requestsOf(service, installation);
    for (const [, request] of asked) await cpuOf({ service, load, request, count: WARM_UP_REQUESTS });
    const measured = new Map<string, number[]>(asked.map(([name]) => [name, []]));
    for (let round = 0; round < rounds; round += 1) {
      for (const [name, request] of asked) {
        measured.get(name)?.push(await cpuOf({ service, load, request, count: Math.ceil(requests / rounds) }));
      }
    }
    const of = (name: string): readonly number[] => measured.get(name) ?? [];
    return HOT_PATHS.map(({ door }) => ({
      door,
      request: samplesOf(of(door)),
      exchange: samplesOf(of(EXCHANGE)),
      ratios: ratiosOf(of(door), of(EXCHANGE)),
    }));
  } finally {
    load.end();
    await service.stop();
  }
}

const EXCHANGE = 'exchange';

/** The exchange of the first key, and of each door what is asked with a key that its own way made. */
async function requestsOf(
  service: MeasuredProcess,
  installation: Installation,
): Promise<readonly (readonly [string, LoadRequest])[]> {
  const exchanged = await firstSuccess(async () => exchange(service.port, await installation.adminKey()));
  const { access_token: token }: { access_token: string } = JSON.parse(await exchanged.text());
  const call = async (method: string, path: string, json?: object) => {
    const answer = await fetch(`http://127.0.0.1:${service.port}${path}`, {
      method,
      headers: { Authorization: `Bearer ${token}`, ...(json !== undefined && { 'Content-Type': 'application/json' }) },
      ...(json !== undefined && { body: JSON.stringify(json) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return JSON.parse(text);
  };
  const asked: (readonly [string, LoadRequest])[] = [[EXCHANGE, exchangeOf(await installation.adminKey())]];
  for (const { door, requestWith } of HOT_PATHS) asked.push([door, await requestWith(call)]);
  return asked;
}

interface Asked {
  readonly service: MeasuredProcess;
  readonly load: LoadProcess;
  readonly request: LoadRequest;
  readonly count: number;
}

async function cpuOf({ service, load, request, count }: Asked): Promise<number> {
  const before = service.cpuMicroseconds();
  await answeredLoad(load, { ports: [service.port], request, count });
  return (service.cpuMicroseconds() - before) / count;
}
