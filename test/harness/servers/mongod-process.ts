import { mongo } from 'mongoose';
import { findMongod } from './find-mongod.ts';
import { type ServerProcess, startServerProcess } from './server-process.ts';

/** How a mongod for tests is started. */
export interface MongodProcessParts {
  /** Default: a free one. */
  readonly port?: number;
  /**
   * `initiated` (default): a replica set `rs0` of this one member, ready to write. `waiting`: a member that
   * `initiateReplicaSet` will make part of one. `none`: not a replica set.
   */
  readonly replicaSet?: 'initiated' | 'waiting' | 'none';
}

const REPLICA_SET = 'rs0';

/**
 * Starts a mongod with its own temporary data; `stop` and `restart` keep them.
 * @throws Error that says what to install, when there is no mongod
 */
export async function startMongod({ port, replicaSet = 'initiated' }: MongodProcessParts = {}): Promise<ServerProcess> {
  let ready = false;
  const server = await startServerProcess({
    name: 'mongod',
    executable: await findMongod(),
    port,
    argumentsFor: (chosen, directory) => mongodArguments(chosen, directory, replicaSet !== 'none'),
    urlFor: (chosen) =>
      `mongodb://127.0.0.1:${chosen}/${replicaSet === 'initiated' ? `?replicaSet=${REPLICA_SET}` : ''}`,
    // After a restart "answers" means that it is primary again.
    answers: async (chosen) => {
      const hello = await askMongo(directUrl(chosen), { hello: 1 });
      if (ready && replicaSet === 'initiated' && hello['isWritablePrimary'] !== true)
        throw new Error('not yet primary');
    },
  });
  if (replicaSet === 'initiated') await initiateReplicaSet(directUrl(server.port), [`127.0.0.1:${server.port}`]);
  ready = true;
  return server;
}

/** Starts a replica set of `members` processes. @returns its address, and its members; which is primary may change */
export async function startReplicaSet(members: number): Promise<{ url: string; members: readonly ServerProcess[] }> {
  const started = await Promise.all(Array.from({ length: members }, () => startMongod({ replicaSet: 'waiting' })));
  const hosts = started.map(({ port }) => `127.0.0.1:${port}`);
  const [first] = started;
  if (first === undefined) throw new Error('a replica set has at least one member');
  await initiateReplicaSet(directUrl(first.port), hosts);
  return { url: `mongodb://${hosts.join(',')}/?replicaSet=${REPLICA_SET}`, members: started };
}

/** @returns the member that takes writes now. @throws when there is none */
export async function primaryOf(members: readonly ServerProcess[]): Promise<ServerProcess> {
  for (const member of members) {
    const hello = await askMongo(directUrl(member.port), { hello: 1 }).catch(() => undefined);
    if (hello?.['isWritablePrimary'] === true) return member;
  }
  throw new Error('there is no primary');
}

/** Makes the primary give up its place, whether anybody can take it or not. */
export async function stepDown(primary: ServerProcess): Promise<void> {
  const command = { replSetStepDown: 10, secondaryCatchUpPeriodSecs: 1, force: true };
  await askMongo(directUrl(primary.port), command);
}

/** Makes the members one replica set with quick elections and waits until it has a primary. */
export async function initiateReplicaSet(url: string, hosts: readonly string[]): Promise<void> {
  const members = hosts.map((host, _id) => ({ _id, host, priority: _id === 0 ? 2 : 1 }));
  const settings = { electionTimeoutMillis: 1_000, heartbeatIntervalMillis: 300, catchUpTimeoutMillis: 1_000 };
  await askMongo(url, { replSetInitiate: { _id: REPLICA_SET, members, settings } });
  const deadline = Date.now() + 30_000;
  while ((await askMongo(url, { hello: 1 }))['isWritablePrimary'] !== true) {
    if (Date.now() > deadline)
      throw new Error(`the replica set at ${hosts.join(', ')} elected no primary in 30 seconds`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** @returns the answer of the MongoDB at `url` to one command of its `admin` database; rejects when none answers */
export async function askMongo(url: string, command: Record<string, unknown>): Promise<Record<string, unknown>> {
  const client = new mongo.MongoClient(url, { serverSelectionTimeoutMS: 2_000, connectTimeoutMS: 2_000 });
  try {
    return await client.db('admin').command(command);
  } finally {
    await client.close();
  }
}

function directUrl(port: number): string {
  return `mongodb://127.0.0.1:${port}/?directConnection=true`;
}

function mongodArguments(port: number, directory: string, replicated: boolean): readonly string[] {
  return [
    ...(replicated ? ['--replSet', REPLICA_SET, '--oplogSize', '256'] : []),
    ...['--bind_ip', '127.0.0.1', '--port', String(port), '--dbpath', directory, '--nounixsocket', '--quiet'],
    ...['--wiredTigerCacheSizeGB', '0.25'],
    ...['--setParameter', 'diagnosticDataCollectionEnabled=false'],
    // Fault tests make single commands fail (`configureFailPoint`).
    ...['--setParameter', 'enableTestCommands=1'],
    // Each test file has databases of its own, of some 150 files: hundreds of them are more than a process may have open. What
    // `drop-databases.ts` drops is closed once nobody may ask for what was there before, by default after five minutes.
    ...['--setParameter', 'minSnapshotHistoryWindowInSeconds=30', '--syncdelay', '15'],
    // What a killed service was committing stays locked for so long, as in compose.yaml; MongoDB's own default is a minute.
    ...['--setParameter', 'transactionLifetimeLimitSeconds=15'],
    // A primary that is asked to end waits 15 seconds for its clients unless told otherwise.
    ...['--setParameter', 'shutdownTimeoutMillisForSignaledShutdown=100'],
  ];
}
