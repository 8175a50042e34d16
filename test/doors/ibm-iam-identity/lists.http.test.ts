import { beforeAll, describe, expect, it } from '@jest/globals';
import { asOwner, givenServiceId } from '../../harness/given-credentials.ts';
import { givenOtherAccount } from '../../harness/given-other-account.ts';
import { expectIdentityRefusal } from '../../harness/identity-refusal.ts';
import { describeOnEveryBackend } from '../../harness/running-service.ts';

const ROWS = 7;
const PAGE_ROWS = 2;

interface Listed {
  readonly id: string;
  readonly name: string;
  readonly description?: string;
}

/** By creation. Names and descriptions are in other orders, and not unique. */
const ROWS_BY_CREATION = [
  { name: 'delta', description: 'b' },
  { name: 'alpha', description: 'c' },
  { name: 'échelle', description: 'a' },
  { name: 'alpha', description: 'b' },
  { name: 'Zulu' },
  { name: 'charlie', description: '\u{1F511} of keys' },
  { name: 'bravo', description: '\uFF21 wide' },
];

describeOnEveryBackend('lists of the identity API', (service) => {
  let iamId: string;

  const create = (path: string, json: object) => asOwner(service(), 'POST', path, { json });
  const everyPage = async (address: string, between: () => Promise<unknown> = async () => undefined) => {
    const token = await service().ownerToken();
    const pages: { ids: string[]; offset: number; limit: number; first: string; next?: string }[] = [];
    for (let at: string | undefined = address; at !== undefined; ) {
      const { status, body } = await service().call('GET', at.replace(service().publicUrl, ''), { token });
      expect(status).toBe(200);
      pages.push({ ...body, ids: (body.apikeys ?? body.serviceids).map(({ id }: Listed) => id) });
      at = body.next;
      await between();
    }
    return pages;
  };
  const rowsOf = async (path: string): Promise<Listed[]> => {
    const { body } = await asOwner(service(), 'GET', `${path}pagesize=100`);
    return body.apikeys ?? body.serviceids;
  };

  beforeAll(async () => {
    const owner = await givenServiceId(service());
    iamId = owner.iamId;
    await asOwner(service(), 'DELETE', `/v1/apikeys/${owner.key.id}`);
    for (const row of ROWS_BY_CREATION) {
      service().clock.pass(1);
      await create('/v1/apikeys', { ...row, iam_id: iamId });
      if (row !== ROWS_BY_CREATION[0]) await create('/v1/serviceids', row);
    }
  });

  const LISTS = [
    ...['name', 'description', 'created_at', 'created_by'].map((sort) => ['/v1/apikeys', sort] as const),
    ...['name', 'description', 'created_at', 'modified_at'].map((sort) => ['/v1/serviceids', sort] as const),
  ];
  const addressOf = (path: string): string => (path === '/v1/apikeys' ? `${path}?iam_id=${iamId}&` : `${path}?`);

  describe.each(LISTS)('GET %s?sort=%s', (path, sort) => {
    it.each(['asc', 'desc'] as const)(
      'given seven rows and pages of two, when every next is followed in the order %s, then each row stands once, in order',
      async (order) => {
        const rows = await rowsOf(addressOf(path));

        const pages = await everyPage(`${addressOf(path)}sort=${sort}&order=${order}&pagesize=${PAGE_ROWS}`);

        const wanted = rows.map((row) => [keyOf(row, sort), row.id] as const).sort(ascending);
        expect(pages.flatMap(({ ids }) => ids)).toEqual(
          (order === 'asc' ? wanted : wanted.toReversed()).map(([, id]) => id),
        );
        expect(rows).toHaveLength(ROWS);
        expect(pages.map(({ offset, limit, ids }) => [offset, limit, ids.length])).toEqual([
          [0, PAGE_ROWS, 2],
          [2, PAGE_ROWS, 2],
          [4, PAGE_ROWS, 2],
          [6, PAGE_ROWS, 1],
        ]);
        expect(pages.at(-1)).not.toHaveProperty('next');
      },
    );
  });

  it('given pages that are being read, when rows are added before and behind, then none comes twice and none is lost', async () => {
    const rows = await rowsOf(addressOf('/v1/apikeys'));
    const wanted = new Set(rows.map(({ id }) => id));
    const added: string[] = [];
    const addTwo = async () => {
      if (added.length >= 6) return;
      for (const name of ['aaa', 'zzz']) added.push((await create('/v1/apikeys', { name, iam_id: iamId })).body.id);
    };

    const pages = await everyPage(`${addressOf('/v1/apikeys')}sort=name&pagesize=${PAGE_ROWS}`, addTwo);

    const ids = pages.flatMap((page) => page.ids);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter((id) => wanted.has(id))).toHaveLength(wanted.size);
    for (const id of added) await asOwner(service(), 'DELETE', `/v1/apikeys/${id}`);
  });

  it('given rows that are deleted while pages are read, when next is followed, then the others all come', async () => {
    const names = ['gone 1', 'gone 2', 'gone 3', 'gone 4', 'gone 5'];
    const filter = `filter=${encodeURIComponent('name sw "gone "')}`;
    for (const name of names) await create('/v1/apikeys', { name, iam_id: iamId });
    const first = await everyPage(`${addressOf('/v1/apikeys')}sort=name&pagesize=2&${filter}`);

    const token = await service().ownerToken();
    // The row that the page token names itself, and the one behind it.
    for (const id of first.flatMap(({ ids }) => ids).slice(1, 3))
      await asOwner(service(), 'DELETE', `/v1/apikeys/${id}`);
    const { body } = await service().call('GET', String(first[0]?.next).replace(service().publicUrl, ''), { token });

    expect(body.apikeys.map(({ name }: Listed) => name)).toEqual(['gone 4', 'gone 5']);
    expect(body).not.toHaveProperty('next');
  });

  /** A page token holds what rows are named; sealed, it can by chance hold the letters of a key (found in review). */
  it('given names in whose page tokens stand the letters of a key, when next is followed, then no page is refused', async () => {
    const { iamId: named } = await givenServiceId(service());
    for (const before of ['', 'x', 'xx'])
      await create('/v1/apikeys', { name: before + 'bY?'.repeat(12), iam_id: named });

    const pages = await everyPage(`/v1/apikeys?iam_id=${named}&sort=name&pagesize=1`);

    expect(pages.map(({ ids }) => ids.length)).toEqual([1, 1, 1, 1]);
    expect(pages.some(({ next }) => /lk_[A-Za-z0-9_]{20}/.test(next ?? ''))).toBe(true);
  });

  it('given the longest descriptions there are, when a list is in their order, then its page tokens are taken', async () => {
    const { iamId: wordy } = await givenServiceId(service());
    for (const last of ['\u9470', '\u9471', '\u9472']) {
      await create('/v1/apikeys', {
        name: '\u9470'.repeat(255),
        description: '\u9470'.repeat(899) + last,
        iam_id: wordy,
      });
    }
    const filter = encodeURIComponent(`name sw "${'\u9470'.repeat(255)}"`);

    const pages = await everyPage(`/v1/apikeys?iam_id=${wordy}&sort=description&pagesize=1&filter=${filter}`);

    expect(pages.map(({ ids }) => ids.length)).toEqual([1, 1, 1]);
  });

  it.each(['/v1/apikeys', '/v1/serviceids'])(
    'given %s, when a parameter is not one that is allowed, then it is refused with 400',
    async (path) => {
      const token = await service().ownerToken();
      const wrong = ['pagesize=0', 'pagesize=101', 'pagesize=1e1', 'pagesize=-1', 'sort=digest', 'order=up', 'sort=id'];
      const more = ['include_history=1', 'filter=name', 'filter=digest%20sw%20%22x%22', 'pagetoken=AAAA'];

      for (const query of [...wrong, ...more]) {
        const refused = await service().call('GET', `${path}?${query}`, { token });
        expectIdentityRefusal(refused, 400, 'parameter_invalid');
      }
      expectIdentityRefusal(
        await service().call('GET', `${path}?sort=name&sort=name`, { token }),
        400,
        'parameter_repeated',
      );
    },
  );

  it('given empty parameters, when a list is asked for, then they count as absent', async () => {
    const token = await service().ownerToken();

    const { status, body } = await service().call('GET', '/v1/apikeys/?pagetoken=&pagesize=&sort=&filter=', { token });

    expect([status, body.limit, body.offset]).toEqual([200, 20, 0]);
  });

  /** A page token of another tenant, or a forged one, would start a page inside rows that the caller may not see. */
  it('given a page token of another account, of another list, or altered, when it is used, then it is refused', async () => {
    const other = await givenOtherAccount(service());
    const token = await service().ownerToken();
    const tokenOf = async (path: string): Promise<string> =>
      String(new URL((await asOwner(service(), 'GET', path)).body.first).searchParams.get('pagetoken'));
    const own = await tokenOf('/v1/serviceids');
    const flipped = `${own.slice(0, -1)}${own.endsWith('A') ? 'B' : 'A'}`;

    const foreign = await service().call('GET', `/v1/serviceids?pagetoken=${own}`, { token: await other.ownerToken() });

    expectIdentityRefusal(foreign, 400, 'parameter_invalid');
    for (const wrong of [flipped, `${own}A`, own.slice(1), await tokenOf('/v1/apikeys'), 'x'.repeat(5000)]) {
      const refused = await service().call('GET', `/v1/serviceids?pagetoken=${wrong}`, { token });
      expectIdentityRefusal(refused, 400, 'parameter_invalid');
    }
  });

  it.each([
    ['/v1/apikeys', 'name sw "fil" and locked eq "true"', ['filed']],
    ['/v1/apikeys', 'name ew_ci "TERED" or (description co "second" and disabled eq "true")', ['filed', 'filtered']],
    ['/v1/apikeys', 'crn co "apikey:ApiKey-" and name sw "fil"', ['filed', 'filtered']],
    ['/v1/apikeys', 'created_by sw "IBMid-" and action_when_leaked eq "none"', ['filtered']],
    ['/v1/serviceids', 'name eq "filed" and locked eq "true"', ['filed']],
    ['/v1/serviceids', 'name sw "fil" and not_there eq "x"', undefined],
    ['/v1/serviceids', 'name sw "fil" and iam_id sw "iam-ServiceId-"', ['filed', 'filtered']],
  ])('given %s, when the filter is %s, then exactly what it describes comes', async (path, filter, names) => {
    const token = await service().ownerToken();
    const { iamId: filtered } = await givenServiceId(service());
    const first = { name: 'filed', description: 'a first' };
    const second = { name: 'filtered', description: 'a second' };
    const more = { iam_id: filtered, action_when_leaked: 'none' };
    const made = [
      await service().call('POST', path, {
        token,
        json: { ...first, iam_id: filtered, description: 'the second' },
        headers: { 'Entity-Lock': 'true', 'Entity-Disable': 'true' },
      }),
      await service().call('POST', path, { token, json: { ...second, ...more } }),
    ];

    const of = path === '/v1/apikeys' ? `iam_id=${filtered}&` : '';
    const answer = await service().call('GET', `${path}?${of}sort=name&filter=${encodeURIComponent(filter)}`, {
      token,
    });

    if (names === undefined) expectIdentityRefusal(answer, 400, 'parameter_invalid');
    else expect((answer.body.apikeys ?? answer.body.serviceids).map(({ name }: Listed) => name)).toEqual(names);
    for (const { body } of made) {
      await asOwner(service(), 'DELETE', `${path}/${body.id}/lock`);
      await asOwner(service(), 'DELETE', `${path}/${body.id}`);
    }
  });

  it('given history and type, when the keys of an account are listed, then each row has its own history', async () => {
    const { body } = await asOwner(service(), 'GET', '/v1/apikeys?scope=account&type=serviceid&include_history=true');

    expect(body.apikeys.length).toBeGreaterThanOrEqual(ROWS);
    for (const row of body.apikeys) {
      expect(row.iam_id).toMatch(/^iam-ServiceId-/);
      expect(row.history[0].message).toContain(row.crn);
    }
    const users = await asOwner(service(), 'GET', '/v1/apikeys?scope=account&type=user');
    expect(users.body.apikeys.map(({ name }: Listed) => name)).toEqual(['admin']);
  });
});

/** As both back-ends order text: by its bytes in UTF-8. */
function ascending(left: readonly [string, string], right: readonly [string, string]): number {
  return (
    Buffer.compare(Buffer.from(left[0]), Buffer.from(right[0])) ||
    Buffer.compare(Buffer.from(left[1]), Buffer.from(right[1]))
  );
}

/** What the row is to be ordered by; rows for which it is the same are in the order of their ids. */
function keyOf({ name, description = '' }: Listed, sort: string): string {
  if (sort === 'name') return name;
  if (sort === 'description') return description;
  if (sort === 'created_by') return '';
  // Nothing was changed since it was made. What is not in the list was made before it.
  return String(1 + ROWS_BY_CREATION.findIndex((row) => row.name === name && (row.description ?? '') === description));
}
