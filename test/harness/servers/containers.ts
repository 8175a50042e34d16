import {
  GenericContainer,
  getContainerRuntimeClient,
  ImageName,
  type StartedTestContainer,
  Wait,
} from 'testcontainers';
import { initiateReplicaSet } from './mongod-process.ts';

/** The images of the two servers. */
export interface ServerImages {
  /** `MONGO_IMAGE`, default `mongo:8`. */
  readonly mongo: string;
  /** `REDIS_IMAGE`, default `redis:8`. */
  readonly redis: string;
}

/** A server in a container. */
export interface ServerContainer {
  readonly url: string;
  readonly containerId: string;
  stop(): Promise<void>;
}

const PULL_MILLISECONDS = 300_000;
const REDIS_PORT = 6379;
const MONGO_PORT = 27017;

/** @returns the images that the environment names */
export function serverImages(environment: NodeJS.ProcessEnv = process.env): ServerImages {
  return { mongo: environment['MONGO_IMAGE'] || 'mongo:8', redis: environment['REDIS_IMAGE'] || 'redis:8' };
}

/** @returns why containers cannot be used: no engine answers, or an image is neither there nor to be pulled; else `undefined` */
export async function whyNotContainers(images: ServerImages): Promise<string | undefined> {
  // What we start we stop by its id, so the reaper, one more image to pull, is not needed.
  process.env['TESTCONTAINERS_RYUK_DISABLED'] ??= 'true';
  try {
    const engine = await getContainerRuntimeClient();
    for (const name of [images.mongo, images.redis]) {
      const image = ImageName.fromString(name);
      if (!(await engine.image.exists(image))) await withinTime(engine.image.pull(image), `pulling ${name}`);
      if (!(await engine.image.exists(image))) return `the image ${name} is not there and cannot be pulled`;
    }
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Starts a Redis in a container, reached at a mapped port of this machine. */
export async function startRedisContainer(image: string): Promise<ServerContainer> {
  const container = await new GenericContainer(image)
    .withExposedPorts(REDIS_PORT)
    .withWaitStrategy(Wait.forLogMessage(/Ready to accept connections/))
    .start();
  return running(container, `redis://${container.getHost()}:${container.getMappedPort(REDIS_PORT)}`);
}

/**
 * Starts a mongod in a container and makes it a replica set of one through the driver: the image needs no `mongosh`.
 * The member calls itself `localhost`, so whoever connects from here must not follow that name: `directConnection`.
 */
export async function startMongoContainer(image: string): Promise<ServerContainer> {
  const container = await new GenericContainer(image)
    // Images of MongoDB bind every address by themselves; saying it twice is an error to mongod.
    .withCommand(['--replSet', 'rs0', '--wiredTigerCacheSizeGB', '0.25'])
    .withExposedPorts(MONGO_PORT)
    .withWaitStrategy(Wait.forLogMessage(/Waiting for connections/))
    .start();
  const url = `mongodb://${container.getHost()}:${container.getMappedPort(MONGO_PORT)}/?directConnection=true`;
  await initiateReplicaSet(url, [`localhost:${MONGO_PORT}`]);
  return running(container, url);
}

function running(container: StartedTestContainer, url: string): ServerContainer {
  return {
    url,
    containerId: container.getId().slice(0, 12),
    stop: async () => void (await container.stop({ timeout: 0, removeVolumes: true })),
  };
}

async function withinTime<T>(work: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} took more than 5 minutes`)), PULL_MILLISECONDS);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
