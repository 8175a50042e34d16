import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Lease, Store } from '../../src/store/store.ts';
import { openMongoRedisStore } from '../../src/store-mongo-redis/open-mongo-redis-store.ts';
import { CONTRACT_COLLECTIONS, WIDGETS } from '../contract/contract-collections.ts';
import { eventually } from '../contract/eventually.ts';
import { serverAddresses } from '../harness/servers/test-addresses.ts';
import { givenNames, inDatabase } from './given-mongo-redis-store.ts';

const HOLDER = join(import.meta.dirname, 'leasing-process.ts');
const LEASE_MILLISECONDS = 1_500;

describe('a lease on MongoDB', () => {
  const parts = {
    ...{ ...serverAddresses(), ...givenNames(), collections: CONTRACT_COLLECTIONS },
    pendingMigrations: 'apply' as const,
  };
  let store: Store;
  beforeEach(async () => {
    store = await openMongoRedisStore(parts);
  });
  afterEach(async () => {
    await store.close();
    await inDatabase(parts, (database) => database.dropDatabase());
  });

  /** Paused holder: it wakes up, still believes that it holds the lease, and undoes what the new holder has done. */
  it('given its holder is stopped for longer than it (SIGSTOP), when another has taken it and the first goes on, then its writes are refused', async () => {
    const { mongoUrl, redisUrl, database } = parts;
    const words = [HOLDER, mongoUrl, redisUrl, database, 'holder', String(LEASE_MILLISECONDS)];
    const holder = spawn(process.execPath, words, { stdio: ['pipe', 'pipe', 'inherit'] });
    const ended = once(holder, 'exit');
    try {
      const outcomes: string[] = [];
      createInterface({ input: holder.stdout }).on('line', (line) => outcomes.push(line));
      holder.stdin.write('once\n');
      await eventually(() => expect(outcomes).toEqual(['written']), 20_000);

      holder.kill('SIGSTOP');
      let taken: Lease | undefined;
      await eventually(async () => {
        taken = await store.lease('fenced work', 60_000);
        expect(taken).toBeDefined();
      }, 10_000);
      holder.stdin.end('again\nand again\n');
      holder.kill('SIGCONT');
      await ended;

      expect(outcomes).toEqual(['written', 'LeaseLost', 'LeaseLost']);
      expect(await store.read(WIDGETS).count('byOwner', ['holder'], 10)).toBe(1);
    } finally {
      holder.kill('SIGCONT');
      holder.kill('SIGKILL');
      await ended;
    }
  });
});
