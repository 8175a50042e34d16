import { randomBytes } from 'node:crypto';
import type { Environment } from '../../src/config/read-settings.ts';
import { serverAddresses } from './servers/test-addresses.ts';

/** A back-end on which the HTTP suite runs. */
export type Backend = 'sqlite' | 'mongo-redis';

/** The back-ends of this run, from `TEST_BACKENDS`; `scripts/run-tests.ts` says loudly when one is left out. */
export const BACKENDS: readonly Backend[] = (process.env['TEST_BACKENDS'] ?? 'sqlite').split(',').map((name) => {
  if (name === 'sqlite' || name === 'mongo-redis') return name;
  throw new Error(`TEST_BACKENDS: '${name}' is no back-end`);
});

/** The addresses of all databases that this test file was given; `drop-databases.ts` drops them after it. */
export const DATABASES: string[] = [];

/**
 * The settings of a fresh installation on a back-end; on MongoDB a database of its own, and an address that leads nowhere:
 * the issuer is the same for all processes, whichever ports they have.
 */
export function settingsOf(backend: Backend): Environment {
  if (backend === 'sqlite') return { LATCHKEY_STORE: 'sqlite' };
  const { mongoUrl, redisUrl } = serverAddresses();
  const database = new URL(mongoUrl);
  database.pathname = `/latchkey_${randomBytes(6).toString('hex')}`;
  DATABASES.push(database.href);
  return {
    LATCHKEY_STORE: 'mongo-redis',
    LATCHKEY_BOOTSTRAP: 'auto',
    LATCHKEY_PUBLIC_URL: 'http://keys.test',
    LATCHKEY_MONGO_URL: database.href,
    LATCHKEY_REDIS_URL: redisUrl,
    LATCHKEY_PEPPER: randomBytes(32).toString('base64'),
    LATCHKEY_MASTER_KEY: randomBytes(32).toString('base64'),
  };
}
