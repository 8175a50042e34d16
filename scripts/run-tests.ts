import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { provideServers } from './servers/provide-servers.ts';
import { type ChosenBackends, chooseBackends } from './suite/choose-backends.ts';
import { summaryLine, type TestCounts, testCountsOf } from './suite/test-counts.ts';

/**
 * `npm run test:suite -- [arguments of jest]`: runs the tests with real servers and says on which back-ends.
 * `TEST_BACKENDS=sqlite` leaves the other back-end out, loudly; in CI (`CI` is set) that fails.
 */
const ROOT = join(import.meta.dirname, '..');
const JEST = join(ROOT, 'node_modules', 'jest', 'bin', 'jest.js');
const NODE_OPTIONS = '--experimental-vm-modules --disable-warning=ExperimentalWarning';

const backends = chooseBackends(process.env['TEST_BACKENDS']);
const inCi = !['', 'false'].includes(process.env['CI'] ?? '');

process.exitCode = await runWithServers();

async function runWithServers(): Promise<number> {
  if (!backends.chosen.includes('mongo-redis')) return runSuite({}, ['SQLite of this Node']);
  const servers = await provideServers();
  try {
    const addresses = { LATCHKEY_TEST_MONGO_URL: servers.mongoUrl, LATCHKEY_TEST_REDIS_URL: servers.redisUrl };
    return await runSuite(addresses, servers.description);
  } finally {
    await servers.stop();
  }
}

async function runSuite(addresses: NodeJS.ProcessEnv, servers: readonly string[]): Promise<number> {
  console.log(`back-ends: ${backends.chosen.join(', ')}`);
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-tests-'));
  try {
    const report = join(folder, 'report.json');
    const exitCode = await runJest(report, addresses);
    const counts = await readFile(report, 'utf8').then(testCountsOf, () => undefined);
    return conclude(exitCode, counts, servers);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function runJest(report: string, addresses: NodeJS.ProcessEnv): Promise<number> {
  const ignored = backends.leftOut.flatMap((backend) => ['--testPathIgnorePatterns', `/test/store-${backend}/`]);
  const jest = spawn(process.execPath, [JEST, '--json', '--outputFile', report, ...process.argv.slice(2), ...ignored], {
    cwd: ROOT,
    env: { ...process.env, ...addresses, NODE_OPTIONS, TEST_BACKENDS: backends.chosen.join(',') },
    // With --json jest repeats its whole report on stdout; what a person reads is on stderr.
    stdio: ['inherit', 'ignore', 'inherit'],
  });
  passSignalsTo(jest);
  return new Promise((resolve, reject) => {
    jest.once('error', reject);
    jest.once('close', (code) => resolve(code ?? 1));
  });
}

/** Whoever ends this run ends its tests. */
function passSignalsTo(jest: ChildProcess): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => jest.kill(signal));
}

/** The last line stands alone, so that other programs find it. */
function conclude(exitCode: number, counts: TestCounts | undefined, servers: readonly string[]): number {
  console.log(`\nran on ${backends.chosen.join(' and ')}: ${servers.join(', ')}`);
  const { leftOut } = backends;
  const incomplete = reportLeftOut(leftOut);
  if (counts === undefined) console.log('jest ended without a report: no test can be counted.');
  console.log(summaryLine(counts ?? { passed: 0, failed: 1, skipped: 0 }));
  if (counts === undefined || counts.failed > 0 || incomplete) return exitCode || 1;
  return exitCode;
}

/** @returns whether the run counts as failed for it */
function reportLeftOut(leftOut: ChosenBackends['leftOut']): boolean {
  if (leftOut.length === 0) return false;
  console.log(
    `\n!!! NOT TESTED: ${leftOut.join(', ')} (left out by TEST_BACKENDS)${inCi ? '; CI needs all' : ''} !!!\n`,
  );
  return inCi;
}
