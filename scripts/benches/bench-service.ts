import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { nodeOptionsOfService } from '../../test/harness/node-options.ts';
import type { Installation } from './installation.ts';
import { cpuMicrosecondsOf, residentMegabytesOf } from './process-figures.ts';

/** A process that is measured. */
export interface MeasuredProcess {
  readonly port: number;
  /** CPU of all its threads and workers since their start, user and system together, microseconds. */
  cpuMicroseconds(): number;
  /** Megabytes of memory that it, and each of its workers, has now. */
  residentMegabytes(): readonly number[];
  stop(): Promise<void>;
}

/** The whole repository. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const START_LIMIT_MILLISECONDS = 60_000;
/** Longer than a service takes to end by itself: 10 s. */
const STOP_LIMIT_MILLISECONDS = 20_000;
/** Between two looks whether a process answers: short against what is measured, and cheap, one refused connection. */
const LOOK_MILLISECONDS = 2;

/** Starts the service in a process of its own: all at its defaults but what the installation must set. */
export async function startService(
  { settings }: Pick<Installation, 'settings'>,
  more: Readonly<Record<string, string>> = {},
): Promise<MeasuredProcess> {
  const [port, operationsPort] = await Promise.all([freePort(), freePort()]);
  const ports = { LATCHKEY_PORT: `${port}`, LATCHKEY_OPERATIONS_PORT: `${operationsPort}` };
  // As scripts/start does.
  const program = ['--import', join(ROOT, 'src/server/compiled-code.mjs'), join(ROOT, 'src/main.ts')];
  return startScript([...nodeOptionsOfService(), ...program], port, { ...ports, ...settings, ...more });
}

/** Starts a script under this Node; the caller waits until it answers. @param errors where what it complains of goes */
export function startScript(
  script: readonly string[],
  port: number,
  settings: Readonly<Record<string, string>>,
  errors: 'shown' | 'quiet' = 'shown',
): MeasuredProcess {
  // The settings of whoever runs the bench would not be the defaults.
  const inherited = Object.entries(process.env).filter(([name]) => !/^(LATCHKEY_|NODE_)/.test(name));
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...script], {
    env: { ...Object.fromEntries(inherited), ...settings },
    stdio: ['ignore', 'ignore', errors === 'shown' ? 'inherit' : 'ignore'],
  });
  const ended = once(child, 'exit');
  const endWithUs = (): void => void child.kill('SIGKILL');
  process.once('exit', endWithUs);
  const { pid } = child;
  if (pid === undefined) throw new Error(`${script.join(' ')} could not be started`);
  return {
    port,
    cpuMicroseconds: () => cpuMicrosecondsOf(pid),
    residentMegabytes: () => residentMegabytesOf(pid),
    async stop() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      // A process that does not end would hold up the whole run, and say nothing.
      const late = setTimeout(() => {
        console.log(
          `  ${script.at(-1)} (process ${pid}) did not end within ${STOP_LIMIT_MILLISECONDS} ms and was killed`,
        );
        child.kill('SIGKILL');
      }, STOP_LIMIT_MILLISECONDS);
      await ended;
      clearTimeout(late);
      process.off('exit', endWithUs);
    },
  };
}

/** Waits until the answer to `ask` is 200. @throws Error after 60 s */
export async function firstSuccess(ask: () => Promise<Response>): Promise<Response> {
  const limit = performance.now() + START_LIMIT_MILLISECONDS;
  while (performance.now() < limit) {
    const answer = await ask().catch(() => undefined);
    if (answer?.status === 200) return answer;
    await answer?.body?.cancel();
    await pause(LOOK_MILLISECONDS);
  }
  throw new Error('the process did not answer in time');
}

/** Exchanges the admin key that the service left in its data folder. */
export async function exchange(port: number, apiKey: string): Promise<Response> {
  const body = new URLSearchParams({ grant_type: 'urn:ibm:params:oauth:grant-type:apikey', apikey: apiKey });
  return fetch(`http://127.0.0.1:${port}/identity/token`, { method: 'POST', body });
}

/** @returns how many rows every table of the store has, read by this process beside the service */
export function rowsIn(folder: string): ReadonlyMap<string, number> {
  const database = new DatabaseSync(join(folder, 'latchkey.sqlite'), { readOnly: true });
  try {
    const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").all();
    const count = (name: string) => database.prepare(`SELECT count(*) AS counted FROM "${name}"`).get()?.['counted'];
    return new Map(tables.map(({ name }) => [String(name), Number(count(String(name)))]));
  } finally {
    database.close();
  }
}

/** @returns a port that nobody has just now */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return address.port;
}
