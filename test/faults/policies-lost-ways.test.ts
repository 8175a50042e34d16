import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { POLICIES, type Policy } from '../../src/policies/policy.ts';
import { StoreUnavailable } from '../../src/problems/request-problems.ts';
import { replace } from '../../src/store/changes.ts';
import { nextEntityTag } from '../../src/store/entity-tag.ts';
import { eventually } from '../contract/eventually.ts';
import { describeOn } from '../harness/describe-on.ts';
import { firstAccountId } from '../harness/given-credentials.ts';
import { SENDER } from '../harness/given-policies.ts';
import { givenPolicy } from '../harness/given-rights.ts';
import type { RunningService } from '../harness/running-service.ts';
import { cutChangeStreams, givenTwoNodes, mendChangeStreams, type TwoNodes } from './given-two-nodes.ts';

const SPREAD_MILLISECONDS = 1_000;
/** The second that a memory counts as fresh, the grace, and some. */
const GRACE_MILLISECONDS = 12_500;

// The embedded store has no ways to lose.
describeOn('mongo-redis', 'decisions by policies of two nodes that lose ways to hear of each other', () => {
  let nodes: TwoNodes;
  let accountId: string;
  beforeAll(async () => {
    nodes = await givenTwoNodes();
    accountId = await firstAccountId(nodes.one);
  });
  afterAll(() => nodes?.remove(), 60_000);

  const maySend = ({ domains }: RunningService, iamId: string): Promise<boolean> =>
    domains.access.allowsLately({ iamId, accountId }, 'logs.data-ingress.send', { accountId, service: 'logs' });
  const given = (iamId: string): Promise<Policy> =>
    givenPolicy(nodes.one, { accountId, subject: iamId, roles: [SENDER], service: 'logs' });
  const taken = (policy: Policy): Promise<void> => {
    const deleted: Policy = { ...policy, state: 'deleted', entityTag: nextEntityTag(policy.entityTag) };
    return nodes.one.store.commit([replace(POLICIES, deleted, policy.entityTag)]);
  };
  const somebody = (): string => `iam-ServiceId-${randomUUID()}`;

  /** A right that is given, and taken, at the one node holds at the other within a second. */
  async function expectToSpread(): Promise<void> {
    const iamId = somebody();
    expect([await maySend(nodes.one, iamId), await maySend(nodes.other, iamId)]).toEqual([false, false]);

    const policy = await given(iamId);
    expect(await maySend(nodes.one, iamId)).toBe(true);
    await eventually(async () => expect(await maySend(nodes.other, iamId)).toBe(true), SPREAD_MILLISECONDS);

    await taken(policy);
    expect(await maySend(nodes.one, iamId)).toBe(false);
    await eventually(async () => expect(await maySend(nodes.other, iamId)).toBe(false), SPREAD_MILLISECONDS);
  }

  it('given everything is up, when a right is given and taken, then it spreads within a second', () =>
    expectToSpread());

  describe('given the change streams are cut', () => {
    beforeEach(() => cutChangeStreams(nodes.mongod));
    afterEach(() => mendChangeStreams(nodes.mongod));

    it('when a right is given and taken, then it spreads within a second all the same', async () => {
      await expectToSpread();
      // Once more, when the memories have gone stale.
      await pause(SPREAD_MILLISECONDS + 200);
      await expectToSpread();
    });
  });

  describe('given the other node cannot reach MongoDB', () => {
    afterEach(() => nodes.mongoWay.mend());

    /** A right that was taken meanwhile must not come back with the way. */
    it('when the grace is over, then it cannot know; when it can again, then it decides by what was changed meanwhile', async () => {
      const [known, never] = [somebody(), somebody()];
      const policy = await given(known);
      await eventually(async () => expect(await maySend(nodes.other, known)).toBe(true), SPREAD_MILLISECONDS);

      nodes.mongoWay.cut();
      await expect(maySend(nodes.other, never)).rejects.toThrow(StoreUnavailable);
      await taken(policy);
      await pause(GRACE_MILLISECONDS);
      await expect(maySend(nodes.other, known)).rejects.toThrow(StoreUnavailable);

      nodes.mongoWay.mend();
      await eventually(async () => expect(await maySend(nodes.other, known)).toBe(false), 20_000);
      for (let round = 0; round < 20; round += 1) {
        expect(await maySend(nodes.other, known)).toBe(false);
        await pause(100);
      }
    });
  });
});
