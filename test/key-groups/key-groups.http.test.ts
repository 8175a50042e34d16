import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { AUDIT_EVENTS } from '../../src/audit/audit-event.ts';
import { finishGroupRemovals } from '../../src/key-groups/finish-group-removals.ts';
import { GROUPED_KEYS } from '../../src/key-groups/grouped-key.ts';
import { KEY_GROUPS, MOST_KEY_GROUPS, MOST_KEYS_IN_GROUP } from '../../src/key-groups/key-group.ts';
import { keyGroupsIn } from '../../src/key-groups/key-groups.ts';
import { platformRoleCrn } from '../../src/resource-catalog/service-definition.ts';
import { insert } from '../../src/store/changes.ts';
import { firstEntityTag } from '../../src/store/entity-tag.ts';
import type { Store } from '../../src/store/store.ts';
import { askWith, GROUPS, givenGroupedKey, givenKeyGroup } from '../doors/ivanti/given-grouped-key.ts';
import { expectProductRefusal } from '../doors/latchkey/product-refusal.ts';
import { firstAccountId, givenServiceId } from '../harness/given-credentials.ts';
import { callerOf } from '../harness/given-every-kind.ts';
import { givenOtherAccount, type OtherAccount } from '../harness/given-other-account.ts';
import { givenPolicy } from '../harness/given-rights.ts';
import type { Answer } from '../harness/http-call.ts';
import { describeOnEveryBackend } from '../harness/running-service.ts';

const MASKED = '*'.repeat(32);

describeOnEveryBackend('groups of keys that act on behalf of users', (service) => {
  let account: OtherAccount;
  let token: string;

  beforeAll(async () => {
    account = await givenOtherAccount(service());
    token = await account.ownerToken();
  });

  const ask = (method: string, path: string, json?: unknown): Promise<Answer> =>
    service().call(method, path, { token, ...(json !== undefined && { json }) });
  const recordsOf = async (targetId: string): Promise<readonly string[]> => {
    const request = { equals: [account.accountId, targetId], limit: 100 };
    const { rows } = await service().store.read(AUDIT_EVENTS).page('byTarget', request);
    return rows.map(({ action }) => action);
  };

  describe('a group', () => {
    it('when it is made, listed, changed and deleted, then each says what it is, and is on record', async () => {
      const made = await ask('POST', GROUPS, { name: 'imports', description: 'two\nlines' });
      const path = `${GROUPS}/${made.body.id}`;

      expect(made.status).toBe(201);
      expect(made.body).toEqual({
        ...{ id: expect.stringMatching(/^[0-9a-f-]{36}$/), name: 'imports', description: 'two\nlines' },
        ...{ created_by: account.ownerIamId, created_at: expect.any(String), modified_at: expect.any(String) },
      });
      expect((await ask('GET', GROUPS)).body.key_groups).toContainEqual(made.body);
      expect((await ask('GET', path)).body).toEqual(made.body);
      expect((await ask('PATCH', path, { name: 'exports' })).body).toMatchObject({
        ...{ name: 'exports', description: 'two\nlines' },
      });
      expect((await ask('DELETE', path)).status).toBe(204);
      expectProductRefusal(await ask('GET', path), 404, 'not_found');
      expect(await recordsOf(made.body.id)).toEqual(
        ['create', 'update', 'delete'].map((verb) => `iam-identity.key-group.${verb}`),
      );
    });

    it('when its name is taken, missing or no text, then it is not made', async () => {
      await ask('POST', GROUPS, { name: 'taken' });
      const other = await ask('POST', GROUPS, { name: 'not taken' });

      expectProductRefusal(await ask('POST', GROUPS, { name: 'taken' }), 409, 'already_exists');
      expectProductRefusal(await ask('PATCH', `${GROUPS}/${other.body.id}`, { name: 'taken' }), 409, 'already_exists');
      expectProductRefusal(await ask('POST', GROUPS, {}), 400, 'parameter_missing');
      expectProductRefusal(await ask('POST', GROUPS, { name: 'a\u0000b' }), 400, 'parameter_invalid');
    });

    it('when it has keys, then it stays, unless they are to go with it: then they are refused', async () => {
      const { path, secret } = await givenGroupedKey(service(), {}, token);
      const group = path.slice(0, path.indexOf('/keys/'));

      expectProductRefusal(await ask('DELETE', group), 409, 'entity_in_use');
      expect((await ask('POST', `${group}/keys`)).status).toBe(201);
      expect((await askWith(service(), secret)).status).toBe(200);
      expect((await ask('DELETE', `${group}?recursive=true`)).status).toBe(204);
      expect((await askWith(service(), secret)).status).toBe(401);
      expectProductRefusal(await ask('POST', `${group}/keys`), 404, 'not_found');
    });

    it('when one of its keys is locked, then neither goes, nor any other of its keys', async () => {
      const { path, id, secret } = await givenGroupedKey(service(), {}, token);
      const group = path.slice(0, path.indexOf('/keys/'));
      await ask('POST', `/latchkey/v1/apikeys/ApiKey-${id}/lock`);

      expectProductRefusal(await ask('DELETE', `${group}?recursive=true`), 409, 'entity_in_use');
      for (const change of [{ description: 'x' }, { activated: false, in_role: 'Viewer' }, { in_role: 'Viewer' }]) {
        expectProductRefusal(await ask('PATCH', path, change), 409, 'entity_locked');
      }
      expectProductRefusal(await ask('DELETE', path), 409, 'entity_locked');
      expect((await askWith(service(), secret)).status).toBe(200);
      expect((await ask('PATCH', path, { activated: false })).body).toMatchObject({ activated: false, locked: true });
    });

    describe('given that the process which deletes it with its keys ends halfway', () => {
      /** Deletes it, by a store that takes so many commits and no more. @returns the group, and a key of it */
      const givenHalfDeleted = async (commits: number) => {
        const { path, secret } = await givenGroupedKey(service(), {}, token);
        const group = path.slice(0, path.indexOf('/keys/'));
        const { store, domains, clock } = service();
        const { tenantKeys } = await domains.tenants();
        let left = commits;
        const commit: Store['commit'] = async (changes, options) => {
          left -= 1;
          if (left < 0) throw new Error('the process has ended');
          await store.commit(changes, options);
        };
        const get = (target: Store, name: string | symbol) => (name === 'commit' ? commit : Reflect.get(target, name));
        const keyGroups = keyGroupsIn({ store: new Proxy(store, { get }), access: domains.access, clock, tenantKeys });
        const id = group.slice(GROUPS.length + 1);
        await expect(keyGroups.remove(callerOf(account), id, { recursive: true })).rejects.toThrow('has ended');
        return { group, id, secret };
      };
      const workInBackground = async () => {
        const { store, clock } = service();
        clock.pass(6_000);
        const lease = await store.lease(randomUUID(), 10_000);
        if (lease === undefined) throw new Error('no lease');
        await finishGroupRemovals({ store, clock }, lease);
        await lease.release();
      };

      it('when it was not decided yet, then background work leaves it as if nobody had asked', async () => {
        const { group, secret } = await givenHalfDeleted(1);
        expectProductRefusal(await ask('POST', `${group}/keys`), 404, 'not_found');

        await workInBackground();

        expect((await askWith(service(), secret)).status).toBe(200);
        expect((await ask('POST', `${group}/keys`)).status).toBe(201);
      });

      it.each([2, 3])(
        'when it was decided, and %i commits made, then background work takes the rest away',
        async (commits) => {
          const { group, id, secret } = await givenHalfDeleted(commits);

          await workInBackground();

          expect((await askWith(service(), secret)).status).toBe(401);
          expect(await service().store.read(KEY_GROUPS).get(id)).toBeUndefined();
          expectProductRefusal(await ask('GET', group), 404, 'not_found');
          expect(await recordsOf(id)).toEqual(['create', 'delete'].map((verb) => `iam-identity.key-group.${verb}`));
        },
      );

      it('when it is deleted again before that, then it goes, and it can be seen no more meanwhile', async () => {
        const { group, id, secret } = await givenHalfDeleted(2);
        expectProductRefusal(await ask('GET', group), 404, 'not_found');
        expect((await ask('GET', GROUPS)).body.key_groups).not.toContainEqual(expect.objectContaining({ id }));

        expect((await ask('DELETE', group)).status).toBe(204);

        expect((await askWith(service(), secret)).status).toBe(401);
      });

      it('when a key of it is locked meanwhile, then the key stays, and the group with it', async () => {
        const { group, id, secret } = await givenHalfDeleted(2);
        const { rows } = await service()
          .store.read(GROUPED_KEYS)
          .page('ofGroup', { equals: [id], limit: 1 });
        await ask('POST', `/latchkey/v1/apikeys/${rows[0]?.id}/lock`);

        await workInBackground();

        expect((await askWith(service(), secret)).status).toBe(200);
        expect((await ask('GET', group)).status).toBe(200);
      });
    });

    it('when six are made at once for the last two places, then two are; in one that is full of keys no more is made', async () => {
      const full = await givenOtherAccount(service());
      const asker = await full.ownerToken();
      const group = await givenKeyGroup(service(), asker);
      const common = { entityTag: firstEntityTag(), accountId: full.accountId, createdAt: service().clock.now() };
      const groupId = group.slice(GROUPS.length + 1);
      const rows = Array.from({ length: MOST_KEYS_IN_GROUP }, () => randomUUID());
      await service().store.commit(rows.map((id) => insert(GROUPED_KEYS, { ...common, id, groupId })));
      const more = { description: '', state: 'active', createdBy: 'x', modifiedAt: 0 } as const;
      const groups = Array.from({ length: MOST_KEY_GROUPS - 3 }, () => randomUUID());
      await service().store.commit(groups.map((id) => insert(KEY_GROUPS, { ...common, ...more, id, name: id })));

      expectProductRefusal(await service().call('POST', `${group}/keys`, { token: asker }), 409, 'limit_reached');
      const { keyGroups } = await service().domains.tenants();
      const making = Array.from({ length: 6 }, (_, at) => keyGroups.create(callerOf(full), { name: `more ${at}` }));
      const refusals = (await Promise.allSettled(making)).flatMap((one) =>
        one.status === 'rejected' ? [one.reason.code] : [],
      );
      expect(refusals).toEqual(['limit_reached', 'limit_reached', 'limit_reached', 'limit_reached']);
      const sent = { token: asker, json: { name: 'one more' } };
      expectProductRefusal(await service().call('POST', GROUPS, sent), 409, 'limit_reached');
    });
  });

  describe('a key', () => {
    it('when it is made with nothing, read, listed, changed and deleted, then its value is shown once', async () => {
      const group = await givenKeyGroup(service(), token);
      const made = await ask('POST', `${group}/keys`);
      const path = `${group}/keys/${made.body.id}`;
      const masked = { ...made.body, reference_id: MASKED };

      expect(made.status).toBe(201);
      expect(made.body).toEqual({
        ...{ id: expect.stringMatching(/^[0-9a-f-]{36}$/), key_group: group.slice(GROUPS.length + 1) },
        reference_id: expect.stringMatching(/^[0-9A-F]{32}$/),
        ...{ description: '', activated: true, on_behalf_of: account.ownerIamId, ips: [], locked: false },
        ...{ created_by: account.ownerIamId, created_at: expect.any(String), modified_at: expect.any(String) },
      });
      expect((await ask('GET', path)).body).toEqual(masked);
      expect((await ask('GET', `${group}/keys/ApiKey-${made.body.id}`)).body).toEqual(masked);
      expect((await ask('GET', `${group}/keys`)).body).toEqual({ keys: [masked] });
      const change = {
        description: 'nightly',
        in_role: 'Viewer',
        ips: ['::FFFF:192.0.2.1', '192.0.2.1', '2001:DB8::/32'],
      };
      expect((await ask('PATCH', path, change)).body).toMatchObject({
        ...{ description: 'nightly', in_role: platformRoleCrn('Viewer'), ips: ['192.0.2.1', '2001:db8::/32'] },
        reference_id: MASKED,
      });
      expect((await ask('PATCH', path, { in_role: null, ips: [] })).body).toEqual({
        ...{ ...masked, description: 'nightly', modified_at: expect.any(String) },
      });
      expect((await ask('DELETE', path)).status).toBe(204);
      expectProductRefusal(await ask('GET', path), 404, 'not_found');
      expect(await service().store.read(GROUPED_KEYS).get(`ApiKey-${made.body.id}`)).toBeUndefined();
      const records = await recordsOf(`ApiKey-${made.body.id}`);
      expect(records.filter((action) => action.startsWith('iam-identity.grouped-key.'))).toHaveLength(3);
      expect(records.filter((action) => action.startsWith('iam-identity.tenantkey.'))).toHaveLength(4);
    });

    it.each<[string, object, string]>([
      ['an address that is none', { ips: ['192.0.2.256'] }, 'ips.0'],
      ['a zone', { ips: ['192.0.2.1', 'fe80::1%eth0'] }, 'ips.1'],
      ['too long a network', { ips: ['192.0.2.0/33'] }, 'ips.0'],
      ['too many addresses', { ips: Array.from({ length: 101 }, () => '::1') }, 'ips'],
      ['a role that is none', { in_role: 'No such role' }, 'in_role'],
      ['a CRN of no role', { in_role: 'crn:v1:bluemix:public:iam::::role:Nothing' }, 'in_role'],
      ['a user who is none', { on_behalf_of: 'nobody@example.test' }, 'on_behalf_of'],
      ['a service ID as user', { on_behalf_of: 'iam-ServiceId-1' }, 'on_behalf_of'],
      ['a word for a switch', { activated: 'yes' }, 'activated'],
      ['a control character', { description: 'a\u001bb' }, 'description'],
    ])(
      'when it is made or changed with %s, then it is refused, and nothing is made or changed',
      async (_what, json, parameter) => {
        const { path } = await givenGroupedKey(service(), { description: 'as it was' }, token);
        const all = path.slice(0, path.lastIndexOf('/'));
        const before = await ask('GET', all);

        const answers = [await ask('POST', all, json), await ask('PATCH', path, { description: 'changed', ...json })];

        for (const answer of answers) {
          expectProductRefusal(answer, 400, 'parameter_invalid');
          expect(answer.body.message).toContain(`'${parameter}'`);
        }
        expect((await ask('GET', all)).body).toEqual(before.body);
      },
    );

    it('when two change it at once, then both changes are there', async () => {
      const { path } = await givenGroupedKey(service(), {}, token);

      const statuses = await Promise.all(
        [{ description: 'both' }, { in_role: 'Viewer' }, { ips: ['127.0.0.1'] }].map(
          async (change) => (await ask('PATCH', path, change)).status,
        ),
      );

      expect(statuses).toEqual([200, 200, 200]);
      expect((await ask('GET', path)).body).toMatchObject({
        ...{ description: 'both', in_role: platformRoleCrn('Viewer'), ips: ['127.0.0.1'] },
      });
    });

    it('when a service ID makes it, then it has to name a user', async () => {
      const { iamId, key } = await givenServiceId(service());
      const accountId = await firstAccountId(service());
      const roles = [platformRoleCrn('Administrator')];
      await givenPolicy(service(), { accountId, subject: iamId, roles, service: 'iam-identity' });
      const robot = await service().tokenOf(key.secret);
      const group = await givenKeyGroup(service(), robot);

      expectProductRefusal(await service().call('POST', `${group}/keys`, { token: robot }), 400, 'parameter_missing');
    });
  });
});
