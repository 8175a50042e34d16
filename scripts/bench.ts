/** Measures the ratios that docs/benchmarks.md promises and says how they were come by; ends with 1 when one is missed. */
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { installations } from './benches/installation.ts';
import { ROW_NAMES, ROWS, type RowName } from './benches/rows.ts';
import { isMet, type Verdict, verdictTable } from './benches/verdicts.ts';

const USAGE = `scripts/bench [--only ${ROW_NAMES.join(',')}]
              [--rounds N] [--exchanges N] [--growth-exchanges N] [--keys N] [--minutes N]

  --only              what to measure, several with commas; default: all
${ROW_NAMES.map((name) => `                        ${name.padEnd(13)} ${ROWS[name].sentence}`).join('\n')}
  --rounds            rounds of each; default: 5
  --exchanges         exchanges of each row, in all rounds together; default: 50000
  --growth-exchanges  the same for es256, over which the rows of the store are counted; default: 100000, the full figure
                      of the requirement is 1000000
  --keys              how many keys are many, for keys and mongo-keys; default: 1000000, which takes minutes to store
  --minutes           ends with 1 after so many, whatever is still to be measured; default: 90

MongoDB and Redis are started for the rows that need them, as for the tests: in containers, else as processes
(LATCHKEY_TEST_SERVERS=docker|processes); with LATCHKEY_TEST_MONGO_URL and LATCHKEY_TEST_REDIS_URL given ones are used.
oidc-provider is installed into scripts/benches/oidc-provider when the row peer is first asked for.
`;

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: ROW_NAMES.join(',') },
    rounds: { type: 'string', default: '5' },
    exchanges: { type: 'string', default: '50000' },
    'growth-exchanges': { type: 'string', default: '100000' },
    keys: { type: 'string', default: '1000000' },
    minutes: { type: 'string', default: '90' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) console.log(USAGE);
else process.exitCode = await bench(values.only.split(',').map(rowNamed));

async function bench(wanted: readonly RowName[]): Promise<number> {
  endAfter(countOf('minutes'));
  const rounds = countOf('rounds');
  const all = installations();
  const verdicts: Verdict[] = [];
  console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model.trim()}, ${rounds} rounds`);
  try {
    for (const name of ROW_NAMES) {
      if (!wanted.includes(name)) continue;
      console.log(`\n${name}: ${ROWS[name].sentence} …`);
      const amounts = { rounds, exchanges: countOf('exchanges'), keys: countOf('keys') };
      if (name === 'es256') amounts.exchanges = countOf('growth-exchanges');
      verdicts.push(...(await ROWS[name].measure(all, amounts)));
    }
  } finally {
    await all.removeAll();
  }
  console.log(`\n${verdictTable(verdicts)}`);
  return verdicts.every(isMet) ? 0 : 1;
}

/** What hangs must not hang for ever; processes that are measured end with this one. */
function endAfter(minutes: number): void {
  const end = (): void => {
    console.log(`given up after ${minutes} minutes`);
    process.exit(1);
  };
  setTimeout(end, minutes * 60_000).unref();
}

function countOf(option: 'rounds' | 'exchanges' | 'growth-exchanges' | 'keys' | 'minutes'): number {
  const count = Number(values[option]);
  if (Number.isSafeInteger(count) && count > 0) return count;
  throw new RangeError(`--${option} must be a positive integer, not '${values[option]}'`);
}

function rowNamed(name: string): RowName {
  const known = ROW_NAMES.find((row) => row === name);
  if (known === undefined) throw new RangeError(`--only knows ${ROW_NAMES.join(', ')}, not '${name}'`);
  return known;
}
