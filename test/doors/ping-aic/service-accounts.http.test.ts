import { generateKeyPairSync, type JsonWebKey } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { API_KEYS } from '../../../src/api-keys/api-key.ts';
import { AUDIT_EVENTS } from '../../../src/audit/audit-event.ts';
import { customRoleCrn } from '../../../src/policies/custom-role.ts';
import { platformRoleCrn } from '../../../src/resource-catalog/service-definition.ts';
import { SERVICE_ACCOUNTS } from '../../../src/service-accounts/service-account.ts';
import { signersIn } from '../../../src/service-accounts/signers.ts';
import type { Store } from '../../../src/store/store.ts';
import { givenMembership, givenUser } from '../../harness/given-credentials.ts';
import { givenOtherAccount, type OtherAccount } from '../../harness/given-other-account.ts';
import { tokenIn } from '../../harness/given-people.ts';
import { givenCustomRole, givenPolicy } from '../../harness/given-rights.ts';
import {
  assertionOf,
  exchangeAssertion,
  type GivenServiceAccount,
  givenServiceAccount,
  serviceAccountBody,
  tokenOfServiceAccount,
} from '../../harness/given-service-account.ts';
import type { Answer, Sent } from '../../harness/http-call.ts';
import { describeOnEveryBackend } from '../../harness/running-service.ts';
import { expectAicRefusal } from './aic-refusal.ts';

const ALL = '/openidm/managed/svcacct';
const CREATE = `${ALL}?_action=create`;
const oneOf = (id: string): string => `${ALL}/${id}`;
const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const CURVE_KEY: JsonWebKey = { ...publicKey.export({ format: 'jwk' }), kid: 'curve' };
const CURVE_PRIVATE: JsonWebKey = privateKey.export({ format: 'jwk' });

describeOnEveryBackend(ALL, (service) => {
  let account: OtherAccount;

  beforeAll(async () => {
    account = await givenOtherAccount(service());
  });

  const asked = async (method: string, path: string, sent: Sent = {}): Promise<Answer> =>
    service().call(method, path, { token: await account.ownerToken(), ...sent });
  const made = async (): Promise<GivenServiceAccount> => givenServiceAccount(service(), await account.ownerToken());
  const isGood = async ({ id }: GivenServiceAccount, token: string): Promise<number> =>
    (await service().call('GET', `${oneOf(id)}?_fields=*`, { token })).status;
  const exchanged = async (signer: GivenServiceAccount): Promise<number> =>
    (await exchangeAssertion(service(), assertionOf(service(), signer))).status;
  const patched = (id: string, field: string, value: unknown, headers = {}): Promise<Answer> =>
    asked('PATCH', oneOf(id), { json: [{ operation: 'replace', field, value }], headers });

  it('when an administrator makes, reads, lists, changes and deletes one, then each answer is the whole of it', async () => {
    const json = serviceAccountBody();
    const created = await asked('POST', CREATE, { json });
    const { _id: id, ...shown } = created.body;
    const read = await asked('GET', `${oneOf(id)}?_fields=*`);
    const filter = encodeURIComponent(`_id eq "${id}"`);
    const listed = await asked('GET', `${ALL}?_queryFilter=${filter}&_pageSize=1000&_fields=*`);
    const changed = await asked('PUT', oneOf(id), { json: { ...json, name: 'renamed', description: 'two\nlines' } });
    const deleted = await asked('DELETE', oneOf(id));

    expect([created.status, shown]).toEqual([201, { ...json, _rev: expect.stringMatching(/^1-/) }]);
    expect(id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect([read.status, read.body]).toEqual([200, created.body]);
    expect(listed.body).toMatchObject({ result: [created.body], resultCount: 1, pagedResultsCookie: null });
    expect([changed.status, changed.body]).toMatchObject([200, { name: 'renamed', description: 'two\nlines' }]);
    expect([deleted.status, deleted.body]).toEqual([200, changed.body]);
    expectAicRefusal(await asked('GET', oneOf(id)), 404, 'not_found');
    expectAicRefusal(await asked('DELETE', oneOf(id)), 404, 'not_found');
  });

  it('when there are several, then pages lead through all of them, and a cookie opens no other list', async () => {
    const ids = [(await made()).id, (await made()).id, (await made()).id];
    const seen: string[] = [];
    let cookie = '';
    do {
      const { body } = await asked('GET', `${ALL}?_queryFilter=true&_pageSize=2${cookie}`);
      seen.push(...body.result.map(({ _id }: { _id: string }) => _id));
      cookie = body.pagedResultsCookie === null ? '' : `&_pagedResultsCookie=${body.pagedResultsCookie}`;
      const other = await asked('GET', `${ALL}?_queryFilter=name%20sw%20%22x%22${cookie}`);
      expect(other.status).toBe(cookie === '' ? 200 : 400);
    } while (cookie !== '');

    expect(seen).toEqual(expect.arrayContaining(ids));
    expect(new Set(seen).size).toBe(seen.length);
    expectAicRefusal(await asked('GET', `${ALL}?_queryFilter=name%20pr`), 400, 'parameter_invalid');
  });

  /** A private key that is kept by a service would have to be kept secret by it, and is known to one more than its owner. */
  it('when a private key is sent, then it is refused, and nothing of it is kept or repeated', async () => {
    const jwks = JSON.stringify({ keys: [CURVE_PRIVATE] });

    const refused = await asked('POST', CREATE, { json: { ...serviceAccountBody('leaked'), jwks } });

    expectAicRefusal(refused, 400, 'parameter_invalid');
    expect(refused.text).not.toContain(String(CURVE_PRIVATE.d));
    expect(service().log.join('\n')).not.toContain(String(CURVE_PRIVATE.d));
    expect((await asked('GET', `${ALL}?_queryFilter=name%20eq%20%22leaked%22`)).body.resultCount).toBe(0);
  });

  it.each<[string, object]>([
    ['a secret key', { jwks: JSON.stringify({ keys: [{ kty: 'oct', k: 'c2VjcmV0' }] }) }],
    [
      'a short RSA key',
      {
        jwks: JSON.stringify({
          keys: [generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ format: 'jwk' })],
        }),
      },
    ],
    ['a curve that is not served', { jwks: JSON.stringify({ keys: [{ ...CURVE_KEY, crv: 'secp256k1' }] }) }],
    ['a point that is on no curve', { jwks: JSON.stringify({ keys: [{ ...CURVE_KEY, x: CURVE_KEY.y }] }) }],
    ['a key for encryption', { jwks: JSON.stringify({ keys: [{ ...CURVE_KEY, use: 'enc' }] }) }],
    ['an algorithm of another key', { jwks: JSON.stringify({ keys: [{ ...CURVE_KEY, alg: 'RS256' }] }) }],
    ['no key', { jwks: JSON.stringify({ keys: [] }) }],
    ['too many keys', { jwks: JSON.stringify({ keys: Array.from({ length: 11 }, () => CURVE_KEY) }) }],
    ['what is no JSON', { jwks: '{' }],
    ['a set that is no text', { jwks: { keys: [CURVE_KEY] } }],
    ['a scope that is none', { scopes: ['fr:unknown:*'] }],
    ['no scope', { scopes: [] }],
    ['a name with a line break', { name: 'a\nb' }],
    ['no name', { name: '' }],
    ['a status that is none', { accountStatus: 'sleeping' }],
  ])('when %s is sent, then it is refused', async (_what, change) => {
    const { status } = await asked('POST', CREATE, { json: { ...serviceAccountBody(), ...change } });

    expect(status).toBe(400);
  });

  describe('given one with a token', () => {
    let signer: GivenServiceAccount;
    let token: string;
    const fresh = async (): Promise<void> => {
      signer = await made();
      token = await tokenOfServiceAccount(service(), signer);
      expect(await isGood(signer, token)).toBe(200);
    };

    it('when it is made inactive, then its tokens and assertions are refused at once, until it is active again', async () => {
      await fresh();
      expect((await patched(signer.id, '/accountStatus', 'inactive')).body.accountStatus).toBe('inactive');

      expect([await isGood(signer, token), await exchanged(signer)]).toEqual([401, 400]);
      await patched(signer.id, 'accountStatus', 'active');
      expect([await isGood(signer, token), await exchanged(signer)]).toEqual([401, 200]);
    });

    it('when it gets other keys, then the tokens of the old one end, and the new one signs', async () => {
      await fresh();
      await patched(signer.id, '/jwks', JSON.stringify({ keys: [CURVE_KEY] }));

      expect([await isGood(signer, token), await exchanged(signer)]).toEqual([401, 400]);
    });

    /** Stolen private key: with the generation of after the change, its token would be good until it ends by itself. */
    it('when it gets other keys, and only the news of its generation has come, then nothing is compared with the old ones', async () => {
      await fresh();
      const { store } = service();
      const old = await store.read(SERVICE_ACCOUNTS).get(`ApiKey-${signer.id}`);
      const lateNews = (collection: { readonly name: string }) =>
        collection.name === SERVICE_ACCOUNTS.name ? { get: async () => old } : store.readRecent(API_KEYS);
      const get = (target: Store, name: string | symbol, receiver: unknown) =>
        name === 'readRecent' ? lateNews : Reflect.get(target, name, receiver);
      await patched(signer.id, '/jwks', JSON.stringify({ keys: [CURVE_KEY] }));

      const known = await signersIn(new Proxy(store, { get }))(signer.id);

      expect([known?.credential.generation, known?.keys.map(({ kty }) => kty)]).toEqual([2, ['EC']]);
    });

    it('when it is deleted, then its tokens and assertions are refused, and its service ID and key are gone with it', async () => {
      await fresh();
      await asked('DELETE', oneOf(signer.id));

      expect([await isGood(signer, token), await exchanged(signer)]).toEqual([401, 400]);
      expect(await service().store.read(SERVICE_ACCOUNTS).get(`ApiKey-${signer.id}`)).toBeUndefined();
      const { body } = await asked('GET', `/v1/serviceids?account_id=${account.accountId}&pagesize=100`);
      expect(JSON.stringify(body)).not.toContain(await serviceIdOf(signer));
    });

    it('when its service ID is deleted, then it is gone with it', async () => {
      await fresh();
      const deleted = await asked('DELETE', `/v1/serviceids/${await serviceIdOf(signer)}`);

      expect(deleted.status).toBe(204);
      expect([await isGood(signer, token), await exchanged(signer)]).toEqual([401, 400]);
      expectAicRefusal(await asked('GET', oneOf(signer.id)), 404, 'not_found');
    });

    it('when its service ID is locked, then it gets no other keys and is not deleted', async () => {
      await fresh();
      await asked('POST', `/v1/serviceids/${await serviceIdOf(signer)}/lock`);

      expectAicRefusal(await patched(signer.id, 'jwks', JSON.stringify({ keys: [CURVE_KEY] })), 409, 'entity_locked');
      expectAicRefusal(await asked('DELETE', oneOf(signer.id)), 409, 'entity_locked');
      expect(await isGood(signer, token)).toBe(200);
    });

    it('when it asks for log API keys, or for others of its kind, then its scopes, and its rights, are too few', async () => {
      await fresh();
      const narrow = await exchangeAssertion(service(), assertionOf(service(), signer), { scope: 'fr:am:*' });

      expectAicRefusal(await service().call('GET', '/keys', { token }), 403, 'access_denied');
      expectAicRefusal(await service().call('GET', ALL, { token }), 403, 'access_denied');
      const asNarrow = await service().call('GET', ALL, { token: narrow.body.access_token });
      expect(asNarrow.body.message).toBe('Insufficient scope.');
      expect(await isGood(signer, narrow.body.access_token)).toBe(200);
    });

    it('when an old version is changed, then it is refused', async () => {
      await fresh();
      const { body } = await asked('GET', oneOf(signer.id));
      expect((await patched(signer.id, 'name', 'second', { 'If-Match': `"${body._rev}"` })).status).toBe(200);

      expectAicRefusal(await patched(signer.id, 'name', 'third', { 'If-Match': body._rev }), 412, 'entity_tag_stale');
    });

    /** Privilege growth: who gives an identity a key can act as it (R34). */
    it('when somebody changes its keys who holds less than its service ID, then it is refused', async () => {
      await fresh();
      const subject = `iam-${await serviceIdOf(signer)}`;
      const { accountId } = account;
      const roles = [platformRoleCrn('Administrator')];
      await givenPolicy(service(), { accountId, subject, roles, service: 'logs' });
      const { iamId, key } = await givenUser(service());
      await givenMembership(service(), accountId, iamId);
      await givenPolicy(service(), { accountId, subject: iamId, roles, service: 'iam-identity' });
      const kim = await tokenIn(service(), key.secret, accountId);
      const json = [{ operation: 'replace', field: 'jwks', value: JSON.stringify({ keys: [CURVE_KEY] }) }];

      const refused = await service().call('PATCH', oneOf(signer.id), { token: kim, json });

      expectAicRefusal(refused, 403, 'access_denied');
      expect(await exchanged(signer)).toBe(200);
    });

    /** Privilege growth: the right on keys of tenants is none on service IDs. */
    it('when somebody renames it who may change keys, and no service IDs, then it is refused', async () => {
      await fresh();
      const { iamId, key } = await givenUser(service());
      const { accountId } = account;
      await givenMembership(service(), accountId, iamId);
      const actions = ['get', 'update'].map((verb) => `iam-identity.tenantkey.${verb}`);
      const role = await givenCustomRole(service(), { accountId, service: 'iam-identity', name: 'Keeper', actions });
      const roles = [customRoleCrn(role)];
      await givenPolicy(service(), { accountId, subject: iamId, roles, service: 'iam-identity' });
      const token = await tokenIn(service(), key.secret, accountId);
      const patch = (field: string) =>
        service().call('PATCH', oneOf(signer.id), { token, json: [{ operation: 'replace', field, value: 'other' }] });

      expectAicRefusal(await patch('name'), 403, 'access_denied');
      expect((await patch('description')).body.name).toBe('pipeline');
    });

    it('when it was made, changed and deleted, then each is on record, with no more of its keys than their names', async () => {
      await fresh();
      await patched(signer.id, 'jwks', JSON.stringify({ keys: [CURVE_KEY] }));
      await asked('DELETE', oneOf(signer.id));

      const request = { equals: [account.accountId, `ApiKey-${signer.id}`], limit: 100 };
      const { rows } = await service().store.read(AUDIT_EVENTS).page('byTarget', request);

      const own = rows.filter(({ action }) => action.startsWith('iam-identity.serviceaccount.'));
      expect(own.map(({ action }) => action.split('.').at(-1)).toSorted()).toEqual(['create', 'delete', 'update']);
      expect(own.find(({ action }) => action.endsWith('update'))?.after).toEqual({
        ...{ scopes: ['fr:am:*', 'fr:idm:*'], keys: ['curve'] },
      });
    });
  });

  it('when another account, or somebody without rights, asks for one, then it hears of none', async () => {
    const { id } = await made();
    const other = await givenOtherAccount(service());
    const theirs = { token: await other.ownerToken() };

    for (const method of ['GET', 'DELETE']) {
      expectAicRefusal(await service().call(method, oneOf(id), theirs), 404, 'not_found');
    }
    const put = await service().call('PUT', oneOf(id), { ...theirs, json: serviceAccountBody() });
    expectAicRefusal(put, 404, 'not_found');
    expect((await service().call('GET', ALL, theirs)).body.result).toEqual([]);
    expectAicRefusal(await asked('GET', oneOf('../../x')), 404, 'route_unknown');
    expectAicRefusal(await asked('GET', oneOf('x')), 404, 'not_found');
  });

  const serviceIdOf = async ({ id }: GivenServiceAccount): Promise<string> => {
    const row = await service().store.read(SERVICE_ACCOUNTS).get(`ApiKey-${id}`);
    return String(row?.iamId.slice('iam-'.length));
  };
});
