import { join } from 'node:path';
import type { Clock } from '../clock/clock.ts';
import type { Config } from '../config/config.ts';
import { StoreUnavailable } from '../problems/request-problems.ts';
import type { Spool, SpoolBounds } from '../spool/spool.ts';

/** What a spool is opened with. */
export interface OpenSpoolParts {
  readonly config: Config;
  readonly clock: Clock;
  readonly bounds: SpoolBounds;
}

/** Where the embedded spool lies. */
const spoolFolder = ({ dataFolder }: Config): string => join(dataFolder, 'spool');

/** Opens the spool that goes with the store of the configuration, when it is first used: no start waits for it. */
export function lateSpool(parts: OpenSpoolParts): Spool {
  let opening: Promise<Spool> | undefined;
  let isClosed = false;
  const opened = (): Promise<Spool> => {
    if (isClosed) return Promise.reject(new StoreUnavailable({ diagnostic: 'the spool is closed' }));
    opening ??= openSpool(parts).catch((cause: unknown) => {
      // Tried again with the next call: what is missing may come.
      opening = undefined;
      throw new StoreUnavailable({ diagnostic: 'the spool could not be opened', cause });
    });
    return opening;
  };
  return {
    append: async (instanceId, lines) => (await opened()).append(instanceId, lines),
    read: async (instanceId, request) => (await opened()).read(instanceId, request),
    instances: async () => (await opened()).instances(),
    usage: async (instanceId, after) => (await opened()).usage(instanceId, after),
    trim: async (instanceId, bounds) => (await opened()).trim(instanceId, bounds),
    remove: async (instanceId) => (await opened()).remove(instanceId),
    async close() {
      isClosed = true;
      const spool = await opening?.catch(() => undefined);
      await spool?.close();
    },
  };
}

/** One row a back-end. Loaded only where it is used. */
async function openSpool({ config, clock, bounds }: OpenSpoolParts): Promise<Spool> {
  switch (config.store.kind) {
    case 'sqlite': {
      const { openFileSpool } = await import('../spool-files/open-file-spool.ts');
      return openFileSpool({ folder: spoolFolder(config), clock, bounds });
    }
    case 'mongo-redis': {
      const { openMongoSpool } = await import('../store-mongo-redis/mongo-spool.ts');
      return openMongoSpool({ mongoUrl: config.store.mongoUrl, clock, bounds });
    }
  }
}
