import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endsWithParent } from '../servers/server-process.ts';
import { commandWorks, installPackages } from '../servers/system-packages.ts';
import { type BrowserPage, openPage } from './browser-page.ts';
import { connectDevTools } from './dev-tools.ts';

/** A real browser without a window, driven by its DevTools protocol. */
export interface Browser {
  open(url: string): Promise<BrowserPage>;
  close(): Promise<void>;
}

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];
const START_MILLISECONDS = 30_000;
const STOP_MILLISECONDS = 5_000;

/** Nothing that asks the network by itself; no sandbox, which root may not have. */
const FLAGS = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-dev-shm-usage'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
  ...['--remote-debugging-port=0', '--window-size=1100,1000'],
];

/** Starts the browser. @throws Error that says what to install, when there is none */
export async function startChromium(): Promise<Browser> {
  const executable = await findChromium();
  const profile = await mkdtemp(join(tmpdir(), 'latchkey-browser-'));
  const [command = executable, ...before] = [...endsWithParent(), executable];
  const child = spawn(command, [...before, ...FLAGS, `--user-data-dir=${profile}`, 'about:blank'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const end = async (): Promise<void> => {
    await ended(child);
    await rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  };
  try {
    const devTools = await connectDevTools(await addressOf(child));
    return {
      open: (url) => openPage(devTools, url),
      async close() {
        devTools.close();
        await end();
      },
    };
  } catch (failure) {
    await end();
    throw failure;
  }
}

async function findChromium(): Promise<string> {
  for (const name of NAMES) if (await commandWorks(name)) return name;
  await installPackages(['chromium'], 'There is no Chromium in the PATH');
  return 'chromium';
}

/** The browser tells on its error output where it listens. */
function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let written = '';
    const late = setTimeout(
      () => reject(new Error(`Chromium did not start:\n${written.slice(-2_000)}`)),
      START_MILLISECONDS,
    );
    const done = (act: () => void): void => {
      clearTimeout(late);
      act();
    };
    child.once('error', (cause) => done(() => reject(cause)));
    child.once('exit', () => done(() => reject(new Error(`Chromium ended:\n${written.slice(-2_000)}`))));
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      written += chunk;
      const address = /DevTools listening on (ws:\S+)/.exec(written)?.[1];
      if (address !== undefined) done(() => resolve(address));
    });
  });
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return resolve();
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MILLISECONDS);
    child.once('exit', () => {
      clearTimeout(timer);
      resolve();
    });
    child.kill('SIGTERM');
  });
}
