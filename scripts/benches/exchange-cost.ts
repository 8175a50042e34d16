import { exchange, firstSuccess, type MeasuredProcess, rowsIn, startService } from './bench-service.ts';
import { type Child, childOf } from './child.ts';
import { answeredLoad, exchangeOf, type LoadProcess, startLoad } from './exchange-load.ts';
import type { Installation } from './installation.ts';
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
  /** Signatures that one core makes in a second of nothing else. */
  readonly signaturesOfOneCore: Samples;
  /** Exchanges a second of the one process ÷ signatures of one core. */
  readonly cores: Samples;
  readonly residentMegabytes: Samples;
  readonly exchanges: number;
  /** Rows of every table of the store, before and after all these exchanges; empty where the store is no file. */
  readonly rowsBefore: ReadonlyMap<string, number>;
  readonly rowsAfter: ReadonlyMap<string, number>;
}

/** How much is measured. */
export interface ExchangeCostParts {
  readonly algorithm: 'RS256' | 'ES256';
  /** An empty one. */
  readonly installation: Installation;
  /** In all rounds together. */
  readonly exchanges: number;
  readonly rounds: number;
}

/** Enough for the optimising compiler; the first thousands cost a third more. */
const WARM_UP_EXCHANGES = 15_000;
/** CPU between two looks is at least a second, and the kernel counts in hundredths. */
const SIGNATURES = { RS256: 3_000, ES256: 40_000 };
/** Counters are written each second; activity is written each 30 s and when the service stops. */
const UNTIL_COUNTED_MILLISECONDS = 2_000;

interface Processes {
  readonly load: LoadProcess;
  readonly raw: Child<RawQuestion, RawAnswer>;
  readonly service: MeasuredProcess;
}

/** What one round measured. */
interface Round {
  readonly exchange: number;
  readonly signature: number;
  readonly perSecond: number;
  readonly oneCore: number;
  readonly megabytes: number;
}

/** Measures in turn, round by round: signatures alone, then exchanges, so that both meet the same machine. */
export async function measureExchanges(parts: ExchangeCostParts): Promise<ExchangeCost> {
  const { algorithm, installation } = parts;
  const settings = algorithm === 'RS256' ? {} : { LATCHKEY_SIGNING_ALGORITHM: algorithm };
  const service = await startService(installation, settings);
  const [load, raw] = [startLoad(), childOf<RawQuestion, RawAnswer>('raw-signatures.ts')];
  try {
    return await measureWith({ load, raw, service }, parts);
  } finally {
    load.end();
    raw.end();
    await service.stop();
  }
}

async function measureWith(processes: Processes, parts: ExchangeCostParts): Promise<ExchangeCost> {
  const { algorithm, installation, exchanges, rounds } = parts;
  const { service, load } = processes;
  const first = await firstSuccess(async () => exchange(service.port, await installation.adminKey()));
  const inputBytes = await signedBytesOf(first);
  const apiKey = await installation.adminKey();
  const question = { ports: [service.port], request: exchangeOf(apiKey) };
  await answeredLoad(load, { ...question, count: WARM_UP_EXCHANGES });
  await new Promise((resolve) => setTimeout(resolve, UNTIL_COUNTED_MILLISECONDS));
  const rows = () => (installation.store === 'sqlite' ? rowsIn(installation.folder) : new Map<string, number>());
  const rowsBefore = rows();

  const measured: Round[] = [];
  const count = Math.ceil(exchanges / rounds);
  while (measured.length < rounds) {
    measured.push(await oneRound(processes, { algorithm, inputBytes, apiKey, count }));
  }
  await service.stop();
  const of = (name: keyof Round) => measured.map((round) => round[name]);
  return {
    algorithm,
    inputBytes,
    exchange: samplesOf(of('exchange')),
    signature: samplesOf(of('signature')),
    ratios: ratiosOf(of('exchange'), of('signature')),
    perSecond: samplesOf(of('perSecond')),
    signaturesOfOneCore: samplesOf(of('oneCore')),
    cores: ratiosOf(of('perSecond'), of('oneCore')),
    residentMegabytes: samplesOf(of('megabytes')),
    exchanges: count * rounds,
    rowsBefore,
    rowsAfter: rows(),
  };
}

interface RoundParts {
  readonly algorithm: 'RS256' | 'ES256';
  readonly inputBytes: number;
  readonly apiKey: string;
  readonly count: number;
}

async function oneRound({ load, raw, service }: Processes, parts: RoundParts): Promise<Round> {
  const { algorithm, inputBytes, apiKey, count } = parts;
  const signatures = { algorithm, count: SIGNATURES[algorithm], inputBytes };
  const loop = await raw.ask({ ...signatures, manner: 'loop' });
  // The yardstick of each algorithm is the way in which the service makes them, but alone.
  const alone = algorithm === 'ES256' ? loop : await raw.ask({ ...signatures, manner: 'thread-pool' });
  const before = service.cpuMicroseconds();
  const { milliseconds } = await answeredLoad(load, { ports: [service.port], request: exchangeOf(apiKey), count });
  return {
    exchange: (service.cpuMicroseconds() - before) / count,
    signature: alone.cpuMicroseconds,
    perSecond: (count * 1_000) / milliseconds,
    oneCore: 1_000_000 / loop.cpuMicroseconds,
    megabytes: Math.max(...service.residentMegabytes()),
  };
}

/** A compact JWS signs everything before its last dot (RFC 7515, section 5.1). */
async function signedBytesOf(answer: Response): Promise<number> {
  const body: unknown = await answer.json();
  const token: unknown = Reflect.get(Object(body), 'access_token');
  if (typeof token !== 'string') throw new Error('the answer holds no token');
  return token.lastIndexOf('.');
}
