import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe } from '@jest/globals';
import { readConfig } from '../../src/config/read-config.ts';
import type { Environment } from '../../src/config/read-settings.ts';
import { adminKeyFile } from '../../src/server/bootstrap.ts';
import { type RunningService as Service, serve } from '../../src/server/serve.ts';
import { newLogger } from '../../src/telemetry/logger.ts';
import { BACKENDS, type Backend, settingsOf } from './backends.ts';
import { closeIdleConnections } from './close-connections.ts';
import { type Answer, type Call, caller } from './http-call.ts';
import { type MovingClock, movingClock } from './moving-clock.ts';
import { freePort } from './servers/free-port.ts';

/** A whole service in this process, on free ports of loopback, with a fresh installation. */
export interface RunningService extends Service {
  readonly backend: Backend;
  readonly clock: MovingClock;
  readonly dataFolder: string;
  /** What was written to the log, line by line. */
  readonly log: readonly string[];
  /** The first API key's value, from its file. */
  readonly adminKey: string;
  /** Sends a request to the service. */
  readonly call: Call;
  /** POST /identity/token. */
  exchange(form: Readonly<Record<string, string>>, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  /** An access token for a key. @throws when it is refused */
  tokenOf(apiKey: string): Promise<string>;
  /** A fresh access token of the account's owner. */
  ownerToken(): Promise<string>;
  dispose(): Promise<void>;
}

/** What a test may choose. */
export interface RunningServiceOptions {
  readonly backend?: Backend;
  /** Further settings; without them no failure is limited, because tests fail much from one address. */
  readonly settings?: Environment;
  /** A data folder that is there already, for a second service on it. */
  readonly dataFolder?: string;
}

/** Starts a service. Whoever starts it disposes of it. */
export async function runningService(options: RunningServiceOptions = {}): Promise<RunningService> {
  const { backend = 'sqlite', settings = {} } = options;
  const dataFolder = options.dataFolder ?? (await mkdtemp(join(tmpdir(), 'latchkey-')));
  const config = readConfig(
    {
      ...settingsOf(backend),
      LATCHKEY_DATA: dataFolder,
      ...(await reachable(backend)),
      LATCHKEY_OPERATIONS_PORT: '0',
      LATCHKEY_FAILED_EXCHANGES_PER_MINUTE: '0',
      ...settings,
    },
    () => '',
  );
  const log: string[] = [];
  const logger = newLogger({ level: config.logLevel, destination: { write: (line: string) => void log.push(line) } });
  const clock = movingClock();
  const service = await serve({ config, clock, logger });
  const adminKey = (await readFile(adminKeyFile(dataFolder), 'utf8')).trim();
  const call = caller(service.listenUrl);

  const exchange: RunningService['exchange'] = (form, headers = {}) =>
    call('POST', '/identity/token', { form, headers });

  const tokenOf = async (apiKey: string): Promise<string> => {
    const answer = await exchange({ grant_type: 'apikey', apikey: apiKey });
    if (answer.status !== 200) throw new Error(`no token: ${answer.text}`);
    return String(answer.body['access_token']);
  };

  return {
    ...service,
    ...{ backend, clock, dataFolder, log, adminKey, call, exchange, tokenOf },
    ownerToken: () => tokenOf(adminKey),
    async dispose() {
      closeIdleConnections();
      await service.stop();
      if (options.dataFolder === undefined) await rm(dataFolder, { recursive: true, force: true });
    },
  };
}

/** A public address at which clients in tests find the service; the embedded one makes its own from its port. */
async function reachable(backend: Backend): Promise<Environment> {
  if (backend === 'sqlite') return { LATCHKEY_PORT: '0' };
  const port = String(await freePort());
  return { LATCHKEY_PORT: port, LATCHKEY_PUBLIC_URL: `http://127.0.0.1:${port}` };
}

/**
 * Defines tests that run once on every back-end of this run, each time against one service of their own.
 * The service is started before the first test and read through the function that `define` is given.
 */
export function describeOnEveryBackend(
  name: string,
  define: (service: () => RunningService, backend: Backend) => void,
  options: Omit<RunningServiceOptions, 'backend'> = {},
): void {
  describe.each(BACKENDS)(`${name} [%s]`, (backend) => {
    let service: RunningService | undefined;

    beforeAll(async () => {
      service = await runningService({ ...options, backend });
    });
    afterAll(() => service?.dispose());

    define(() => {
      if (service === undefined) throw new Error('the service has not started');
      return service;
    }, backend);
  });
}
