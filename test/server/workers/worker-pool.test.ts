import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { StartReport, WorkerChild } from '../../../src/server/workers/worker-child.ts';
import { type WorkerPool, workerPool } from '../../../src/server/workers/worker-pool.ts';
import { newLogger } from '../../../src/telemetry/logger.ts';

/** A process that does what the test says. */
interface GivenChild extends WorkerChild {
  readonly forkedAt: number;
  serve(): void;
  end(how: string): void;
  readonly signals: readonly string[];
}

describe('the pool of workers', () => {
  let pool: WorkerPool;
  afterEach(() => pool.stop(10));

  /** Two that prepare an empty store at once would race for what must be made once. */
  it('when it begins, then one starts alone, and the others once that one serves', async () => {
    const children = givenPool(3);
    const begun = pool.begin();
    await pause(20);
    expect(children.map(({ worker }) => worker)).toEqual([1]);

    children[0]?.serve();
    await until(() => children.length === 3);
    for (const child of children.slice(1)) child.serve();

    expect(await begun).toMatchObject({ publicUrl: 'http://keys.test' });
  });

  it('when the first cannot start, then its reason is the failure, and no other is tried', async () => {
    const children = givenPool(3);
    const begun = pool.begin();

    children[0]?.end('Error: The disk is full.');

    await expect(begun).rejects.toThrow(/^Error: The disk is full\.$/);
    await pause(20);
    expect(children).toHaveLength(1);
  });

  it('when one ends again and again, then it is replaced at once the first time, and later and later after that', async () => {
    const children = givenPool(1);
    const begun = pool.begin();
    children[0]?.serve();
    await begun;

    const waited: number[] = [];
    for (let count = 1; count <= 4; count += 1) {
      const endedAt = performance.now();
      children.at(-1)?.end('SIGKILL');
      await until(() => children.length === count + 1);
      waited.push((children.at(-1)?.forkedAt ?? 0) - endedAt);
      children.at(-1)?.serve();
    }

    expect(waited[0]).toBeLessThan(waited[1] ?? 0);
    // A timer may come a millisecond early.
    expect(waited[1]).toBeGreaterThanOrEqual(99);
    expect(waited[2]).toBeGreaterThanOrEqual(199);
    expect(waited[3]).toBeGreaterThanOrEqual(399);
    expect(pool.ends()).toBe(4);
  });

  it('when all have ended and none can be started any more, then it fails with the last reason, and does not go on', async () => {
    const children = givenPool(2, { afterFirst: (child) => child.end('Error: The store is gone.') });
    const begun = pool.begin();
    children[0]?.serve();
    await begun;

    children[0]?.end('SIGKILL');

    await expect(pool.failed).rejects.toThrow('Error: The store is gone.');
  });

  it('when one of them cannot be started, then the other goes on, and it is tried again', async () => {
    const children = givenPool(2, { afterFirst: (child) => child.end('Error: too many processes') });
    const begun = pool.begin();
    children[0]?.serve();
    await begun;

    await until(() => children.length >= 4);

    expect(await Promise.race([pool.failed, pause(10, 'goes on')])).toBe('goes on');
    expect(new Set(children.slice(1).map(({ worker }) => worker))).toEqual(new Set([2]));
  });

  it('when one does not stop in time, then it is killed, and none is started in its place', async () => {
    const children = givenPool(1);
    const begun = pool.begin();
    children[0]?.serve();
    await begun;

    await pool.stop(30);

    expect(children.flatMap(({ signals }) => signals)).toEqual(['SIGTERM', 'SIGKILL']);
    expect(children).toHaveLength(1);
  });

  function givenPool(count: number, { afterFirst }: { afterFirst?: (child: GivenChild) => void } = {}) {
    const children: GivenChild[] = [];
    const fork = (worker: number): WorkerChild => {
      const child = givenChild(worker);
      if (worker > 1 || children.length > 0) afterFirst?.(child);
      children.push(child);
      return child;
    };
    pool = workerPool({ count, logger: newLogger({ level: 'silent' }), fork });
    return children;
  }
});

function givenChild(worker: number): GivenChild {
  const begun = Promise.withResolvers<StartReport>();
  const ended = Promise.withResolvers<string>();
  const signals: string[] = [];
  let serving = false;
  return {
    worker,
    pid: 1,
    forkedAt: performance.now(),
    signals,
    begun: begun.promise,
    ended: ended.promise,
    servedMilliseconds: () => (serving ? 1 : undefined),
    ask: async () => undefined,
    signal(name) {
      signals.push(name);
      if (name === 'SIGKILL') this.end('SIGKILL');
    },
    serve() {
      serving = true;
      begun.resolve({ kind: 'serving', publicUrl: 'http://keys.test', back: [] });
    },
    end(how) {
      begun.resolve({ kind: 'failed', sentence: how });
      ended.resolve(how);
    },
  };
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await pause(5);
}
