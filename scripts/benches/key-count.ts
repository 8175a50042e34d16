import { exchange, firstSuccess, type MeasuredProcess, startService } from './bench-service.ts';
import { answeredLoad, exchangeOfAny, type LoadProcess, startLoad } from './exchange-load.ts';
import type { Installation, Installations } from './installation.ts';
import { ratiosOf, type Samples, samplesOf } from './samples.ts';
import { seedKeys } from './seed-keys.ts';

/** How the number of stored keys shows in the time of an exchange. */
export interface KeyCountFigures {
  /** Milliseconds in which 99 of 100 exchanges of random keys were answered. */
  readonly few: Samples;
  readonly many: Samples;
  readonly ratios: Samples;
  /** Half of them. */
  readonly fewMedian: Samples;
  readonly manyMedian: Samples;
  readonly fewPerSecond: Samples;
  readonly manyPerSecond: Samples;
}

/** How much is measured. */
export interface KeyCountParts {
  readonly store: Installation['store'];
  readonly installations: Installations;
  readonly few: number;
  readonly many: number;
  /** Of each installation, in all rounds together. */
  readonly exchanges: number;
  readonly rounds: number;
}

interface Seeded {
  readonly service: MeasuredProcess;
  readonly secretsFile: string;
}

/** Enough that the cache of each is as full as it gets. */
const WARM_UP_EXCHANGES = 25_000;

/** Fills two installations, starts a service on each, and asks both in turn for exchanges of random keys. */
export async function measureKeyCounts(parts: KeyCountParts): Promise<KeyCountFigures> {
  const { exchanges, rounds } = parts;
  const load = startLoad();
  const started: MeasuredProcess[] = [];
  const seeded = async (keys: number): Promise<Seeded> => {
    const one = await startSeeded(parts, keys);
    started.push(one.service);
    return one;
  };
  try {
    const [few, many] = [await seeded(parts.few), await seeded(parts.many)];
    for (const one of [few, many]) await asked(load, one, WARM_UP_EXCHANGES);
    console.log(`  ${parts.store}: warm, ${rounds} rounds follow`);
    const measured = { few: [], many: [] } as Record<'few' | 'many', Awaited<ReturnType<typeof asked>>[]>;
    for (let round = 0; round < rounds; round += 1) {
      measured.few.push(await asked(load, few, Math.ceil(exchanges / rounds)));
      measured.many.push(await asked(load, many, Math.ceil(exchanges / rounds)));
      const [one, other] = [measured.few.at(-1), measured.many.at(-1)];
      console.log(
        `  ${parts.store}: round ${round + 1}: p99 ${one?.p99.toFixed(1)} ms, of many ${other?.p99.toFixed(1)} ms`,
      );
    }
    return figuresOf(measured.few, measured.many);
  } finally {
    load.end();
    await Promise.all(started.map((service) => service.stop()));
  }
}

type Answer = Awaited<ReturnType<typeof asked>>;

function figuresOf(few: readonly Answer[], many: readonly Answer[]): KeyCountFigures {
  const of = (answers: readonly Answer[], name: keyof Answer) => answers.map((answer) => answer[name]);
  return {
    few: samplesOf(of(few, 'p99')),
    many: samplesOf(of(many, 'p99')),
    ratios: ratiosOf(of(many, 'p99'), of(few, 'p99')),
    fewMedian: samplesOf(of(few, 'p50')),
    manyMedian: samplesOf(of(many, 'p50')),
    fewPerSecond: samplesOf(of(few, 'perSecond')),
    manyPerSecond: samplesOf(of(many, 'perSecond')),
  };
}

async function asked(load: LoadProcess, { service, secretsFile }: Seeded, count: number) {
  const request = exchangeOfAny(secretsFile);
  const { p99, p50, milliseconds } = await answeredLoad(load, { ports: [service.port], request, count });
  return { p99, p50, perSecond: (count * 1_000) / milliseconds };
}

async function startSeeded({ store, installations }: KeyCountParts, keys: number): Promise<Seeded> {
  const installation = await installations.make(store);
  await startedOnce(installation);
  const begunAt = performance.now();
  const seconds = () => ((performance.now() - begunAt) / 1_000).toFixed(0);
  const onProgress = (made: number) => console.log(`  ${store}: ${made} of ${keys} keys stored, ${seconds()} s`);
  const secretsFile = await seedKeys({ installation, keys, onProgress });
  const service = await startService(installation);
  await answering(service, installation);
  return { service, secretsFile };
}

/** Makes the structure of the store and the first account. */
async function startedOnce(installation: Installation): Promise<void> {
  const service = await startService(installation);
  try {
    await answering(service, installation);
  } finally {
    await service.stop();
  }
}

async function answering(service: MeasuredProcess, installation: Installation): Promise<void> {
  const answer = await firstSuccess(async () => exchange(service.port, await installation.adminKey()));
  await answer.text();
}
