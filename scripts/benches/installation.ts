import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProvidedServers } from '../servers/provide-servers.ts';

/** Where the service keeps everything. */
export type BenchStore = 'sqlite' | 'mongo-redis';

/** An installation of the service, for processes to be started on: nothing but what must be given is set. */
export interface Installation {
  readonly store: BenchStore;
  readonly folder: string;
  readonly settings: Readonly<Record<string, string>>;
  /** @returns the secret of the key that the first start made */
  adminKey(): Promise<string>;
  remove(): Promise<void>;
}

/** Makes installations, and starts MongoDB and Redis for them when the first one needs these. */
export interface Installations {
  make(store: BenchStore, settings?: Readonly<Record<string, string>>): Promise<Installation>;
  /** What MongoDB and Redis are, one line each; empty while nobody needed them. */
  servers(): readonly string[];
  removeAll(): Promise<void>;
}

/** @returns no installation yet */
export function installations(): Installations {
  const made: Installation[] = [];
  let starting: Promise<ProvidedServers> | undefined;
  let description: readonly string[] = [];

  const serversOnce = async (): Promise<ProvidedServers> => {
    // Loaded late: most rows need no server, and no driver of one.
    starting ??= import('../servers/provide-servers.ts').then(({ provideServers }) => provideServers());
    const servers = await starting;
    description = servers.description;
    return servers;
  };

  return {
    servers: () => description,
    async make(store, settings = {}) {
      const folder = await mkdtemp(join(tmpdir(), 'latchkey-bench-'));
      const needed = store === 'sqlite' ? {} : settingsFor(await serversOnce());
      const installation: Installation = {
        store,
        folder,
        settings: { LATCHKEY_STORE: store, LATCHKEY_DATA: folder, ...needed, ...settings },
        adminKey: async () => (await readFile(join(folder, 'admin.apikey'), 'utf8')).trim(),
        remove: () => rm(folder, { recursive: true, force: true }),
      };
      made.push(installation);
      return installation;
    },
    async removeAll() {
      await Promise.all(made.splice(0).map((installation) => installation.remove()));
      await (await starting)?.stop();
    },
  };
}

/** A database of its own. All processes of it call themselves by one address, whichever ports they have. */
function settingsFor({ mongoUrl, redisUrl }: ProvidedServers): Readonly<Record<string, string>> {
  const database = new URL(mongoUrl);
  database.pathname = `/bench_${randomBytes(6).toString('hex')}`;
  return {
    LATCHKEY_BOOTSTRAP: 'auto',
    LATCHKEY_PUBLIC_URL: 'http://keys.bench.test',
    LATCHKEY_MONGO_URL: database.href,
    LATCHKEY_REDIS_URL: redisUrl,
    LATCHKEY_PEPPER: randomBytes(32).toString('base64'),
    LATCHKEY_MASTER_KEY: randomBytes(32).toString('base64'),
  };
}
