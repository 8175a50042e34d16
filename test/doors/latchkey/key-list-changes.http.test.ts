import { beforeAll, describe, expect, it } from '@jest/globals';
import { API_KEYS } from '../../../src/api-keys/api-key.ts';
import { KEY_KIND_NAMES } from '../../../src/api-keys/key-kinds.ts';
import { AUDIT_EVENTS } from '../../../src/audit/audit-event.ts';
import { INGESTION_KEYS } from '../../../src/ingestion-keys/ingestion-key.ts';
import { GROUPED_KEYS } from '../../../src/key-groups/grouped-key.ts';
import { SERVICE_ACCOUNTS } from '../../../src/service-accounts/service-account.ts';
import { asOwner, givenKeyOfUser, givenMembership, givenUser } from '../../harness/given-credentials.ts';
import { givenEveryKind, givenKeyOfKind, type KeysOfEveryKind } from '../../harness/given-every-kind.ts';
import { givenIngestionKey } from '../../harness/given-ingestion-key.ts';
import { givenOtherAccount, type OtherAccount } from '../../harness/given-other-account.ts';
import { givenResourceKey } from '../../harness/given-resource-key.ts';
import { givenServiceAccount } from '../../harness/given-service-account.ts';
import type { Answer } from '../../harness/http-call.ts';
import { expectIdentityRefusal } from '../../harness/identity-refusal.ts';
import { describeOnEveryBackend } from '../../harness/running-service.ts';
import { expectProductRefusal } from './product-refusal.ts';

const ALL = '/latchkey/v1/apikeys';

describeOnEveryBackend('what is done with a key of any kind', (service) => {
  let account: OtherAccount;
  let given: KeysOfEveryKind;
  /** Of the owner of the account. */
  let token: string;
  /** Of the owner of another account, and of a user of this one who holds nothing. */
  let strangers: readonly string[];

  beforeAll(async () => {
    account = await givenOtherAccount(service());
    given = await givenEveryKind(service(), account);
    token = await account.ownerToken();
    const { iamId } = await givenUser(service());
    await givenMembership(service(), account.accountId, iamId);
    const { secret } = await givenKeyOfUser(service(), { iamId, accountId: account.accountId });
    const other = await givenOtherAccount(service());
    strangers = [await other.ownerToken(), await service().tokenOf(secret)];
  });

  const done = (verb: string, id: string, asking = token): Promise<Answer> =>
    service().call('POST', `${ALL}/${id}/${verb}`, { token: asking });
  const deleted = (id: string, asking = token): Promise<Answer> =>
    service().call('DELETE', `${ALL}/${id}`, { token: asking });
  const read = (id: string): Promise<Answer> => service().call('GET', `${ALL}/${id}`, { token });
  const stateOf = ({ status, body: { state, locked } }: Answer) => [status, state, locked];
  const stored = async (id: string) => service().store.read(API_KEYS).get(id);
  const actionsOn = async (id: string): Promise<readonly string[]> => {
    const request = { equals: [account.accountId, id], limit: 50 };
    const { rows } = await service().store.read(AUDIT_EVENTS).page('byTarget', request);
    return [...new Set(rows.map(({ action, actor }) => `${action.split('.').at(-1)} by ${actor.iamId}`))];
  };

  describe.each(KEY_KIND_NAMES)('given a key of kind %s', (kind) => {
    it('when it is disabled and enabled again, then it is so at once, and its tokens are refused from then on', async () => {
      const { id } = given.keys[kind];
      const before = await stored(id);

      expect(stateOf(await done('disable', id))).toEqual([200, 'disabled', false]);
      expect(await stored(id)).toMatchObject({ disabled: true });
      expect(stateOf(await read(id))).toEqual([200, 'disabled', false]);
      expect(stateOf(await done('enable', id))).toEqual([200, 'active', false]);
      const after = await stored(id);
      // The keys of instances are no credential of a token.
      const ends = kind !== 'ingestion' && kind !== 'ingestion_service';
      expect((after?.generation ?? 0) > (before?.generation ?? 0)).toBe(ends);
    });

    it('when it is locked, then it is neither deleted nor enabled, but disabled all the same', async () => {
      const { id } = given.keys[kind];

      expect(stateOf(await done('lock', id))).toEqual([200, 'active', true]);
      expectProductRefusal(await deleted(id), 409, 'entity_locked');
      expect(stateOf(await done('disable', id))).toEqual([200, 'disabled', true]);
      expectProductRefusal(await done('enable', id), 409, 'entity_locked');
      expect(stateOf(await done('unlock', id))).toEqual([200, 'disabled', false]);
      expect(stateOf(await done('enable', id))).toEqual([200, 'active', false]);
    });

    it('when it is deleted, then it is gone with every row of its id, and every step is on record', async () => {
      const { id } = await givenKeyOfKind(service(), { account, instance: given.instance, kind });
      await done('lock', id);
      await done('unlock', id);

      expect((await deleted(id)).status).toBe(204);
      expect(await stored(id)).toBeUndefined();
      const { store } = service();
      expect(await store.read(INGESTION_KEYS).get(id)).toBeUndefined();
      expect(await store.read(GROUPED_KEYS).get(id)).toBeUndefined();
      expect(await store.read(SERVICE_ACCOUNTS).get(id)).toBeUndefined();
      expectProductRefusal(await read(id), 404, 'not_found');
      expectProductRefusal(await deleted(id), 404, 'not_found');
      const by = `by ${account.ownerIamId}`;
      const changed = kind === 'platform' || kind === 'chosen' ? ['lock', 'unlock'] : ['update'];
      expect(await actionsOn(id)).toEqual(['create', ...changed, 'delete'].map((verb) => `${verb} ${by}`));
    });

    it('when somebody of another account, or a user without rights, tries, then it is as missing, and stays', async () => {
      const { id } = given.keys[kind];
      const before = await stored(id);

      for (const stranger of strangers) {
        for (const verb of ['disable', 'enable', 'lock', 'unlock']) {
          expectProductRefusal(await done(verb, id, stranger), 404, 'not_found');
        }
        expectProductRefusal(await deleted(id, stranger), 404, 'not_found');
      }
      expect(await stored(id)).toEqual(before);
    });
  });

  /** Way around: a lock on the service ID keeps a service account as it is where service accounts are managed. */
  it('when the service ID of a service account is locked, then its key is neither enabled nor unlocked, but disabled', async () => {
    const id = `ApiKey-${(await givenServiceAccount(service(), token)).id}`;
    await done('lock', id);
    const serviceId = (await stored(id))?.iamId.replace('iam-', '');
    expect((await service().call('POST', `/v1/serviceids/${serviceId}/lock`, { token })).status).toBe(204);

    expect(stateOf(await done('disable', id))).toEqual([200, 'disabled', true]);
    expectProductRefusal(await done('unlock', id), 409, 'entity_locked');
    await service().call('DELETE', `/v1/serviceids/${serviceId}/lock`, { token });
    expect(stateOf(await done('unlock', id))).toEqual([200, 'disabled', false]);
    await service().call('POST', `/v1/serviceids/${serviceId}/lock`, { token });
    expectProductRefusal(await done('enable', id), 409, 'entity_locked');
    expect(await stored(id)).toMatchObject({ disabled: true });
  });

  /** Half of a resource key would go on, and its clients would not know why it fails. */
  it('when a key belongs to a resource key, then it is not deleted, and the resource key is named', async () => {
    const { instanceId } = await givenIngestionKey(service());
    const { guid } = await givenResourceKey(service(), { id: instanceId }, { role: 'Writer' });
    const owner = await service().ownerToken();
    const { body } = await service().call('GET', ALL, { token: owner });
    const parts = body.apikeys.filter(({ resource_key_id }: { resource_key_id?: string }) => resource_key_id === guid);

    const kinds = parts.map(({ kind }: { kind: string }) => kind);
    expect(kinds.toSorted()).toEqual(['ingestion', 'ingestion_service', 'platform']);
    for (const { id, kind } of parts) {
      const refused = await deleted(id, owner);
      expectProductRefusal(refused, 409, 'entity_in_use');
      expect(refused.body.details).toContain(guid);
      // Way around: where keys of its kind are managed, it is the same key.
      const isOfInstance = kind !== 'platform';
      const ownDoor = isOfInstance ? `/latchkey/v1/ingestion_keys/${id}` : `/v1/apikeys/${id}`;
      const there = await service().call('DELETE', ownDoor, { token: owner });
      (isOfInstance ? expectProductRefusal : expectIdentityRefusal)(there, 409, 'entity_in_use');
      expect(await stored(id)).toBeDefined();
      expect(stateOf(await done('disable', id, owner))).toEqual([200, 'disabled', false]);
    }
    await asOwner(service(), 'DELETE', `/v2/resource_keys/${guid}`);
    for (const { id } of parts) expectProductRefusal(await deleted(id, owner), 404, 'not_found');
  });
});

describeOnEveryBackend(
  'searching keys by value, again and again',
  (service) => {
    /** Who could try without a limit could guess the values that people choose. */
    it('when too many values are none, then the next is 429, also the right one, while a list goes on', async () => {
      const token = await service().ownerToken();
      const searched = (value: string) => service().call('POST', `${ALL}/search`, { token, json: { value } });
      const first = [await searched('none 1'), await searched('none 2'), await searched('none 3')];
      const fourth = await searched(service().adminKey);

      expect(first.map(({ status }) => status)).toEqual([200, 200, 200]);
      expectProductRefusal(fourth, 429, 'rate_limited');
      expect(fourth.headers.get('retry-after')).toMatch(/^\d+$/);
      expect((await service().call('GET', ALL, { token })).status).toBe(200);
    });
  },
  { settings: { LATCHKEY_FAILED_EXCHANGES_PER_MINUTE: '3' } },
);
