import {
  serverImages,
  startMongoContainer,
  startRedisContainer,
  whyNotContainers,
} from '../../test/harness/servers/containers.ts';
import { askMongo, startMongod } from '../../test/harness/servers/mongod-process.ts';
import { redisVersion, startRedis } from '../../test/harness/servers/redis-process.ts';

/** Real servers for one run of the tests. */
export interface ProvidedServers {
  readonly mongoUrl: string;
  readonly redisUrl: string;
  /** One line a server: version, address and process or container id. */
  readonly description: string[];
  /** Stops what was started; servers given by address are left alone. */
  stop(): Promise<void>;
}

interface StartedServer {
  readonly url: string;
  /** `process 123`, `container 0a1b…`, or where the address comes from. */
  readonly where: string;
  stop(): Promise<void>;
}

type Starter = () => Promise<StartedServer>;

/**
 * Decides once where MongoDB and Redis come from, starts them and prints what it decided: the addresses in
 * `LATCHKEY_TEST_MONGO_URL` and `LATCHKEY_TEST_REDIS_URL`, else containers, else processes.
 * `LATCHKEY_TEST_SERVERS=processes|docker` forces one of the last two.
 * @throws Error saying what to install, when no way is open
 */
export async function provideServers(): Promise<ProvidedServers> {
  const [startMongo, startOneRedis] = await chooseStarters();
  const started: StartedServer[] = [];
  const stop = async () => {
    await Promise.all(started.splice(0).map((server) => server.stop()));
  };
  const forget = stopOnSignals(stop);
  try {
    const mongo = await startMongo();
    started.push(mongo);
    const redis = await startOneRedis();
    started.push(redis);
    const description = [await describeMongo(mongo), await describeRedis(redis)];
    for (const line of description) console.log(`servers: ${line}`);
    return {
      mongoUrl: mongo.url,
      redisUrl: redis.url,
      description,
      stop: async () => {
        forget();
        await stop();
      },
    };
  } catch (error) {
    forget();
    await stop();
    throw error;
  }
}

async function chooseStarters(): Promise<readonly [Starter, Starter]> {
  const mongoUrl = process.env['LATCHKEY_TEST_MONGO_URL'];
  const redisUrl = process.env['LATCHKEY_TEST_REDIS_URL'];
  if (mongoUrl && redisUrl) {
    console.log('servers: by LATCHKEY_TEST_MONGO_URL and LATCHKEY_TEST_REDIS_URL');
    return [given(mongoUrl), given(redisUrl)];
  }
  if (mongoUrl || redisUrl) {
    throw new Error('LATCHKEY_TEST_MONGO_URL and LATCHKEY_TEST_REDIS_URL belong together: one is missing.');
  }

  const forced = process.env['LATCHKEY_TEST_SERVERS'] || undefined;
  if (forced !== undefined && forced !== 'processes' && forced !== 'docker') {
    throw new Error(`LATCHKEY_TEST_SERVERS must be 'processes' or 'docker', not '${forced}'.`);
  }
  if (forced === 'processes') {
    console.log('servers: processes (LATCHKEY_TEST_SERVERS)');
    return [mongodProcess, redisProcess];
  }

  const images = serverImages();
  const obstacle = await whyNotContainers(images);
  if (obstacle === undefined) {
    console.log(`servers: containers of ${images.mongo} and ${images.redis}`);
    return [mongoContainer(images.mongo), redisContainer(images.redis)];
  }
  if (forced === 'docker')
    throw new Error(`LATCHKEY_TEST_SERVERS is 'docker', and containers cannot be used: ${obstacle}`);
  console.log(`servers: processes, because containers cannot be used: ${obstacle}`);
  return [mongodProcess, redisProcess];
}

function given(url: string): Starter {
  return async () => ({ url, where: 'given', stop: async () => undefined });
}

async function mongodProcess(): Promise<StartedServer> {
  const server = await startMongod();
  return { url: server.url, where: `process ${server.pid}`, stop: server.remove };
}

async function redisProcess(): Promise<StartedServer> {
  const server = await startRedis();
  return { url: server.url, where: `process ${server.pid}`, stop: server.remove };
}

function mongoContainer(image: string): Starter {
  return async () => {
    const { url, containerId, stop } = await startMongoContainer(image);
    return { url, where: `container ${containerId}`, stop };
  };
}

function redisContainer(image: string): Starter {
  return async () => {
    const { url, containerId, stop } = await startRedisContainer(image);
    return { url, where: `container ${containerId}`, stop };
  };
}

async function describeMongo({ url, where }: StartedServer): Promise<string> {
  const { version } = await askMongo(url, { buildInfo: 1 });
  return `MongoDB ${version} at ${withoutCredentials(url)} (${where})`;
}

async function describeRedis({ url, where }: StartedServer): Promise<string> {
  return `Redis ${await redisVersion(url)} at ${withoutCredentials(url)} (${where})`;
}

function withoutCredentials(url: string): string {
  return url.replace(/\/\/[^/@]*@/, '//');
}

// Whoever ends the run by Ctrl-C must find nothing of it still running.
function stopOnSignals(stop: () => Promise<void>): () => void {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const onSignal = (signal: NodeJS.Signals) => {
    forget();
    void stop().finally(() => process.kill(process.pid, signal));
  };
  const forget = () => {
    for (const signal of signals) process.off(signal, onSignal);
  };
  for (const signal of signals) process.on(signal, onSignal);
  return forget;
}
