/** Measures the ratios that docs/benchmarks.md promises and says how they were come by; ends with 1 when one is missed. */
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type ExchangeCost, measureExchanges } from './benches/exchange-cost.ts';
import { raw, summary } from './benches/samples.ts';
import { measureStart } from './benches/start-time.ts';

const USAGE = `scripts/bench [--only start,rs256,es256] [--exchanges N] [--growth-exchanges N] [--rounds N]

  --only              what to measure; default: all three
  --exchanges         exchanges measured with RS256; default: 50000
  --growth-exchanges  exchanges measured with ES256, over which the rows are counted; default: 100000, the full figure
                      of the requirement is 1000000
  --rounds            rounds of exchanges and of starts; default: 5
`;

/** Tables that may grow with exchanges: counters, one row a key, address and minute, and one a key and identity. */
const COUNTERS = new Set(['entities_exchange_counts', 'entities_activity']);

interface Verdict {
  readonly what: string;
  readonly atMost: number;
  readonly measured: number;
}

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: 'start,rs256,es256' },
    exchanges: { type: 'string', default: '50000' },
    'growth-exchanges': { type: 'string', default: '100000' },
    rounds: { type: 'string', default: '5' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) console.log(USAGE);
else process.exitCode = await bench();

async function bench(): Promise<number> {
  const wanted = values.only.split(',');
  const rounds = Number(values.rounds);
  const verdicts: Verdict[] = [];
  console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model.trim()}, ${rounds} rounds\n`);
  if (wanted.includes('start')) verdicts.push(await start(rounds));
  if (wanted.includes('rs256')) verdicts.push(...(await exchanges('RS256', Number(values.exchanges), rounds, 1.6)));
  if (wanted.includes('es256')) {
    verdicts.push(...(await exchanges('ES256', Number(values['growth-exchanges']), rounds, 4)));
  }
  console.log('| what | at most | measured | |\n|---|---|---|---|');
  for (const { what, atMost, measured } of verdicts) {
    const shown = Number.isInteger(measured) ? `${measured}` : measured.toFixed(2);
    console.log(`| ${what} | ${atMost} | ${shown} | ${measured <= atMost ? 'met' : 'MISSED'} |`);
  }
  return verdicts.every(({ measured, atMost }) => measured <= atMost) ? 0 : 1;
}

async function start(rounds: number): Promise<Verdict> {
  const { service, express, ratio, ratios } = await inFolder((folder) => measureStart(folder, rounds));
  console.log('Start to the first 200, with an existing data folder, milliseconds');
  console.log(`  service        ${summary(service, 0)}   [${raw(service, 0)}]`);
  console.log(`  empty Express  ${summary(express, 0)}   [${raw(express, 0)}]`);
  console.log(`  ratio          ${ratio.toFixed(2)} of the medians   [${raw(ratios, 2)}]\n`);
  return { what: 'start ÷ start of an empty Express app', atMost: 2.5, measured: ratio };
}

async function exchanges(
  algorithm: 'RS256' | 'ES256',
  count: number,
  rounds: number,
  atMost: number,
): Promise<readonly Verdict[]> {
  const cost = await inFolder((folder) => measureExchanges({ algorithm, folder, exchanges: count, rounds }));
  console.log(`${algorithm}: ${cost.exchanges} exchanges over 32 connections, ${cost.inputBytes} bytes signed each`);
  console.log(`  CPU an exchange, µs       ${summary(cost.exchange, 1)}   [${raw(cost.exchange, 1)}]`);
  console.log(`  CPU a raw signature, µs   ${summary(cost.signature, 1)}   [${raw(cost.signature, 1)}]`);
  console.log(`  ratio                     ${summary(cost.ratios, 2)}   [${raw(cost.ratios, 2)}]`);
  console.log(`  exchanges a second        ${summary(cost.perSecond, 0)}   [${raw(cost.perSecond, 0)}]`);
  console.log(
    `  resident memory, MB       ${summary(cost.residentMegabytes, 0)}   [${raw(cost.residentMegabytes, 0)}]`,
  );
  const grown = growthOf(cost);
  return [
    { what: `CPU an exchange ÷ CPU a raw signature, ${algorithm}`, atMost, measured: cost.ratios.median },
    { what: `rows but counters after ${cost.exchanges} exchanges, ${algorithm}`, atMost: 0, measured: grown },
  ];
}

/** @returns how many rows came that are not counters */
function growthOf({ rowsBefore, rowsAfter }: ExchangeCost): number {
  let grown = 0;
  const shown: string[] = [];
  for (const [table, after] of rowsAfter) {
    const before = rowsBefore.get(table) ?? 0;
    shown.push(`${table} ${before} → ${after}`);
    if (!COUNTERS.has(table)) grown += Math.max(0, after - before);
  }
  console.log(`  rows before → after       ${shown.join(', ')}\n`);
  return grown;
}

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-bench-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
