import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../contract/eventually.ts';
import { settingsOf } from '../harness/backends.ts';
import { describeOn } from '../harness/describe-on.ts';
import { type RunningService, runningService } from '../harness/running-service.ts';
import { primaryOf, startReplicaSet, stepDown } from '../harness/servers/mongod-process.ts';
import type { ServerProcess } from '../harness/servers/server-process.ts';
import { type Verdict, verdictOf } from './given-two-nodes.ts';

const TOKENS = 60;
/** How late after the answer another node may accept what was revoked. */
const SPREAD_MILLISECONDS = 1_000;

/** A token whose revocation was answered, and when. */
interface Ended {
  readonly token: string;
  readonly at: number;
}

describeOn('mongo-redis', 'two nodes on a replica set of three', () => {
  let members: readonly ServerProcess[] = [];
  let dataFolder: string;
  let one: RunningService;
  let other: RunningService;

  beforeAll(async () => {
    const { url, members: started } = await startReplicaSet(3);
    members = started;
    dataFolder = await mkdtemp(join(tmpdir(), 'latchkey-replica-'));
    const settings = { ...settingsOf('mongo-redis'), LATCHKEY_MONGO_URL: url.replace('/?', '/latchkey?') };
    one = await runningService({ backend: 'mongo-redis', settings, dataFolder });
    other = await runningService({ backend: 'mongo-redis', settings, dataFolder });
  });
  afterAll(async () => {
    await Promise.all([one?.dispose(), other?.dispose()]);
    await Promise.all(members.map((member) => member.remove()));
    await rm(dataFolder, { recursive: true, force: true });
  });

  /** Revokes until it is answered, as a client does that is told 503. */
  async function revokeAll(tokens: readonly string[], ended: Ended[]): Promise<void> {
    await Promise.all(
      tokens.map(async (token, position) => {
        await pause(position * 30);
        await eventually(async () => {
          const { status } = await one.call('POST', '/identity/revoke', { form: { token } });
          expect(status).toBe(200);
        }, 30_000);
        ended.push({ token, at: performance.now() });
      }),
    );
  }

  /** Asks both nodes again and again. @returns what must not be */
  async function watched(ended: readonly Ended[], good: string, isOver: () => boolean): Promise<readonly string[]> {
    const findings: string[] = [];
    const judge = async (node: RunningService, token: string, mustNotBe: Verdict, what: string) => {
      if ((await verdictOf(node, token)) === mustNotBe) findings.push(what);
    };
    while (!isOver()) {
      const old = ended.filter(({ at }) => performance.now() - at > SPREAD_MILLISECONDS).slice(-3);
      await Promise.all([
        ...ended.slice(-3).map(({ token }) => judge(one, token, 'active', 'accepted where it was revoked')),
        ...old.map(({ token }) => judge(other, token, 'active', 'accepted elsewhere after a second')),
        judge(one, good, 'revoked', 'a good token is refused'),
        judge(other, good, 'revoked', 'a good token is refused elsewhere'),
      ]);
      await pause(50);
    }
    return findings;
  }

  /** The member that is preferred, and was lost before, takes its place back at an instant of its own choice: then there is another. */
  async function failing(fail: (primary: ServerProcess) => Promise<void>): Promise<ServerProcess> {
    let primary: ServerProcess | undefined;
    await eventually(async () => {
      primary = await primaryOf(members);
      await fail(primary);
    }, 20_000);
    if (primary === undefined) throw new Error('there was no primary');
    return primary;
  }

  describe.each([
    ['is killed', (primary: ServerProcess) => primary.kill(), (primary: ServerProcess) => primary.restart()],
    ['steps down', stepDown, async () => undefined],
    ['freezes', (primary: ServerProcess) => primary.pause(), async (primary: ServerProcess) => primary.resume()],
  ])('given the primary %s', (_, fail, mend) => {
    it('when tokens are revoked meanwhile, then no answered revocation is lost or late, and no good token is refused', async () => {
      const tokens = await Promise.all(Array.from({ length: TOKENS }, () => one.ownerToken()));
      const good = await one.ownerToken();
      const ended: Ended[] = [];
      let isOver = false;
      const watching = watched(ended, good, () => isOver);

      const revoking = revokeAll(tokens, ended);
      await pause(500);
      const primary = await failing(fail);
      await revoking;
      await pause(SPREAD_MILLISECONDS);
      isOver = true;

      expect(await watching).toEqual([]);
      await mend(primary);
      for (const node of [one, other]) {
        await eventually(async () => expect(await verdictOf(node, good)).toBe('active'), 15_000);
        const verdicts = await Promise.all(tokens.map((token) => verdictOf(node, token)));
        expect(verdicts.filter((verdict) => verdict !== 'revoked')).toEqual([]);
      }
      await eventually(async () => void (await primaryOf(members)), 20_000);
    }, 90_000);
  });
});
