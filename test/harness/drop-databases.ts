import { afterAll } from '@jest/globals';
import { DATABASES } from './backends.ts';

/**
 * Runs after each test file (jest, `setupFilesAfterEnv`): a server that keeps the databases of all of them has more files open
 * than a process may.
 */
afterAll(async () => {
  if (DATABASES.length === 0) return;
  const { mongo } = await import('mongoose');
  await Promise.all(
    DATABASES.splice(0).map(async (address) => {
      const client = new mongo.MongoClient(address, { serverSelectionTimeoutMS: 5_000 });
      // The test may have ended its server itself.
      await client
        .db()
        .dropDatabase()
        .catch(() => undefined);
      await client.close();
    }),
  );
}, 30_000);
