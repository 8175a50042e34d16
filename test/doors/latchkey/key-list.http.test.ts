import { beforeAll, describe, expect, it } from '@jest/globals';
import { API_KEYS } from '../../../src/api-keys/api-key.ts';
import { KEY_KIND_NAMES, KEY_KINDS } from '../../../src/api-keys/key-kinds.ts';
import { platformRoleCrn } from '../../../src/resource-catalog/service-definition.ts';
import { givenKeyOfUser, givenMembership, givenServiceId, givenUser } from '../../harness/given-credentials.ts';
import { givenEveryKind, type KeysOfEveryKind } from '../../harness/given-every-kind.ts';
import { givenOtherAccount, type OtherAccount } from '../../harness/given-other-account.ts';
import { givenPolicy } from '../../harness/given-rights.ts';
import type { Answer } from '../../harness/http-call.ts';
import { describeOnEveryBackend } from '../../harness/running-service.ts';
import { expectProductRefusal } from './product-refusal.ts';

const ALL = '/latchkey/v1/apikeys';
const SEARCH = `${ALL}/search`;

describeOnEveryBackend('the keys of an account, of every kind', (service) => {
  let account: OtherAccount;
  let other: OtherAccount;
  let given: KeysOfEveryKind;
  let ownerToken: string;

  beforeAll(async () => {
    account = await givenOtherAccount(service());
    other = await givenOtherAccount(service());
    given = await givenEveryKind(service(), account);
    ownerToken = await account.ownerToken();
  });

  const asked = (query: string, token = ownerToken): Promise<Answer> =>
    service().call('GET', `${ALL}${query}`, { token });
  const searched = (json: object, token = ownerToken): Promise<Answer> =>
    service().call('POST', SEARCH, { token, json });
  const idsOf = ({ body }: Answer): readonly string[] => body.apikeys.map(({ id }: { id: string }) => id);
  const idOf = (kind: keyof typeof KEY_KINDS): string => given.keys[kind].id;

  /** A service account is a service ID of its own; the others were made by the owner. */
  const ownerOf = (kind: keyof typeof KEY_KINDS) =>
    kind === 'public_key'
      ? { iam_id: expect.stringMatching(/^iam-ServiceId-/), type: 'service_id', name: 'public_key' }
      : { iam_id: account.ownerIamId, type: 'user', name: 'Kim Example' };

  /** A user of the account with roles in a service. @returns a token of the user */
  async function userWith(...policies: readonly { readonly role: 'Administrator' | 'Viewer'; readonly of: string }[]) {
    const { iamId } = await givenUser(service());
    await givenMembership(service(), account.accountId, iamId);
    for (const { role, of } of policies) {
      const roles = [platformRoleCrn(role)];
      await givenPolicy(service(), { accountId: account.accountId, subject: iamId, roles, service: of });
    }
    const key = await givenKeyOfUser(service(), { iamId, accountId: account.accountId });
    return { token: await service().tokenOf(key.secret), key };
  }

  it('when the owner lists them, then every kind is there, with its owner and where it works, and no value or digest', async () => {
    const { status, body, text } = await asked('');

    expect(status).toBe(200);
    for (const kind of KEY_KIND_NAMES) {
      const { id, secret } = given.keys[kind];
      const shown = body.apikeys.find((one: { id: string }) => one.id === id);
      const isOfInstance = KEY_KINDS[kind].of === 'instance';
      const { guid, crn } = given.instance;
      expect(shown).toEqual({
        ...{ id, kind, name: kind, description: '', state: 'active', locked: false, use_count: 0 },
        owner: isOfInstance ? { iam_id: `crn-${crn}`, type: 'resource_instance', name: 'our lines' } : ownerOf(kind),
        created_at: expect.stringMatching(/^\d{4}-/),
        created_by: account.ownerIamId,
        modified_at: expect.stringMatching(/^\d{4}-/),
        works_at: KEY_KINDS[kind].where,
        ...(isOfInstance && { instance_crn: expect.stringContaining(guid) }),
      });
      const stored = await service().store.read(API_KEYS).get(id);
      expect(text.includes(secret) || text.includes(stored?.digest ?? '')).toBe(false);
    }
  });

  it('when a key was used, then the list tells when and how often', async () => {
    await service().tokenOf(given.keys.platform.secret);
    await service().domains.recorder.flush();

    const { body } = await asked(`/${idOf('platform')}`);

    expect(body).toMatchObject({ use_count: 1, last_used_at: expect.stringMatching(/Z$/) });
  });

  it('when it is asked for by name, owner, kinds or state, then only those are there', async () => {
    const byName = await asked('?name=SERVICE');
    const byOwner = await asked(`?owner=${encodeURIComponent(`crn-${given.instance.crn}`)}`);
    const byKind = await asked('?kind=log_reading');
    const byKinds = await asked('?kind=log_reading,on_behalf&state=active');
    const byState = await asked('?state=expired');

    expect(idsOf(byName)).toEqual([idOf('ingestion_service')]);
    expect(idsOf(byOwner)).toEqual(expect.arrayContaining([idOf('ingestion'), idOf('ingestion_service')]));
    expect(byOwner.body.apikeys.map(({ owner }: { owner: { type: string } }) => owner.type)).not.toContain('user');
    expect(idsOf(byKind)).toEqual([idOf('log_reading')]);
    expect(idsOf(byKinds)).toEqual([idOf('log_reading'), idOf('on_behalf')]);
    expect(idsOf(byState)).toEqual([]);
    expectProductRefusal(await asked('?kind=no_such_kind'), 400, 'parameter_invalid');
  });

  it('when it is read page by page, then each key comes once, and a cursor opens no other list', async () => {
    const whole = idsOf(await asked(''));
    const seen: string[] = [];
    let query = '?limit=3';
    let cursor = '';
    do {
      const page = await asked(query);
      seen.push(...idsOf(page));
      cursor = page.body.next ?? '';
      query = `?limit=3&cursor=${cursor}`;
    } while (cursor !== '');
    const first = await asked('?limit=3');

    expect(seen).toEqual(whole);
    expectProductRefusal(await asked(`?limit=3&kind=chosen&cursor=${first.body.next}`), 400, 'parameter_invalid');
    expectProductRefusal(await asked(`?cursor=${first.body.next}`, await other.ownerToken()), 400, 'parameter_invalid');
  });

  it.each(KEY_KIND_NAMES.filter((kind) => kind !== 'public_key'))(
    'when the value of a key of kind %s is searched for, then the key is found, and nothing else',
    async (kind) => {
      const found = await searched({ value: given.keys[kind].secret });

      expect([found.status, idsOf(found)]).toEqual([200, [idOf(kind)]]);
      expect(found.text).not.toContain(given.keys[kind].secret);
    },
  );

  it('when a value is none, that of a public key, of another account, or of a key of another kind than is wanted, then nothing is found', async () => {
    const { secret } = given.keys.platform;
    for (const [json, token] of [
      [{ value: 'no such value' }],
      [{ value: `${secret.slice(0, -1)}_` }],
      [{ value: given.keys.public_key.secret }],
      [{ value: secret, kind: 'chosen' }],
      [{ value: secret }, await other.ownerToken()],
    ] as const) {
      expect((await searched(json, token)).body).toEqual({ apikeys: [] });
    }
    expect(service().log.join('')).not.toContain(secret);
  });

  it('when keys are searched for by name, owner and kind in the body, then it is the same list', async () => {
    const found = await searched({ name: 'log', kind: ['log_reading', 'on_behalf'], owner: account.ownerIamId });

    expect(idsOf(found)).toEqual([idOf('log_reading')]);
  });

  /** In a URL a value would be kept by every log on its way. */
  it('when a value is put into the URL, then it is refused', async () => {
    expectProductRefusal(await asked(`?apikey=${given.keys.platform.secret}`), 400, 'secret_in_url');
  });

  describe('given others of the account', () => {
    it('when a user without rights lists, then only the own keys are there, and the others are as missing', async () => {
      const { token, key } = await userWith();

      expect(idsOf(await asked('', token))).toEqual([key.id]);
      for (const kind of KEY_KIND_NAMES) expectProductRefusal(await asked(`/${idOf(kind)}`, token), 404, 'not_found');
      expect((await searched({ value: given.keys.log_reading.secret }, token)).body).toEqual({ apikeys: [] });
    });

    it('when an Administrator of identities lists, then keys of instances are left out, and names only as far as they may be known', async () => {
      const { token } = await userWith({ role: 'Administrator', of: 'iam-identity' });

      const { body } = await asked('', token);

      const kinds = new Set(body.apikeys.map(({ kind }: { kind: string }) => kind));
      expect([...kinds].sort()).toEqual(KEY_KIND_NAMES.filter((kind) => KEY_KINDS[kind].of !== 'instance').toSorted());
      const owners = body.apikeys.map(({ owner }: { owner: object }) => owner);
      expect(owners).toContainEqual({ iam_id: account.ownerIamId, type: 'user' });
    });

    it('when an Administrator of log instances who is no Manager lists, then no key of others is there', async () => {
      const { token, key } = await userWith({ role: 'Administrator', of: 'logs' });
      const { body } = await asked('', token);

      const kinds = body.apikeys
        .filter(({ id }: { id: string }) => id !== key.id)
        .map(({ kind }: { kind: string }) => kind);
      // To see what lets in both halves are needed: Administrator is that of the platform alone.
      expect(kinds).toEqual([]);
    });
  });

  it('when a service ID is deleted, then its keys are gone at once', async () => {
    const robot = await givenServiceId(service());
    const before = await service().call('GET', `${ALL}/${robot.key.id}`, { token: await service().ownerToken() });
    await service().call('DELETE', `/v1/serviceids/${robot.id}`, { token: await service().ownerToken() });
    const after = await service().call('GET', `${ALL}/${robot.key.id}`, { token: await service().ownerToken() });

    expect(before.body.owner).toEqual({ iam_id: robot.iamId, type: 'service_id', name: 'build server' });
    expectProductRefusal(after, 404, 'not_found');
  });

  it('when the kinds of key are asked for, then each is described', async () => {
    const answer = await service().call('GET', '/latchkey/v1/catalog/key_kinds', { token: await other.ownerToken() });

    expect(answer.body.key_kinds).toEqual(
      KEY_KIND_NAMES.map((name) => {
        const { of, shape, bits, presented, where, shown } = KEY_KINDS[name];
        return { name, of, shape, bits, presented, where, shown };
      }),
    );
  });
});
