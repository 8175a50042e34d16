import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type RunningService, runningService } from '../../harness/running-service.ts';

interface ListedKey {
  readonly name: string;
}

describe('pages of GET /v1/apikeys', () => {
  let service: RunningService;
  let token: string;
  const names = Array.from({ length: 12 }, (_, number) => `key-${String(number).padStart(2, '0')}`);

  beforeAll(async () => {
    service = await runningService();
    token = await service.ownerToken();
    const own = await service.call('GET', '/v1/apikeys', { token });
    const iamId: unknown = own.body.apikeys[0].iam_id;
    for (const name of names) await service.call('POST', '/v1/apikeys', { token, json: { name, iam_id: iamId } });
  });
  afterAll(() => service.dispose());

  const pageAt = async (address: string) => {
    const { status, body } = await service.call('GET', address.replace(service.publicUrl, ''), { token });
    expect(status).toBe(200);
    return { ...body, names: body.apikeys.map(({ name }: ListedKey) => name) };
  };

  const everyPage = async (address: string, link: 'next' | 'previous') => {
    const pages = [await pageAt(address)];
    for (let at = pages[0]?.[link]; at !== undefined; at = pages.at(-1)?.[link]) pages.push(await pageAt(at));
    return pages;
  };

  it.each(['asc', 'desc'])(
    'given the order %s, when every next is followed, then each key stands once, in order, and the last page has no next',
    async (order) => {
      const pages = await everyPage(`/v1/apikeys?scope=account&sort=name&order=${order}&pagesize=5`, 'next');

      const sorted = ['admin', ...names];
      expect(pages.flatMap((page) => page.names)).toEqual(order === 'asc' ? sorted : sorted.toReversed());
      expect(pages.map(({ offset, limit }) => [offset, limit])).toEqual([
        [0, 5],
        [5, 5],
        [10, 5],
      ]);
      expect(pages[0]).not.toHaveProperty('previous');
      expect(pages[2]).not.toHaveProperty('next');
      expect(pages[2].first).toMatch(`${service.publicUrl}/v1/apikeys?scope=account&sort=name`);
    },
  );

  it('given the last page, when every previous is followed, then the same pages come back', async () => {
    const forwards = await everyPage('/v1/apikeys?sort=name&pagesize=5', 'next');

    const backwards = await everyPage(forwards.at(-1)?.previous, 'previous');

    expect(backwards.map((page) => page.names)).toEqual([forwards[1]?.names, forwards[0]?.names]);
    expect(backwards.map(({ offset }) => offset)).toEqual([5, 0]);
    expect((await pageAt(backwards[1]?.next)).names).toEqual(forwards[1]?.names);
  });

  it('given a filter, when every next is followed, then only what matches is listed', async () => {
    const filter = encodeURIComponent('name sw "key-" and name ew "1"');

    const pages = await everyPage(`/v1/apikeys?sort=name&pagesize=1&filter=${filter}`, 'next');

    expect(pages.flatMap((page) => page.names)).toEqual(['key-01', 'key-11']);
  });

  /** A token for one list, used on another, would start inside rows that the caller may not see (cursor reuse). */
  it('given a page token, when it is used with another filter, order or altered, then it is refused', async () => {
    const { next } = await pageAt('/v1/apikeys?sort=name&pagesize=2');
    const pagetoken = String(new URL(next).searchParams.get('pagetoken'));

    for (const query of [`sort=name&scope=account`, 'sort=name&order=desc', 'sort=created_at']) {
      const refused = await service.call('GET', `/v1/apikeys?${query}&pagetoken=${pagetoken}`, { token });
      expect([refused.status, refused.body.errors[0].code]).toEqual([400, 'parameter_invalid']);
    }
    const altered = await service.call('GET', `/v1/apikeys?sort=name&pagetoken=A${pagetoken.slice(1)}B`, { token });
    expect(altered.status).toBe(400);
  });

  it('given a service ID with a key, when it is deleted, then its key is gone from reads and lists at once', async () => {
    const json = { name: 'short-lived', apikey: { name: 'of-the-short-lived' } };
    const { body } = await service.call('POST', '/v1/serviceids', { token, json });

    await service.call('DELETE', `/v1/serviceids/${body.id}`, { token });

    expect((await service.call('GET', `/v1/apikeys/${body.apikey.id}`, { token })).status).toBe(404);
    expect((await pageAt('/v1/apikeys?scope=account&type=serviceid')).names).toEqual([]);
  });
});
