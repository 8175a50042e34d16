/** Where the servers of this run are. */
export interface ServerAddresses {
  readonly mongoUrl: string;
  readonly redisUrl: string;
}

/**
 * @returns the addresses of the servers that were provided for this run
 * @throws Error when there are none: a test that needs them must never be passed over in silence
 */
export function serverAddresses(environment: NodeJS.ProcessEnv = process.env): ServerAddresses {
  const mongoUrl = environment['LATCHKEY_TEST_MONGO_URL'];
  const redisUrl = environment['LATCHKEY_TEST_REDIS_URL'];
  if (!mongoUrl || !redisUrl) {
    throw new Error(
      'This test needs MongoDB and Redis. Run it by scripts/test, or by `node scripts/test-servers.ts <command>`, or set LATCHKEY_TEST_MONGO_URL and LATCHKEY_TEST_REDIS_URL.',
    );
  }
  return { mongoUrl, redisUrl };
}
