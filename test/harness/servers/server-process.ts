import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { freePort } from './free-port.ts';

/** A real server in a process of its own, on one port and one data folder for all its life. */
export interface ServerProcess {
  readonly url: string;
  readonly port: number;
  /** Of the running process, or of the last one when it is stopped. */
  readonly pid: number;
  /** Temporary; `remove` deletes it. */
  readonly directory: string;
  /** Asks it to end (SIGTERM) and waits until it has; the data stay for `restart`. */
  stop(): Promise<void>;
  /** Ends it at once (SIGKILL), as a machine that fails would. */
  kill(): Promise<void>;
  /** Freezes it (SIGSTOP): its connections stay open and nobody answers. Returns when each of its threads has stopped. */
  pause(): Promise<void>;
  /** Lets a frozen one go on (SIGCONT). */
  resume(): void;
  /** Starts it again on the same port with the same data; stops it first if it runs. Returns when it answers. */
  restart(): Promise<void>;
  /** Stops it and deletes its data. */
  remove(): Promise<void>;
}

/** What `startServerProcess` needs to know of one kind of server. */
export interface ServerProcessParts {
  readonly name: string;
  readonly executable: string;
  /** Default: a free one. */
  readonly port?: number | undefined;
  argumentsFor(port: number, directory: string): readonly string[];
  urlFor(port: number): string;
  /** Rejects while the server does not answer yet. */
  answers(port: number): Promise<void>;
}

const START_MILLISECONDS = 60_000;
const STOP_MILLISECONDS = 8_000;
const FREEZE_LIMIT_MILLISECONDS = 5_000;
/** How long to wait for the threads where no `/proc` tells of them. */
const FREEZE_MILLISECONDS = 300;

/** Starts a server and returns when it answers. @throws Error with the end of its log, when it does not */
export async function startServerProcess(parts: ServerProcessParts): Promise<ServerProcess> {
  const port = parts.port ?? (await freePort());
  const directory = await mkdtemp(join(tmpdir(), `latchkey-${parts.name}-`));
  const log = join(directory, 'server.log');
  const start = () => startOnce(parts, port, directory, log);
  let child = await start();

  const end = async (signal: 'SIGTERM' | 'SIGKILL') => {
    if (hasEnded(child)) return;
    // A frozen process keeps SIGTERM pending until it goes on.
    child.kill('SIGCONT');
    child.kill(signal);
    await ended(child, STOP_MILLISECONDS);
  };

  return {
    url: parts.urlFor(port),
    port,
    get pid() {
      return child.pid ?? 0;
    },
    directory,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    async pause() {
      child.kill('SIGSTOP');
      await frozen(child.pid);
    },
    resume: () => void child.kill('SIGCONT'),
    async restart() {
      await end('SIGTERM');
      child = await start();
    },
    async remove() {
      await end('SIGTERM');
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function startOnce(
  parts: ServerProcessParts,
  port: number,
  directory: string,
  log: string,
): Promise<ChildProcess> {
  const output = openSync(log, 'a');
  const [command, ...before] = [...endsWithParent(), parts.executable];
  const child = spawn(command ?? parts.executable, [...before, ...parts.argumentsFor(port, directory)], {
    cwd: directory,
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  child.on('error', () => undefined);

  const deadline = Date.now() + START_MILLISECONDS;
  for (;;) {
    try {
      await parts.answers(port);
      return child;
    } catch (cause) {
      if (hasEnded(child) || Date.now() > deadline) {
        child.kill('SIGKILL');
        const tail = readFileSync(log, 'utf8').slice(-2_000);
        throw new Error(`${parts.name} did not start on port ${port}:\n${tail}`, { cause });
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/**
 * @returns what to put before a command so that, on Linux, the kernel ends it when we are gone, even by SIGKILL; the
 * process id stays that of the command
 */
export function endsWithParent(): readonly string[] {
  if (process.platform !== 'linux') return [];
  const prefix = ['setpriv', '--pdeathsig', 'KILL', '--'];
  return spawnSync('setpriv', ['--version']).status === 0 ? prefix : [];
}

function hasEnded(child: ChildProcess): boolean {
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
}

function ended(child: ChildProcess, milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    if (hasEnded(child)) return resolve();
    const timer = setTimeout(() => child.kill('SIGKILL'), milliseconds);
    child.once('exit', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** The signal reaches each thread in its own time; until then the server answers. */
async function frozen(pid: number | undefined): Promise<void> {
  if (process.platform !== 'linux') return after(FREEZE_MILLISECONDS);
  const endsAt = performance.now() + FREEZE_LIMIT_MILLISECONDS;
  for (;;) {
    const threads = await readdir(`/proc/${pid}/task`);
    const states = await Promise.all(threads.map((thread) => stateOf(`/proc/${pid}/task/${thread}/stat`)));
    if (states.every((state) => state === 'T' || state === undefined)) return;
    if (performance.now() > endsAt) throw new Error(`process ${pid} did not stop at SIGSTOP`);
    await after(5);
  }
}

/** @returns the state of a thread, such as `T` for stopped; `undefined` for one that has ended meanwhile */
async function stateOf(statFile: string): Promise<string | undefined> {
  const text = await readFile(statFile, 'utf8').catch(() => undefined);
  // The name before it is in parentheses and may itself hold any character (proc(5)).
  return text?.slice(text.lastIndexOf(')') + 2).at(0);
}
