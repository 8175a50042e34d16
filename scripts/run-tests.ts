import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { provideServers } from './servers/provide-servers.ts';
import { type ChosenBackends, chooseBackends } from './suite/choose-backends.ts';
import { makeMemoryFolder } from './suite/memory-folder.ts';
import { filesToRunAgain, secondRunLines, withSecondRun } from './suite/second-run.ts';
import { type FileResult, readReport, summaryLine, sumOf } from './suite/test-counts.ts';

/**
 * `npm run test:suite -- [arguments of jest]`: runs the tests with real servers and says on which back-ends.
 * `TEST_BACKENDS=sqlite` leaves the other back-end out, loudly; in CI (`CI` is set) that fails.
 */
const ROOT = join(import.meta.dirname, '..');
const JEST = join(ROOT, 'node_modules', 'jest', 'bin', 'jest.js');
const NODE_OPTIONS = '--experimental-vm-modules --disable-warning=ExperimentalWarning';

const backends = chooseBackends(process.env['TEST_BACKENDS']);
const inCi = !['', 'false'].includes(process.env['CI'] ?? '');

process.exitCode = await inMemory(runWithServers);

/** Whatever asks for a temporary folder from here on has it in memory, unless one was given (`TMPDIR`) or memory is short. */
async function inMemory(run: () => Promise<number>): Promise<number> {
  const folder = process.env['TMPDIR'] === undefined ? makeMemoryFolder() : undefined;
  if (folder === undefined) return run();
  process.env['TMPDIR'] = folder;
  try {
    return await run();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

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
    const first = await runJest(join(folder, 'first.json'), addresses, process.argv.slice(2));
    const again = filesToRunAgain(first.files ?? [], inCi);
    if (again.length === 0) return conclude(first, servers);
    const second = await runJest(join(folder, 'second.json'), addresses, ['--runInBand', '--runTestsByPath', ...again]);
    console.log(`\n${secondRunLines(second.files ?? [])}\n`);
    const files = withSecondRun(first.files ?? [], second.files ?? []);
    return conclude({ exitCode: second.exitCode, files }, servers);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** How jest ended; `files` is absent when it wrote no report. */
interface JestRun {
  readonly exitCode: number;
  readonly files: readonly FileResult[] | undefined;
}

async function runJest(report: string, addresses: NodeJS.ProcessEnv, args: readonly string[]): Promise<JestRun> {
  const ignored = backends.leftOut.flatMap((backend) => ['--testPathIgnorePatterns', `/test/store-${backend}/`]);
  const jest = spawn(process.execPath, [JEST, '--json', '--outputFile', report, ...args, ...ignored], {
    cwd: ROOT,
    env: { ...process.env, ...addresses, NODE_OPTIONS, TEST_BACKENDS: backends.chosen.join(',') },
    // With --json jest repeats its whole report on stdout; what a person reads is on stderr.
    stdio: ['inherit', 'ignore', 'inherit'],
  });
  passSignalsTo(jest);
  const exitCode = await new Promise<number>((resolve, reject) => {
    jest.once('error', reject);
    jest.once('close', (code) => resolve(code ?? 1));
  });
  return { exitCode, files: await readFile(report, 'utf8').then(readReport, () => undefined) };
}

/** Whoever ends this run ends its tests. */
function passSignalsTo(jest: ChildProcess): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => jest.kill(signal));
}

/** The last line stands alone, so that other programs find it. */
function conclude({ exitCode, files }: JestRun, servers: readonly string[]): number {
  console.log(`\nran on ${backends.chosen.join(' and ')}: ${servers.join(', ')}`);
  const { leftOut } = backends;
  const incomplete = reportLeftOut(leftOut);
  if (files === undefined) console.log('jest ended without a report: no test can be counted.');
  const counts = files === undefined ? { passed: 0, failed: 1, skipped: 0 } : sumOf(files);
  console.log(summaryLine(counts));
  return counts.failed > 0 || incomplete ? exitCode || 1 : exitCode;
}

/** @returns whether the run counts as failed for it */
function reportLeftOut(leftOut: ChosenBackends['leftOut']): boolean {
  if (leftOut.length === 0) return false;
  console.log(
    `\n!!! NOT TESTED: ${leftOut.join(', ')} (left out by TEST_BACKENDS)${inCi ? '; CI needs all' : ''} !!!\n`,
  );
  return inCi;
}
