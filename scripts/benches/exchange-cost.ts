import { adminKeyIn, exchange, firstSuccess, rowsIn, startService } from './bench-service.ts';
import { type Child, childOf } from './child.ts';
import type { LoadAnswer, LoadQuestion } from './load.ts';
import type { RawAnswer, RawQuestion } from './raw-signatures.ts';
import { ratiosOf, type Samples, samplesOf } from './samples.ts';

/** What the exchanges of one algorithm cost. */
export interface ExchangeCost {
  readonly algorithm: 'RS256' | 'ES256';
  /** Bytes that are signed for one token. */
  readonly inputBytes: number;
  /** Microseconds of CPU, all threads. */
  readonly exchange: Samples;
  readonly signature: Samples;
  readonly ratios: Samples;
  readonly perSecond: Samples;
  readonly residentMegabytes: Samples;
  readonly exchanges: number;
  /** Rows of every table of the store, before and after all these exchanges. */
  readonly rowsBefore: ReadonlyMap<string, number>;
  readonly rowsAfter: ReadonlyMap<string, number>;
}

/** How much is measured. */
export interface ExchangeCostParts {
  readonly algorithm: 'RS256' | 'ES256';
  /** An empty folder. */
  readonly folder: string;
  /** In all rounds together. */
  readonly exchanges: number;
  readonly rounds: number;
}

const CONNECTIONS = 32;
/** Enough for the optimising compiler; the first thousands cost a third more. */
const WARM_UP_EXCHANGES = 15_000;
const ROUND_LIMIT_MILLISECONDS = 600_000;
/** CPU between two looks is at least a second, and the kernel counts in hundredths. */
const SIGNATURES = { RS256: 3_000, ES256: 40_000 };
/** Counters are written each second; activity is written each 30 s and when the service stops. */
const UNTIL_COUNTED_MILLISECONDS = 2_000;

interface Workers {
  readonly load: Child<LoadQuestion, LoadAnswer>;
  readonly raw: Child<RawQuestion, RawAnswer>;
}

/** Measures in turn, round by round: signatures alone, then exchanges, so that both meet the same machine. */
export async function measureExchanges(parts: ExchangeCostParts): Promise<ExchangeCost> {
  const workers: Workers = { load: childOf('load.ts'), raw: childOf('raw-signatures.ts') };
  try {
    return await measureWith(workers, parts);
  } finally {
    workers.load.end();
    workers.raw.end();
  }
}

async function measureWith(workers: Workers, parts: ExchangeCostParts): Promise<ExchangeCost> {
  const { algorithm, folder, exchanges, rounds } = parts;
  const settings = algorithm === 'RS256' ? {} : { LATCHKEY_SIGNING_ALGORITHM: algorithm };
  const service = await startService(folder, settings);
  try {
    const first = await firstSuccess(async () => exchange(service.port, await adminKeyIn(folder)));
    const inputBytes = await signedBytesOf(first);
    const question = { port: service.port, apiKey: await adminKeyIn(folder), connections: CONNECTIONS };
    await load(workers, { ...question, count: WARM_UP_EXCHANGES });
    await new Promise((resolve) => setTimeout(resolve, UNTIL_COUNTED_MILLISECONDS));
    const rowsBefore = rowsIn(folder);

    const measured = { exchange: [], signature: [], perSecond: [], megabytes: [] } as Record<string, number[]>;
    const count = Math.ceil(exchanges / rounds);
    for (let round = 0; round < rounds; round += 1) {
      const raw = await workers.raw.ask({ algorithm, count: SIGNATURES[algorithm], inputBytes });
      const before = service.cpuMicroseconds();
      const { milliseconds } = await load(workers, { ...question, count });
      measured['exchange']?.push((service.cpuMicroseconds() - before) / count);
      measured['signature']?.push(raw.cpuMicroseconds);
      measured['perSecond']?.push((count * 1_000) / milliseconds);
      measured['megabytes']?.push(service.residentMegabytes());
    }
    await service.stop();
    const { exchange: cost = [], signature = [], perSecond = [], megabytes = [] } = measured;
    return {
      algorithm,
      inputBytes,
      exchange: samplesOf(cost),
      signature: samplesOf(signature),
      ratios: ratiosOf(cost, signature),
      perSecond: samplesOf(perSecond),
      residentMegabytes: samplesOf(megabytes),
      exchanges: count * rounds,
      rowsBefore,
      rowsAfter: rowsIn(folder),
    };
  } finally {
    await service.stop();
  }
}

async function load({ load }: Workers, question: Omit<LoadQuestion, 'limitMilliseconds'>): Promise<LoadAnswer> {
  const answer = await load.ask({ ...question, limitMilliseconds: ROUND_LIMIT_MILLISECONDS });
  if (answer.answered !== question.count || answer.refused > 0) {
    throw new Error(`${answer.answered} of ${question.count} were answered, ${answer.refused} not with 200`);
  }
  return answer;
}

/** A compact JWS signs everything before its last dot (RFC 7515, section 5.1). */
async function signedBytesOf(answer: Response): Promise<number> {
  const body: unknown = await answer.json();
  const token: unknown = Reflect.get(Object(body), 'access_token');
  if (typeof token !== 'string') throw new Error('the answer holds no token');
  return token.lastIndexOf('.');
}
