import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { mongo } from 'mongoose';
import type { Environment } from '../../../src/config/read-settings.ts';

/** One thing that was kept, as text; bytes are one character each. */
export interface Dumped {
  readonly name: string;
  readonly text: string;
}

/** Files that hold a secret by design, and nothing else may. */
const SECRET_FILES = ['admin.apikey', 'pepper', 'master-key'];

/** @returns everything in the folder, file by file, but the secrets that belong there */
export async function dumpFolder(folder: string): Promise<readonly Dumped[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && !SECRET_FILES.includes(entry.name));
  return Promise.all(
    files.map(async ({ parentPath, name }) => ({ name, text: await readFile(join(parentPath, name), 'latin1') })),
  );
}

/** @returns every document of every collection of the service's database, and every value of Redis */
export async function dumpServers(settings: Environment): Promise<readonly Dumped[]> {
  const { LATCHKEY_MONGO_URL: mongoUrl, LATCHKEY_REDIS_URL: redisUrl } = settings;
  if (mongoUrl === undefined || redisUrl === undefined) return [];
  return [...(await dumpMongo(mongoUrl)), ...(await dumpRedis(redisUrl))];
}

async function dumpMongo(mongoUrl: string): Promise<readonly Dumped[]> {
  const client = await new mongo.MongoClient(mongoUrl).connect();
  try {
    const database = client.db();
    const collections = await database.listCollections().toArray();
    return await Promise.all(
      collections.map(async ({ name }) => ({
        name,
        text: JSON.stringify(await database.collection(name).find({}).toArray()),
      })),
    );
  } finally {
    await client.close();
  }
}

async function dumpRedis(redisUrl: string): Promise<readonly Dumped[]> {
  const redis = new Redis(redisUrl);
  try {
    const names = await redis.keys('*');
    return await Promise.all(
      names.map(async (name) => ({
        name,
        text: `${name} ${(await redis.dumpBuffer(name))?.toString('latin1') ?? ''}`,
      })),
    );
  } finally {
    redis.disconnect();
  }
}
