import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { mongo } from 'mongoose';
import type { Environment } from '../../src/config/read-settings.ts';
import { ENTRY_WORDS } from '../../src/revocations/digest-table.ts';
import { REVOCATIONS, TOLERATED_SKEW_MILLISECONDS, tokenRevocation } from '../../src/revocations/revocation.ts';
import { anyCollection } from '../../src/store/collection.ts';
import { toDocument } from '../../src/store-mongo-redis/documents.ts';
import { settingsOf } from '../../test/harness/backends.ts';
import type { ServiceProcess } from '../../test/harness/service-process.ts';
import type { Drill, DrillParts, DrillReport } from './drill.ts';

const EXTRA_LIMIT_BYTES = 100_000_000;
const LOAD_LIMIT_MILLISECONDS = 5_000;
/** What a node's memory goes up and down by, between collections of garbage. */
const NOISE_BYTES = 40_000_000;
/** Changes make garbage, whatever is kept of them: the node has heard of some before its growth is told from that. */
const WARMING_SHARE = 0.02;
const ROWS_AT_ONCE = 5_000;
/** Until the expiry: for what is written, and for what is measured while all of it is there. */
const LIFE_MILLISECONDS = { least: 90_000, ofEach: 0.25 };
const SETTLE_MILLISECONDS = 10_000;
const SWEEP_MILLISECONDS = 40_000;

/** Issue 4: one million revoked tokens. */
export const liveSet: Drill = {
  name: 'live-set',
  sentence:
    'Revokes a million tokens singly under a running node, empties Redis, starts a node from the refilled snapshot and one from MongoDB, and waits until all has expired; measures memory and times. On MongoDB and Redis only.',
  counted: 'revoked tokens',
  fullCount: 1_000_000,
  async run(parts) {
    if (parts.backend !== 'mongo-redis')
      throw new Error('Only MongoDB and Redis have a snapshot: --backend mongo-redis');
    const settings: Environment = { ...settingsOf(parts.backend), LATCHKEY_LOG_LEVEL: 'debug' };
    const redis = new Redis(settings['LATCHKEY_REDIS_URL'] ?? '');
    try {
      return await millionTokens(parts, settings, redis);
    } finally {
      redis.disconnect();
    }
  },
};

async function millionTokens(
  { count, processes, progress, mayGoOn }: DrillParts,
  settings: Environment,
  redis: Redis,
): Promise<DrillReport> {
  const dataFolder = join(await processes.folder(), 'data');
  const start = () => processes.start({ settings, dataFolder });
  const running = await start();
  const client = new mongo.MongoClient(settings['LATCHKEY_MONGO_URL'] ?? '');
  await pause(SETTLE_MILLISECONDS);
  const empty = await residentBytes(running);

  const begunAt = performance.now();
  const expiresAt = Date.now() + LIFE_MILLISECONDS.least + count * LIFE_MILLISECONDS.ofEach;
  const warming = Math.round(count * WARMING_SHARE);
  await revoke(client.db(), { first: 0, end: warming, expiresAt }, progress);
  await pause(SETTLE_MILLISECONDS);
  const warm = await residentBytes(running);
  await revoke(client.db(), { first: warming, end: count, expiresAt }, progress);
  await client.close();
  const refilled = await untilRefilled(redis, count, mayGoOn);
  const filled = performance.now() - begunAt;
  progress('the running node has heard of all, and Redis is refilled');
  await pause(SETTLE_MILLISECONDS);
  const following = await residentBytes(running);

  const fromSnapshot = await start();
  // To nowhere: the running node would have refilled it before the other one asks.
  const withoutRedis = { ...settings, LATCHKEY_REDIS_URL: 'redis://127.0.0.1:1' };
  const fromStore = processes.begin({ settings: withoutRedis, dataFolder });
  while (!fromStore.output().includes(LOADED) && mayGoOn()) await pause(50);
  const loads = { store: loadOf(fromStore), snapshot: loadOf(fromSnapshot) };
  await pause(SETTLE_MILLISECONDS);
  const loaded = await residentBytes(fromSnapshot);
  const loadedFromStore = await residentBytes(fromStore);
  const left = expiresAt - Date.now();

  progress(`all expires in ${Math.round(left / 1_000)} s`);
  while (Date.now() < expiresAt + SWEEP_MILLISECONDS && mayGoOn()) await pause(500);
  const after = await Promise.all([running, fromSnapshot].map(residentBytes));
  const rest = loadOf(await start());

  const facts = {
    'written and heard of in seconds': Math.round(filled / 1_000),
    'an empty node': megabytes(empty),
    [`grown by, running, with ${warming}`]: megabytes(warm - empty),
    'grown by, running, with all': megabytes(following - empty),
    'refilled after milliseconds': Math.round(refilled),
    'loaded from the snapshot': `${loads.snapshot.size} in ${loads.snapshot.milliseconds} ms`,
    'grown by, started from the snapshot': megabytes(loaded - empty),
    'loaded from MongoDB': `${loads.store.size} in ${loads.store.milliseconds} ms, from ${loads.store.from}`,
    'grown by, started from MongoDB': megabytes(loadedFromStore - empty),
    'grown by, after expiry': after.map((bytes) => megabytes(bytes - empty)).join(', '),
    'still held by a node started then': rest.size,
  };
  const findings = [
    ...(left < 0 ? ['the tokens expired before everything was measured: give it less, or a quicker machine'] : []),
    ...(loads.snapshot.from !== 'snapshot' ? ['the node did not start from the snapshot'] : []),
    ...(loads.snapshot.size !== count ? [`${loads.snapshot.size} of ${count} were in the snapshot`] : []),
    ...(loads.snapshot.milliseconds > LOAD_LIMIT_MILLISECONDS ? ['the snapshot took more than 5 s to load'] : []),
    ...(Math.max(following - warm, loaded - empty) > EXTRA_LIMIT_BYTES ? ['a node has grown by more than 100 MB'] : []),
    ...(Math.max(...after) - Math.max(warm, empty) > NOISE_BYTES ? ['memory did not come back after expiry'] : []),
    ...(rest.size !== 0 ? [`${rest.size} are held after their expiry`] : []),
  ];
  return { facts, findings };
}

interface Tokens {
  readonly first: number;
  readonly end: number;
  readonly expiresAt: number;
}

/** Writes the records as a node on another machine would have left them: running nodes hear of them by the change stream. */
async function revoke(database: mongo.Db, tokens: Tokens, progress: (line: string) => void): Promise<void> {
  const revocations = database.collection<{ _id: string }>(REVOCATIONS.name, {
    writeConcern: { w: 'majority', journal: true },
  });
  for (let first = tokens.first; first < tokens.end; first += ROWS_AT_ONCE) {
    const end = Math.min(tokens.end, first + ROWS_AT_ONCE);
    const rows = Array.from({ length: end - first }, (_, index) => revocationRow(first + index, tokens.expiresAt));
    await revocations.insertMany(rows, { ordered: false });
    if (end % 100_000 === 0) progress(`${end} revoked`);
  }
}

function revocationRow(number: number, expiresAt: number): { readonly _id: string } {
  const { entity } = tokenRevocation(`drill-${number}`, 'drill', expiresAt - TOLERATED_SKEW_MILLISECONDS, Date.now());
  return toDocument(anyCollection(REVOCATIONS), entity);
}

/**
 * Empties Redis, again and again until what the running node puts there is complete: it may be behind with the news.
 * @returns how long the last refill took, in milliseconds
 */
async function untilRefilled(redis: Redis, count: number, mayGoOn: () => boolean): Promise<number> {
  for (;;) {
    await redis.flushall();
    const flushedAt = performance.now();
    while ((await redis.keys('*:snapshot:revocations')).length === 0 && mayGoOn()) await pause(20);
    const milliseconds = performance.now() - flushedAt;
    const chunks = await redis.keys('*:snapshot:revocations:*');
    const lengths = await Promise.all(chunks.map((name) => redis.strlen(name)));
    const bytes = lengths.reduce((sum, length) => sum + length, 0);
    if (bytes >= count * ENTRY_WORDS * 4 || !mayGoOn()) return milliseconds;
  }
}

const LOADED = 'what was taken back is known';

interface Load {
  readonly from: string;
  readonly milliseconds: number;
  readonly size: number;
}

/** What the node said about its start. */
function loadOf(service: Pick<ServiceProcess, 'output'>): Load {
  const line = service
    .output()
    .split('\n')
    .find((candidate) => candidate.includes(LOADED));
  if (line === undefined) throw new Error('the node did not say what it has loaded');
  // The service's own line of log; what is missing shows in the report.
  return JSON.parse(line) as Load;
}

/** Of a process of this machine (proc(5), VmRSS). */
async function residentBytes({ pid }: Pick<ServiceProcess, 'pid'>): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1_024;
}

const megabytes = (bytes: number): string => `${Math.round(bytes / 1_000_000)} MB`;
