import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { forgetGoneNodes, NODES, nodesThatMayLive } from '../../src/nodes/node.ts';
import { announcePresence, type Presence } from '../../src/nodes/presence.ts';
import { keyRingFromText, MASTER_KEY_RING, PEPPER_RING } from '../../src/secrets/key-ring.ts';
import type { Store } from '../../src/store/store.ts';
import { openSqliteStore } from '../../src/store-sqlite/open-sqlite-store.ts';
import { type MovingClock, movingClock } from '../harness/moving-clock.ts';

const value = (): string => randomBytes(32).toString('base64');

describe('announcePresence', () => {
  let folder: string;
  let clock: MovingClock;
  let store: Store;
  let failures: unknown[];
  let presence: Presence;

  const announce = (renewMilliseconds?: number): Promise<Presence> =>
    announcePresence({
      ...{ store, clock, version: '1.2.3' },
      pepper: keyRingFromText(PEPPER_RING, `p2:${value()},p1:${value()}`),
      masterKey: keyRingFromText(MASTER_KEY_RING, `m1:${value()}`),
      ...(renewMilliseconds !== undefined && { renewMilliseconds }),
      onError: (cause) => failures.push(cause),
    });
  const living = () => nodesThatMayLive(store, clock.now());

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'latchkey-nodes-'));
    clock = movingClock();
    failures = [];
    store = await openSqliteStore({ file: join(folder, 'store.sqlite'), clock, collections: [NODES] });
  });
  afterEach(async () => {
    await store.close();
    await rm(folder, { recursive: true });
  });

  it('when a process starts, then it is on record before anything else, with its version and the ids of its rings', async () => {
    const before = clock.now();

    presence = await announce();

    const [node, ...others] = await living();
    expect(others).toEqual([]);
    expect(node).toMatchObject({
      id: presence.nodeId,
      version: '1.2.3',
      pepperIds: ['p2', 'p1'],
      masterKeyIds: ['m1'],
    });
    expect(node?.startedAt).toBeGreaterThanOrEqual(before);
    expect(node?.seenAt).toBeGreaterThanOrEqual(Number(node?.startedAt));
    expect(node?.expiresAt).toBe(Number(node?.seenAt) + 30_000);
    await presence.close();
  });

  it('when it stops cleanly, then it is gone at once, and other processes are not', async () => {
    presence = await announce();
    const other = await announce();

    await presence.close();

    expect((await living()).map(({ id }) => id)).toEqual([other.nodeId]);
    await other.close();
  });

  it('when it goes on, then it is written anew, also after it was swept while it stood still', async () => {
    presence = await announce(20);
    clock.pass(3_600_000);
    await forgetGoneNodes(store, clock.now());

    await until(async () => Number((await store.read(NODES).get(presence.nodeId))?.seenAt) >= clock.now() - 1_000);

    expect((await living()).map(({ id }) => id)).toEqual([presence.nodeId]);
    expect(failures).toEqual([]);
    await presence.close();
    expect(await living()).toEqual([]);
  });

  /** Who takes a living process for dead may end a key that it still seals with; clocks differ. */
  it('when it was killed, then it counts for a minute longer than it says, is then gone, and is swept', async () => {
    presence = await announce();

    clock.pass(30_000 + 59_000);
    expect(await living()).toHaveLength(1);
    clock.pass(2_000);

    expect(await living()).toEqual([]);
    await forgetGoneNodes(store, clock.now());
    expect(await store.read(NODES).get(presence.nodeId)).toBeUndefined();
    await presence.close();
  });

  describe('given a process that reports', () => {
    const status = {
      ...{
        stopping: false,
        freshness: 'current' as const,
        backgroundWork: false,
        position: '7',
        lagMilliseconds: { file: 0 },
      },
      liveSet: { tokens: 0, generations: 0, filtered: 0, bytes: 0 },
    };

    it('when what matters of it changes, then its row says so long before its next turn', async () => {
      let backgroundWork = false;
      presence = await announce();
      presence.report(() => ({ ...status, backgroundWork }));
      const told = async () => (await living())[0]?.status?.backgroundWork;
      expect(await told()).toBeUndefined();

      await until(async () => (await told()) === false);
      backgroundWork = true;
      await until(async () => (await told()) === true);

      expect(presence.own()).toMatchObject({ id: presence.nodeId, pid: process.pid, status: { backgroundWork: true } });
      await presence.close();
    });

    it('when only what always changes does, then its row waits for its turn', async () => {
      let asked = 0;
      presence = await announce();
      presence.report(() => {
        asked += 1;
        return { ...status, lagMilliseconds: { file: asked } };
      });
      await until(async () => (await living())[0]?.status !== undefined);
      const [{ entityTag } = { entityTag: '' }] = await living();
      const before = asked;

      await until(async () => asked > before);

      expect((await living())[0]?.entityTag).toBe(entityTag);
      await presence.close();
    });
  });
});

async function until(holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 5_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error('it did not come to hold in 5 seconds');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
