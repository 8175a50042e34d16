import { beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../../contract/eventually.ts';
import { type GivenInstance, givenLogInstance, tokenWithRoles } from '../../harness/given-log-instance.ts';
import { givenOtherAccount, type OtherAccount } from '../../harness/given-other-account.ts';
import type { Answer } from '../../harness/http-call.ts';
import { describeOnEveryBackend, runningService } from '../../harness/running-service.ts';
import { expectProductRefusal } from './product-refusal.ts';

describeOnEveryBackend('GET /latchkey/v1/instances/{guid}/lines', (service) => {
  let account: OtherAccount;
  let instance: GivenInstance;
  beforeAll(async () => {
    account = await givenOtherAccount(service());
    instance = await givenLogInstance(service(), account);
  });
  const path = (of: string, query: string | Record<string, string> = {}) =>
    `/latchkey/v1/instances/${of}/lines?${new URLSearchParams(query)}`;
  const read = async (of: GivenInstance, query: Record<string, string> = {}, token?: string): Promise<Answer> =>
    service().call('GET', path(of.guid, query), { token: token ?? (await account.ownerToken()) });
  const append = (of: GivenInstance, first: number, count: number) =>
    service().domains.spool.append(
      of.guid,
      Array.from({ length: count }, (_, n) => `{"n":${first + n}}`),
    );
  const numbersOf = ({ body }: Answer): number[] => body.lines.map(({ n }: { n: number }) => n);
  const fresh = () => givenLogInstance(service(), account);

  it('given lines in many batches, when they are read page by page while more come, then each is there once, in order', async () => {
    const own = await fresh();
    for (let batch = 0; batch < 4; batch++) await append(own, batch * 7, 7);
    const seen: number[] = [];
    let cursor: string | undefined;

    for (let page = 0; page < 12; page++) {
      const answer = await read(own, { limit: '5', ...(cursor !== undefined && { cursor }) });
      expect(answer.status).toBe(200);
      seen.push(...numbersOf(answer));
      cursor = answer.body.cursor;
      if (page < 3) await append(own, 28 + page * 7, 7);
    }

    expect(seen).toEqual(Array.from({ length: 49 }, (_, n) => n));
  });

  it('given lines of three hours, when a time range is asked for in either form, then only lines of it come', async () => {
    const own = await fresh();
    const { clock } = service();
    const begins: number[] = [];
    for (const n of [0, 1, 2]) {
      clock.pass(3_600_000);
      begins.push(clock.now());
      await append(own, n, 1);
    }
    const [, second = 0, third = 0] = begins;

    const between = await read(own, { from: String(second), to: new Date(third).toISOString() });
    const { cursor } = between.body;
    const after = await read(own, { from: String(second), to: new Date(third).toISOString(), cursor });
    const later = await read(own, { from: new Date(third).toISOString().replace('Z', '+00:00') });

    expect([numbersOf(between), numbersOf(after), numbersOf(later)]).toEqual([[1], [], [2]]);
  });

  it('given everything was read, when new lines come later than any settling, then the cursor of before has them, once', async () => {
    const own = await fresh();
    await append(own, 0, 3);
    let answer = await read(own);
    service().clock.pass(3_600_000);
    answer = await read(own, { cursor: answer.body.cursor });
    expect(numbersOf(answer)).toEqual([]);

    await append(own, 3, 2);

    answer = await read(own, { cursor: answer.body.cursor });
    expect(numbersOf(answer)).toEqual([3, 4]);
    expect(numbersOf(await read(own, { cursor: answer.body.cursor }))).toEqual([]);
  });

  it('given no line, when one follows, then the answer waits for it, and comes with it', async () => {
    const own = await fresh();
    const following = read(own, { follow: 'true' });
    let isAnswered = false;
    void following.finally(() => {
      isAnswered = true;
    });
    // Whoever asks now is answered at once: it is not that everything is slow.
    const { cursor } = (await read(own)).body;
    expect(isAnswered).toBe(false);

    await append(own, 7, 1);

    expect(numbersOf(await following)).toEqual([7]);
    expect(numbersOf(await read(own, { cursor, follow: 'true' }))).toEqual([7]);
  });

  /** Requests that only wait would else hold every place of the overload guard. */
  it('given as many who follow as an account may have, when one more comes, then it is refused, and others are answered', async () => {
    const own = await fresh();
    const token = await account.ownerToken();
    const asked = Array.from({ length: 9 }, () => read(own, { follow: 'true' }, token));

    // There is no line: only who is refused has an answer.
    const refused = await Promise.race(asked);

    expectProductRefusal(refused, 503, 'overloaded');
    expect(refused.headers.get('retry-after')).toBe('1');
    expect((await read(own, {}, token)).status).toBe(200);
    await append(own, 1, 1);
    const followed = (await Promise.all(asked)).filter(({ status }) => status === 200);
    expect(followed.map(numbersOf)).toEqual(Array.from({ length: 8 }, () => [1]));
  });

  describe('given who asks', () => {
    it('when it has the role Reader in the service, then it reads; with platform roles alone it is refused', async () => {
      await append(instance, 0, 1);
      const reader = await tokenWithRoles(service(), account, { of: 'logdna', roles: ['Reader'] });
      const operator = await tokenWithRoles(service(), account, { of: 'logdna', roles: ['Administrator'] });

      expect(numbersOf(await read(instance, {}, reader))).toEqual([0]);
      expectProductRefusal(await read(instance, {}, operator), 403, 'access_denied');
    });

    it('when it is of another account, then the answer is the one for an instance that does not exist', async () => {
      const stranger = await (await givenOtherAccount(service())).ownerToken();

      const other = await service().call('GET', path(instance.guid), { token: stranger });
      const missing = await service().call('GET', path('no-such-instance'), { token: stranger });

      expectProductRefusal(other, 404, 'not_found');
      expect({ ...other.body, request_id: '', transaction_id: '' }).toEqual({
        ...{ ...missing.body, request_id: '', transaction_id: '' },
      });
    });

    /** Name confusion: what names the folder of the lines is what was found, and not what was sent. */
    it('when it names the instance by its CRN, then it reads the same lines, and by that of another account none', async () => {
      const own = await fresh();
      await append(own, 3, 1);
      const foreign = own.crn.replace(account.accountId, (await givenOtherAccount(service())).accountId);
      const byCrn = async (crn: string) =>
        service().call('GET', path(encodeURIComponent(crn)), { token: await account.ownerToken() });

      expect(numbersOf(await byCrn(own.crn))).toEqual([3]);
      expectProductRefusal(await byCrn(foreign), 404, 'not_found');
    });

    it('when it sends no token, then the answer is 401', async () => {
      expectProductRefusal(await service().call('GET', path(instance.guid)), 401, 'credentials_missing');
    });

    it('when its instance is of a service without lines, then the answer is 404', async () => {
      const generic = await givenLogInstance(service(), account, { of: 'generic-service' });

      expectProductRefusal(await read(generic), 404, 'not_found');
    });
  });

  it.each([
    [{ from: 'yesterday' }, 'parameter_invalid'],
    [{ to: '2026-01-31T12:00:00' }, 'parameter_invalid'],
    [{ limit: '0' }, 'parameter_invalid'],
    [{ limit: '1001' }, 'parameter_invalid'],
    [{ follow: 'yes' }, 'parameter_invalid'],
    [{ cursor: 'forged' }, 'parameter_invalid'],
  ])('when it is asked with %j, then it is refused with 400', async (query, code) => {
    expectProductRefusal(await read(instance, query), 400, code);
  });

  /** A cursor that was made for one instance would begin inside the lines of another. */
  it('given a cursor of another instance, or of another range, when it is sent, then it is refused', async () => {
    const own = await fresh();
    const { cursor } = (await read(own)).body;

    expectProductRefusal(await read(instance, { cursor }), 400, 'parameter_invalid');
    expectProductRefusal(await read(own, { cursor, from: '1' }), 400, 'parameter_invalid');
  });

  it('given an instance with lines, when it is deleted for good, then its lines are gone', async () => {
    const own = await fresh();
    await append(own, 0, 1);

    const token = await account.ownerToken();
    const deleted = await service().call('DELETE', `/v2/resource_instances/${own.guid}?recursive=true`, { token });

    expect(deleted.status).toBeLessThan(300);
    expect(numbersOf(await read(own))).toEqual([]);
  });
});

describe('GET /latchkey/v1/instances/{guid}/lines, followed', () => {
  it('given who waits for lines, when the service stops, then the answer comes at once, and the service ends', async () => {
    const service = await runningService();
    const account = await givenOtherAccount(service);
    const { guid } = await givenLogInstance(service, account);
    const token = await account.ownerToken();
    const following = service.call('GET', `/latchkey/v1/instances/${guid}/lines?follow=true`, { token });
    await eventually(async () => expect(await service.metrics.render()).toMatchObject({ body: IN_FLIGHT }), 5_000);

    const begins = performance.now();
    await service.dispose();

    expect(performance.now() - begins).toBeLessThan(5_000);
    expect(await following).toMatchObject({ status: 200, body: { lines: [] } });
  });
});

const IN_FLIGHT = expect.stringMatching(/^latchkey_requests_in_flight 1$/m);
