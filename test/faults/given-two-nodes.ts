import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Environment } from '../../src/config/read-settings.ts';
import { settingsOf } from '../harness/backends.ts';
import { type CuttableWay, cuttableWay } from '../harness/faults/cuttable-way.ts';
import { type RunningService, runningService } from '../harness/running-service.ts';
import { askMongo, startMongod } from '../harness/servers/mongod-process.ts';
import { startRedis } from '../harness/servers/redis-process.ts';
import type { ServerProcess } from '../harness/servers/server-process.ts';

/** Two services of one installation on servers of their own; their ways to the servers can be cut. */
export interface TwoNodes {
  readonly mongod: ServerProcess;
  readonly redis: ServerProcess;
  readonly one: RunningService;
  readonly other: RunningService;
  /** Between `other` and MongoDB. */
  readonly mongoWay: CuttableWay;
  /** Between `one` and Redis. */
  readonly redisWay: CuttableWay;
  remove(): Promise<void>;
}

/** Starts all of it. */
export async function givenTwoNodes(): Promise<TwoNodes> {
  const [mongod, redis] = await Promise.all([startMongod(), startRedis()]);
  const [mongoWay, redisWay] = await Promise.all([cuttableWay(mongod.port), cuttableWay(redis.port)]);
  const dataFolder = await mkdtemp(join(tmpdir(), 'latchkey-nodes-'));
  const { LATCHKEY_MONGO_URL: database = '', ...common } = settingsOf('mongo-redis');
  const { pathname } = new URL(database);
  // Direct: else the driver asks the server for its address, and goes there past the way.
  const mongoAt = (port: number) => `mongodb://127.0.0.1:${port}${pathname}?directConnection=true`;
  const node = (port: number, redisPort: number): Promise<RunningService> => {
    const settings: Environment = {
      ...common,
      ...{ LATCHKEY_MONGO_URL: mongoAt(port), LATCHKEY_REDIS_URL: `redis://127.0.0.1:${redisPort}` },
      // One issuer for both.
      LATCHKEY_PUBLIC_URL: 'http://keys.test',
    };
    return runningService({ backend: 'mongo-redis', settings, dataFolder });
  };
  const one = await node(mongod.port, redisWay.port);
  const other = await node(mongoWay.port, redis.port);
  return {
    ...{ mongod, redis, one, other, mongoWay, redisWay },
    async remove() {
      await Promise.all([one.dispose(), other.dispose()]);
      await Promise.all([mongoWay.close(), redisWay.close()]);
      await Promise.all([mongod.remove(), redis.remove()]);
      await rm(dataFolder, { recursive: true, force: true });
    },
  };
}

/** Revokes a token at a node. @throws unless it answers 200 */
export async function revokedAt(node: RunningService, form: Readonly<Record<string, string>>): Promise<void> {
  const answer = await node.call('POST', '/identity/revoke', { form });
  if (answer.status !== 200) throw new Error(`not revoked: ${answer.status} ${answer.text}`);
}

/** What a node says of an access token. */
export type Verdict = 'active' | 'revoked' | 'cannot know';

/** Asks introspection and, as a bearer's holder would, whose token it is. @throws when the two disagree */
export async function verdictOf(node: RunningService, token: string): Promise<Verdict> {
  const { status, body, headers } = await node.call('POST', '/identity/introspect', { form: { token } });
  if (status === 503 && Number(headers.get('retry-after')) > 0) return 'cannot know';
  if (status !== 200) throw new Error(`introspection answered ${status}`);
  return body.active === true ? 'active' : 'revoked';
}

/** The server goes on answering everything but change streams (`failCommand`, a fail point of mongod for tests). */
export async function cutChangeStreams({ url }: ServerProcess): Promise<void> {
  await failing(url, 'alwaysOn');
}

/** Lets change streams go on. */
export async function mendChangeStreams({ url }: ServerProcess): Promise<void> {
  await failing(url, 'off');
}

async function failing(url: string, mode: string): Promise<void> {
  const data = { failCommands: ['aggregate', 'getMore'], errorCode: 6, appName: 'latchkey' };
  await askMongo(url, { configureFailPoint: 'failCommand', mode, data });
}
