import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Environment } from '../../src/config/read-settings.ts';
import { adminKeyFile } from '../../src/server/bootstrap.ts';
import { closeIdleConnections } from './close-connections.ts';
import { type Call, caller } from './http-call.ts';
import { nodeOptionsOfService } from './node-options.ts';
import { freePort } from './servers/free-port.ts';
import { endsWithParent } from './servers/server-process.ts';

/** How a process ended, and what it wrote. */
export interface Ended {
  /** `null`: by the signal. */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** From its start to its end, milliseconds. */
  readonly milliseconds: number;
}

/** `node src/main.ts` in a process of its own. */
export interface ServiceProcess {
  readonly url: string;
  readonly operationsUrl: string;
  readonly pid: number;
  readonly dataFolder: string;
  /** What it was started with, for another one on the same installation. */
  readonly settings: Environment;
  /** Sends a request to the service. */
  readonly call: Call;
  /** Sends a request to the operations listener. */
  readonly operations: Call;
  /** Everything that it wrote so far. */
  output(): string;
  /** The first API key's value, from its file. */
  adminKey(): Promise<string>;
  /** An access token for a key. @throws when it is refused */
  tokenOf(apiKey: string): Promise<string>;
  signal(name: NodeJS.Signals): void;
  readonly ended: Promise<Ended>;
  /** SIGTERM, unless it has ended. */
  stop(): Promise<Ended>;
  /** SIGKILL, as a machine that fails would. */
  kill(): Promise<Ended>;
}

/** What a process is started with. */
export interface StartOptions {
  readonly settings?: Environment;
  /** Default: a fresh one. */
  readonly dataFolder?: string;
  /** How many processes serve (`LATCHKEY_WORKERS`). Default: 1. */
  readonly workers?: number;
}

/** Starts processes and remembers them, so that none outlives its test. */
export interface ServiceProcesses {
  /** Starts a service on free ports and returns when it has printed where it listens. @throws when it ends before */
  start(options?: StartOptions): Promise<ServiceProcess>;
  /** Starts a service and returns at once, also when it is to fail. */
  begin(options?: StartOptions): BegunProcess;
  /** Runs a command to its end. */
  run(words: readonly string[], options?: StartOptions): Promise<Ended>;
  /** @returns a fresh temporary folder */
  folder(): Promise<string>;
  /** Ends every process by its id and removes every folder. */
  removeAll(): Promise<void>;
}

/** A process of which it is not known yet how it goes on. */
export interface BegunProcess {
  readonly pid: number;
  readonly ended: Promise<Ended>;
  output(): string;
  signal(name: NodeJS.Signals): void;
}

const ROOT = join(import.meta.dirname, '..', '..');
const MAIN = join(ROOT, 'src', 'main.ts');
/**
 * One for all processes of all tests: a fresh data folder keeps no compiled code yet, and to strip and compile everything
 * again is a third of what a start costs. What the service keeps in its own folder, test/server/compiled-code.test.ts asks.
 */
const COMPILED = join(ROOT, 'node_modules', '.cache', 'latchkey-compiled');
const START_MILLISECONDS = 60_000;
const LIFE_MILLISECONDS = 60_000;

/** @returns a book of processes and folders, empty */
export function serviceProcesses(): ServiceProcesses {
  const alive = new Set<ChildProcess>();
  const folders: string[] = [];

  const folder = async (): Promise<string> => {
    const made = await mkdtemp(join(tmpdir(), 'latchkey-process-'));
    folders.push(made);
    return made;
  };

  const launch = (words: readonly string[], settings: Environment): BegunProcess => {
    const { child, begun } = launched(words, settings);
    alive.add(child);
    void begun.ended.then(() => alive.delete(child));
    return begun;
  };

  const begin: ServiceProcesses['begin'] = ({ settings = {}, dataFolder, workers } = {}) =>
    launch(['serve'], {
      ...FREE_PORTS,
      ...settings,
      ...(dataFolder !== undefined && { LATCHKEY_DATA: dataFolder }),
      ...(workers !== undefined && { LATCHKEY_WORKERS: String(workers) }),
    });

  return {
    folder,
    begin,
    async start({ settings: given = {}, dataFolder, workers } = {}) {
      const settings = workers === undefined ? given : { ...given, LATCHKEY_WORKERS: String(workers) };
      const data = dataFolder ?? join(await folder(), 'data');
      // The banner tells the public address; where that is another, this is the way to know the own one.
      const port = String(await freePort());
      const known = settings['LATCHKEY_PUBLIC_URL'] === undefined ? {} : { LATCHKEY_PORT: port };
      const service = await whenListening(
        begin({ settings: { ...settings, ...known }, dataFolder: data }),
        data,
        settings,
      );
      return 'LATCHKEY_PORT' in known ? { ...service, ...ways(`http://127.0.0.1:${port}`) } : service;
    },
    async run(words, { settings = {}, dataFolder } = {}) {
      const begun = launch(words, { ...settings, ...(dataFolder !== undefined && { LATCHKEY_DATA: dataFolder }) });
      const limit = setTimeout(() => begun.signal('SIGKILL'), LIFE_MILLISECONDS);
      return begun.ended.finally(() => clearTimeout(limit));
    },
    async removeAll() {
      for (const child of alive) {
        child.kill('SIGCONT');
        child.kill('SIGKILL');
      }
      await Promise.all(folders.splice(0).map((path) => rm(path, { recursive: true, force: true })));
    },
  };
}

const FREE_PORTS = { LATCHKEY_PORT: '0', LATCHKEY_OPERATIONS_PORT: '0' };

function launched(words: readonly string[], settings: Environment): { child: ChildProcess; begun: BegunProcess } {
  const begunAt = performance.now();
  const options = [...nodeOptionsOfService(), '--disable-warning=ExperimentalWarning'];
  const command = [...endsWithParent(), process.execPath, ...options, MAIN, ...words];
  const [executable = process.execPath, ...rest] = command;
  const { PATH, HOME } = process.env;
  const child = spawn(executable, rest, {
    env: { PATH, HOME, NODE_COMPILE_CACHE: COMPILED, ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const written = { all: '', stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (chunk: string) => {
      written[name] += chunk;
      written.all += chunk;
    });
  }
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode, signal) => {
      const { stdout, stderr } = written;
      resolve({ exitCode, signal, stdout, stderr, milliseconds: performance.now() - begunAt });
    });
  });
  const begun = {
    pid: child.pid ?? 0,
    ended,
    output: () => written.all,
    signal: (name: NodeJS.Signals) => void child.kill(name),
  };
  return { child, begun };
}

async function whenListening(begun: BegunProcess, dataFolder: string, settings: Environment): Promise<ServiceProcess> {
  let isOver = false;
  void begun.ended.then(() => {
    isOver = true;
  });
  const deadline = Date.now() + START_MILLISECONDS;
  for (;;) {
    const output = begun.output();
    const url = /^Latchkey listens on (\S+)$/m.exec(output)?.[1];
    const operationsUrl = /^ {2}operations +(\S+) .*\n/m.exec(output)?.[1];
    if (url !== undefined && operationsUrl !== undefined)
      return running(begun, { url, operationsUrl, dataFolder, settings });
    if (isOver || Date.now() > deadline) throw new Error(`The service did not start:\n${output}`);
    await pause(10);
  }
}

type Place = Pick<ServiceProcess, 'url' | 'operationsUrl' | 'dataFolder' | 'settings'>;

function running(begun: BegunProcess, place: Place): ServiceProcess {
  const end = (signal: NodeJS.Signals): Promise<Ended> => {
    begun.signal(signal);
    return begun.ended;
  };
  return {
    ...begun,
    ...place,
    ...ways(place.url),
    operations: caller(place.operationsUrl),
    adminKey: async () => (await readFile(adminKeyFile(place.dataFolder), 'utf8')).trim(),
    stop() {
      closeIdleConnections();
      return end('SIGTERM');
    },
    kill: () => end('SIGKILL'),
  };
}

function ways(url: string): Pick<ServiceProcess, 'url' | 'call' | 'tokenOf'> {
  const call = caller(url);
  return {
    url,
    call,
    async tokenOf(apikey) {
      const answer = await call('POST', '/identity/token', { form: { grant_type: 'apikey', apikey } });
      if (answer.status !== 200) throw new Error(`no token: ${answer.text}`);
      return String(answer.body['access_token']);
    },
  };
}
