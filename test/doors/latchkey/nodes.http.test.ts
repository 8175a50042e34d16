import { setTimeout as after } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { NODES } from '../../../src/nodes/node.ts';
import { VERSION } from '../../../src/server/version.ts';
import { insert } from '../../../src/store/changes.ts';
import { firstEntityTag } from '../../../src/store/entity-tag.ts';
import { BACKENDS } from '../../harness/backends.ts';
import { asOwner, givenServiceId } from '../../harness/given-credentials.ts';
import { givenOtherAccount } from '../../harness/given-other-account.ts';
import type { RunningService } from '../../harness/running-service.ts';
import { givenTwoServices } from '../../harness/two-services.ts';
import { expectProductRefusal } from './product-refusal.ts';

const NODES_PATH = '/latchkey/v1/nodes';
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const WAIT_MILLISECONDS = 5_000;

/** As JSON holds it. */
interface ListedNode {
  readonly id: string;
  readonly answering: boolean;
  readonly state: string;
  readonly lag_milliseconds?: Readonly<Record<string, number>>;
  readonly lease?: { readonly freshness: string; readonly background_work: boolean };
  readonly live_set?: { readonly generations: number };
}

describe.each(BACKENDS)('GET /latchkey/v1/nodes [%s]', (backend) => {
  let first: RunningService;
  let second: RunningService;
  const services = givenTwoServices(backend);
  beforeAll(() => {
    ({ first, second } = services());
  });

  const nodesOf = async (service: RunningService): Promise<readonly ListedNode[]> =>
    (await asOwner(service, 'GET', NODES_PATH)).body.nodes;
  const eventually = async (look: () => Promise<boolean>): Promise<boolean> => {
    for (const deadline = Date.now() + WAIT_MILLISECONDS; Date.now() < deadline; await after(50)) {
      if (await look()) return true;
    }
    return look();
  };

  it('when the operator asks, then the one who answers tells all of itself, as it is now', async () => {
    const ownOf = async () => (await nodesOf(first)).find(({ answering }) => answering);
    const ways = backend === 'sqlite' ? 1 : 2;
    // Its first heartbeats may be under way still.
    await eventually(async () => Object.keys((await ownOf())?.lag_milliseconds ?? {}).length === ways);

    const own = await ownOf();

    expect(own).toEqual({
      ...{ id: expect.any(String), answering: true, version: VERSION, state: 'serving' },
      ...{ host_name: expect.any(String), pid: process.pid },
      started_at: expect.stringMatching(INSTANT),
      seen_at: expect.stringMatching(INSTANT),
      position: expect.stringMatching(/\S/),
      lag_milliseconds:
        backend === 'sqlite' ? { file: 0 } : { change_stream: expect.any(Number), redis: expect.any(Number) },
      lease: { freshness: 'current', background_work: expect.any(Boolean) },
      live_set: {
        ...{ tokens: expect.any(Number), generations: expect.any(Number) },
        ...{ filtered: 0, bytes: expect.any(Number) },
      },
    });
  });

  it('given a process that was signed out of, when it is asked, then its live set has grown', async () => {
    const generations = async () =>
      Number((await nodesOf(first)).find(({ answering }) => answering)?.live_set?.generations);
    const before = await generations();
    const { key } = await givenServiceId(first);

    await asOwner(first, 'POST', `/latchkey/v1/apikeys/${key.id}/sign_out`);

    expect(await generations()).toBe(before + 1);
  });

  it('when either of two processes is asked, then each tells of both, and one of the two does the background work', async () => {
    const isTold = async (service: RunningService): Promise<boolean> => {
      const nodes = await nodesOf(service);
      const holders = nodes.filter(({ lease }) => lease?.background_work === true);
      return nodes.length === 2 && nodes.every(({ state }) => state === 'serving') && holders.length === 1;
    };

    expect([await eventually(() => isTold(first)), await eventually(() => isTold(second))]).toEqual([true, true]);
    const [here, there] = [await nodesOf(first), await nodesOf(second)];
    expect(here.map(({ id }) => id)).toEqual(there.map(({ id }) => id));
    expect(here.find(({ answering }) => answering)?.id).not.toBe(there.find(({ answering }) => answering)?.id);
  });

  it('given a process that was killed half a minute ago, when the list is read, then it stands there as gone', async () => {
    const now = first.clock.now();
    const times = { startedAt: now - 60_000, seenAt: now - 31_000, expiresAt: now - 1_000 };
    const rings = { pepperIds: [], masterKeyIds: [] };
    const killed = { id: 'killed', entityTag: firstEntityTag(), version: '0.0.0', ...times, ...rings };
    await first.store.commit([insert(NODES, killed)]);

    const listed = (await nodesOf(first)).find(({ id }) => id === 'killed');

    expect(listed).toMatchObject({ state: 'gone', answering: false, version: '0.0.0' });
    expect(listed).not.toHaveProperty('lease');
  });

  /** Host names, versions and load of an installation are no business of its tenants. */
  it('when anybody but the operator asks, then it is denied', async () => {
    const other = await givenOtherAccount(first);
    const { key } = await givenServiceId(first);
    for (const token of [await other.ownerToken(), await first.tokenOf(key.secret)]) {
      expectProductRefusal(await first.call('GET', NODES_PATH, { token }), 403, 'access_denied');
    }
  });
});
