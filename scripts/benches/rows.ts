import { cpus } from 'node:os';
import { measureDecisions } from './decision-cost.ts';
import { measureDoors } from './door-cost.ts';
import { type ExchangeCost, measureExchanges } from './exchange-cost.ts';
import { measureIngestion } from './ingest-cost.ts';
import type { BenchStore, Installations } from './installation.ts';
import { measureKeyCounts } from './key-count.ts';
import { measurePages } from './pages.ts';
import { measureBesidePeer } from './peer.ts';
import { raw, type Samples, summary } from './samples.ts';
import { measureStart } from './start-time.ts';
import type { Verdict } from './verdicts.ts';

/** How much to measure. */
export interface Amounts {
  readonly rounds: number;
  /** In all rounds together. */
  readonly exchanges: number;
  /** How many keys are many. */
  readonly keys: number;
}

/** What can be measured by itself. */
export interface Row {
  readonly sentence: string;
  /** Prints what was measured. @returns what it says of the promises */
  readonly measure: (installations: Installations, amounts: Amounts) => Promise<readonly Verdict[]>;
}

/** Their names, in the order in which they are measured. */
export const ROW_NAMES = [
  'start',
  'rs256',
  'es256',
  'mongo-rs256',
  'mongo-es256',
  'peer',
  'keys',
  'mongo-keys',
  'decision',
  'pages',
  'mongo-pages',
  'ingest',
  'mongo-ingest',
  'doors',
  'mongo-doors',
] as const;

/** One of them. */
export type RowName = (typeof ROW_NAMES)[number];

/** Everything that is measured. */
export const ROWS: Readonly<Record<RowName, Row>> = {
  start: { sentence: 'start of the service ÷ start of an empty Express app', measure: start },
  rs256: { sentence: 'CPU, cores and memory of exchanges, embedded, RS256', measure: costOf('sqlite', 'RS256', 1.6) },
  es256: { sentence: 'CPU, memory and rows of exchanges, embedded, ES256', measure: costOf('sqlite', 'ES256', 4) },
  'mongo-rs256': { sentence: 'the same on MongoDB and Redis, RS256', measure: costOf('mongo-redis', 'RS256', 1.8) },
  'mongo-es256': { sentence: 'the same on MongoDB and Redis, ES256', measure: costOf('mongo-redis', 'ES256', 4.5) },
  peer: { sentence: 'exchanges a second ÷ those of oidc-provider, two workers each, ES256', measure: peer },
  keys: { sentence: 'p99 with many stored keys ÷ p99 with 1,000, embedded', measure: keyCounts('sqlite') },
  'mongo-keys': { sentence: 'the same on MongoDB and Redis', measure: keyCounts('mongo-redis') },
  decision: { sentence: 'one decision over 100 and 1,000 policies ÷ CPU of one ES256 signature', measure: decision },
  pages: { sentence: 'the last page of a list of 100,000 keys ÷ the first, embedded', measure: pages('sqlite') },
  'mongo-pages': { sentence: 'the same on MongoDB and Redis', measure: pages('mongo-redis') },
  ingest: {
    sentence: 'CPU of taking 100 log lines in ÷ CPU of JSON.parse of them, embedded',
    measure: ingest('sqlite'),
  },
  'mongo-ingest': { sentence: 'the same on MongoDB and Redis', measure: ingest('mongo-redis') },
  doors: {
    sentence: 'CPU of what each door with keys of its own is asked most ÷ an exchange, embedded',
    measure: doors('sqlite'),
  },
  'mongo-doors': { sentence: 'the same on MongoDB and Redis', measure: doors('mongo-redis') },
};

const STORE_NAMES: Readonly<Record<BenchStore, string>> = { sqlite: 'embedded', 'mongo-redis': 'MongoDB + Redis' };
const MEMORY_LIMIT_MEGABYTES = 200;
const FEW_KEYS = 1_000;

/** Tables that may grow with exchanges: counters, one row a key, address and minute, and one a key and identity. */
const COUNTERS = new Set(['entities_exchange_counts', 'entities_activity']);

async function start(installations: Installations, { rounds }: Amounts): Promise<readonly Verdict[]> {
  const { service, express, ratio, ratios } = await measureStart(await installations.make('sqlite'), rounds);
  console.log('Start to the first 200, with an existing data folder, milliseconds');
  print('service', service, 0);
  print('empty Express', express, 0);
  console.log(`  ratio of the medians      ${ratio.toFixed(2)}   [${raw(ratios, 2)}]`);
  return [{ what: 'start ÷ start of an empty Express app', bound: { atMost: 2.5 }, measured: ratio, spread: ratios }];
}

function costOf(store: BenchStore, algorithm: 'RS256' | 'ES256', atMost: number): Row['measure'] {
  return async (installations, amounts) => {
    const cost = await measureExchanges({ algorithm, installation: await installations.make(store), ...amounts });
    const place = `${algorithm}, ${STORE_NAMES[store]}`;
    for (const server of installations.servers()) console.log(`  ${server}`);
    console.log(`${place}: ${cost.exchanges} exchanges over 32 connections, ${cost.inputBytes} bytes signed each`);
    print('CPU an exchange, µs', cost.exchange, 1);
    print('CPU a raw signature, µs', cost.signature, 1);
    print('ratio', cost.ratios, 2);
    print('exchanges a second', cost.perSecond, 0);
    print("one core's signatures", cost.signaturesOfOneCore, 0);
    print('cores of signatures', cost.cores, 2);
    print('resident memory, MB', cost.residentMegabytes, 0);
    return [
      { what: `CPU an exchange ÷ CPU a raw signature, ${place}`, bound: { atMost }, ...medianOf(cost.ratios) },
      ...coresVerdict(cost, place),
      memoryVerdict(cost.residentMegabytes, place),
      ...(store === 'sqlite' ? [growthVerdict(cost, place)] : []),
    ];
  };
}

/** Only RS256 is to use more than one core, and needs two. */
function coresVerdict({ algorithm, cores }: ExchangeCost, place: string): readonly Verdict[] {
  if (algorithm !== 'RS256' || cpus().length < 2) return [];
  const what = `exchanges a second of one process ÷ one core's raw signatures, ${place}`;
  return [{ what, bound: { atLeast: 1.15 }, ...medianOf(cores) }];
}

function memoryVerdict(megabytes: Samples, place: string): Verdict {
  const bound = { atMost: MEMORY_LIMIT_MEGABYTES };
  return { what: `memory of a worker after load, MB, ${place}`, bound, measured: megabytes.most, spread: megabytes };
}

/** Counts the rows that came and are not counters. */
function growthVerdict({ rowsBefore, rowsAfter, exchanges }: ExchangeCost, place: string): Verdict {
  let grown = 0;
  const shown: string[] = [];
  for (const [table, after] of rowsAfter) {
    const before = rowsBefore.get(table) ?? 0;
    if (after !== before) shown.push(`${table} ${before} → ${after}`);
    if (!COUNTERS.has(table)) grown += Math.max(0, after - before);
  }
  console.log(`  rows before → after       ${shown.join(', ')}, every other table unchanged`);
  return { what: `rows but counters after ${exchanges} exchanges, ${place}`, bound: { atMost: 0 }, measured: grown };
}

async function peer(installations: Installations, amounts: Amounts): Promise<readonly Verdict[]> {
  const found = await measureBesidePeer({ installation: await installations.make('sqlite'), ...amounts });
  console.log('ES256, two workers each, the same load in turn');
  print('exchanges a second', found.service, 0);
  print('oidc-provider, a second', found.peer, 0);
  print('ratio', found.ratios, 2);
  print('CPU an exchange, µs', found.serviceCpu, 1);
  print('oidc-provider, µs', found.peerCpu, 1);
  print('largest process, MB', found.serviceMegabytes, 0);
  print('oidc-provider, MB', found.peerMegabytes, 0);
  return [
    {
      what: 'exchanges a second ÷ client_credentials a second of oidc-provider, ES256, two workers each',
      bound: { atLeast: 2.5 },
      ...medianOf(found.ratios),
    },
    memoryVerdict(found.serviceMegabytes, 'ES256, two workers, embedded'),
  ];
}

function keyCounts(store: BenchStore): Row['measure'] {
  return async (installations, { keys, ...amounts }) => {
    const found = await measureKeyCounts({ store, installations, few: FEW_KEYS, many: keys, ...amounts });
    const place = STORE_NAMES[store];
    console.log(
      `${place}: exchanges of random keys over 32 connections, of ${FEW_KEYS} and of ${keys} stored ones, RS256`,
    );
    print('p99 of few, ms', found.few, 1);
    print('p99 of many, ms', found.many, 1);
    print('ratio', found.ratios, 2);
    print('median of few, ms', found.fewMedian, 1);
    print('median of many, ms', found.manyMedian, 1);
    print('a second, few', found.fewPerSecond, 0);
    print('a second, many', found.manyPerSecond, 0);
    const what = `p99 with ${keys} stored keys ÷ p99 with ${FEW_KEYS}, ${place}`;
    return [{ what, bound: { atMost: 1.5 }, ...medianOf(found.ratios) }];
  };
}

const LISTED_KEYS = 100_000;

function pages(store: BenchStore): Row['measure'] {
  return async (installations, { rounds }) => {
    const figures = await measurePages({ store, installations, keys: LISTED_KEYS, rounds });
    return figures.map(({ sort, keys, pages: count, first, last, ratios }) => {
      console.log(
        `${STORE_NAMES[store]}: ${keys} keys by ${sort} in ${count} pages of 100, the first and the last full one`,
      );
      print('first page, ms', first, 2);
      print('last page, ms', last, 2);
      print('ratio', ratios, 2);
      const what = `last page of ${keys} keys by ${sort} ÷ the first, ${STORE_NAMES[store]}`;
      return { what, bound: { atMost: 1.3 }, ...medianOf(ratios) };
    });
  };
}

/** A million lines and more, so that it is seen whether memory grows with them. */
const INGEST_REQUESTS = 10_000;

function ingest(store: BenchStore): Row['measure'] {
  return async (installations, { rounds }) => {
    const verdicts: Verdict[] = [];
    for (const manner of ['plain', 'structured'] as const) {
      const installation = await installations.make(store);
      const cost = await measureIngestion({ installation, manner, requests: INGEST_REQUESTS, rounds });
      const place = STORE_NAMES[store];
      console.log(
        `${place}: ${cost.lines} ${manner} lines, 100 in a body of ${cost.bodyBytes} bytes, over 32 connections`,
      );
      print('CPU a request, µs', cost.request, 1);
      print('CPU of JSON.parse, µs', cost.parse, 1);
      print('ratio', cost.ratios, 2);
      print('lines a second', cost.linesPerSecond, 0);
      print('resident memory, MB', cost.residentMegabytes, 0);
      const what = `CPU of a request of 100 ${manner} lines ÷ CPU of JSON.parse of its body, ${place}`;
      const memory = `memory after ${cost.lines} ${manner} lines ÷ after the first round of ${rounds}, ${place}`;
      if (store === 'sqlite') verdicts.push({ what, bound: { atMost: 4 }, ...medianOf(cost.ratios) });
      verdicts.push({ what: memory, bound: { atMost: 1.2 }, measured: cost.growth });
    }
    return verdicts;
  };
}

function doors(store: BenchStore): Row['measure'] {
  return async (installations, { exchanges: requests, rounds }) => {
    const costs = await measureDoors({ installation: await installations.make(store), requests, rounds });
    return costs.map(({ door, request, exchange, ratios }) => {
      console.log(
        `${STORE_NAMES[store]}: ${requests} requests to ${door} and exchanges in turn, over 32 connections, RS256`,
      );
      print('CPU a request, µs', request, 1);
      print('CPU an exchange, µs', exchange, 1);
      print('ratio', ratios, 2);
      const what = `CPU of what ${door} is asked most ÷ CPU of an exchange, ${STORE_NAMES[store]}`;
      return { what, bound: { atMost: 1 }, ...medianOf(ratios) };
    });
  };
}

/** How much of a signature one decision may cost, over so many policies. */
const DECISION_LIMITS = new Map([
  [100, 0.2],
  [1_000, 2],
]);

async function decision(_: Installations, { rounds }: Amounts): Promise<readonly Verdict[]> {
  const costs = await measureDecisions(rounds);
  return costs.map(({ policies, manner, decision: spent, signature, ratios, permitted }) => {
    const among = manner === 'mixed' ? 'of 10 services' : 'all of one service, none of one instance';
    console.log(`${policies} policies, ${among}: ${Math.round(permitted * 100)} % of the answers a yes`);
    print('CPU a decision, µs', spent, 2);
    print('CPU a raw signature, µs', signature, 1);
    print('ratio', ratios, 4);
    const what = `one decision over ${policies} policies (${among}) ÷ CPU a raw signature, ES256`;
    return { what, bound: { atMost: DECISION_LIMITS.get(policies) ?? 0 }, ...medianOf(ratios) };
  });
}

function print(name: string, samples: Samples, decimals: number): void {
  console.log(`  ${name.padEnd(25)} ${summary(samples, decimals)}   [${raw(samples, decimals)}]`);
}

function medianOf(spread: Samples): Pick<Verdict, 'measured' | 'spread'> {
  return { measured: spread.median, spread };
}
