import { beforeAll, describe, expect, it } from '@jest/globals';
import { BACKENDS } from '../../harness/backends.ts';
import { givenOtherAccount, type OtherAccount } from '../../harness/given-other-account.ts';
import { givenTwoServices } from '../../harness/two-services.ts';
import { withinASecond } from '../../harness/within-a-second.ts';
import { eventsOf, type GivenLogKey, givenLogKey, queryOf } from './given-log-key.ts';

const TAIL = '/monitoring/logs/tail';

describe.each(BACKENDS)('the log of an account on two nodes [%s]', (backend) => {
  const services = givenTwoServices(backend);
  let account: OtherAccount;
  let key: GivenLogKey;
  beforeAll(async () => {
    account = await givenOtherAccount(services().first);
    key = await givenLogKey(services().first, account);
  });

  it('given exchanges on both, when it is followed on both in turns, then each comes once', async () => {
    const { first, second } = services();
    const query = { source: 'am-access', _pageSize: '3' };
    let cookie: string | undefined;
    const seen: string[] = [];
    const read = async (node: number) => {
      const page: Record<string, string> = cookie === undefined ? {} : { _pagedResultsCookie: cookie };
      const service = node % 2 === 0 ? first : second;
      const answer = await service.call('GET', `${TAIL}${queryOf({ ...query, ...page })}`, { headers: key.headers });
      const ids: string[] = eventsOf(answer).map(({ payload }) => payload.transactionId);
      seen.push(...ids.filter((id) => id.startsWith('of-two')));
      cookie = answer.body.pagedResultsCookie;
      return ids.length;
    };
    const made: string[] = [];
    const make = async (round: number) => {
      const works = [first, second].map(async (service, node) => {
        const id = `of-two-${round}-${node}`;
        made.push(id);
        await service.exchange({ grant_type: 'apikey', apikey: account.ownerSecret }, { 'Transaction-Id': id });
        if (round % 3 !== node) await service.domains.recorder.flush();
      });
      await Promise.all(works);
    };

    await read(0);
    for (let round = 0; round < 12; round += 1) await Promise.all([make(round), read(round)]);
    await Promise.all([first.domains.recorder.flush(), second.domains.recorder.flush()]);
    for (let node = 0; (await read(node)) > 0; node += 1);

    expect(seen.toSorted()).toEqual(made.toSorted());
  });

  it('given a key that is deleted on one, when it reads on the other, then it is refused within a second', async () => {
    const { first, second } = services();
    const doomed = await givenLogKey(first, account);
    const status = async () =>
      (await second.call('GET', '/monitoring/logs/sources', { headers: doomed.headers })).status;
    expect(await status()).toBe(200);

    const token = await account.ownerToken();
    expect((await first.call('DELETE', `/keys/${doomed.id}`, { token })).status).toBe(204);

    expect(await withinASecond(status, 401)).toBe(401);
  });
});
