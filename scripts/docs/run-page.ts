import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ShellBlock } from './shell-blocks.ts';

/** A service that was started for one page. */
export interface ServiceForPage {
  /** What the page says → what it is in this run, such as the address with the port that was free. */
  readonly replacements: Readonly<Record<string, string>>;
  /** Added to the environment of the commands. */
  readonly environment: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** Starts a service whose data folder is `data` in `folder`. */
export type LaunchService = (folder: string) => Promise<ServiceForPage>;

/** What `runPage` needs. */
export interface PageParts {
  /** The repository; the page's commands see everything in it but `data`, through links, from a folder of their own. */
  readonly root: string;
  /** Of one page, in its order; those that are not run are left out by this function. */
  readonly blocks: readonly ShellBlock[];
  readonly launch: LaunchService;
  /** Default: 60,000. */
  readonly timeoutMilliseconds?: number;
}

/** How the commands of a page ended. */
export interface PageRun {
  /** 0: every block ran to its end. `undefined`: ended by the time limit. */
  readonly exitCode: number | undefined;
  /** Everything printed, with a line `=== page:line` before each block. */
  readonly output: string;
}

/** A page never sees what belongs to the clone that it is run from. */
const NOT_LINKED = ['data', '.git'];

/** Runs the commands of one page as a reader would: in one bash, one after the other, from the top of a clone. */
export async function runPage({ root, blocks, launch, timeoutMilliseconds = 60_000 }: PageParts): Promise<PageRun> {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-page-'));
  try {
    await linkClone(root, folder);
    const service = await launch(folder);
    try {
      await writeFile(join(folder, '.page.sh'), scriptOf(blocks, service.replacements));
      return await runScript(root, folder, service.environment, timeoutMilliseconds);
    } finally {
      await service.stop();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function linkClone(root: string, folder: string): Promise<void> {
  const names = (await readdir(root)).filter((name) => !NOT_LINKED.includes(name));
  await Promise.all(names.map((name) => symlink(join(root, name), join(folder, name))));
}

function scriptOf(blocks: readonly ShellBlock[], replacements: Readonly<Record<string, string>>): string {
  const steps = blocks
    .filter(({ notRunBecause }) => notRunBecause === undefined)
    .map(({ page, line, code }) => `echo '=== ${page}:${line}'\n${code}\n`);
  const script = `set -euo pipefail\n${steps.join('\n')}`;
  return Object.entries(replacements).reduce((text, [from, to]) => text.replaceAll(from, to), script);
}

function runScript(
  root: string,
  cwd: string,
  environment: Readonly<Record<string, string>>,
  timeout: number,
): Promise<PageRun> {
  const path = `${join(root, 'node_modules', '.bin')}:${process.env['PATH'] ?? ''}`;
  // A group of its own, so that the time limit also ends what a block left behind.
  const bash = spawn('bash', ['.page.sh'], {
    cwd,
    env: { ...process.env, NODE_OPTIONS: '', ...environment, PATH: path },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let output = '';
  const collect = (chunk: Buffer) => {
    output += chunk.toString('utf8');
  };
  bash.stdout.on('data', collect);
  bash.stderr.on('data', collect);
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => endGroup(bash.pid), timeout);
    bash.once('error', reject);
    bash.once('close', (exitCode) => {
      clearTimeout(timer);
      resolve({ exitCode: exitCode ?? undefined, output });
    });
  });
}

function endGroup(pid: number | undefined): void {
  if (pid !== undefined) process.kill(-pid, 'SIGKILL');
}
