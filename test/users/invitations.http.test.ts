import { beforeAll, describe, expect, it } from '@jest/globals';
import { insert, remove } from '../../src/store/changes.ts';
import { MEMBERSHIPS, membershipId, USERS } from '../../src/users/user.ts';
import { expectUserRefusal } from '../doors/ibm-user-management/user-refusal.ts';
import { expectProductRefusal } from '../doors/latchkey/product-refusal.ts';
import { firstAccountId } from '../harness/given-credentials.ts';
import {
  activate,
  exchangeIn,
  type GivenTenant,
  givenPerson,
  givenTenant,
  invite,
  newEmail,
  tokenIn,
} from '../harness/given-people.ts';
import { describeOnEveryBackend } from '../harness/running-service.ts';
import { expectTokenRefusal } from '../harness/token-refusal.ts';

const CODE = /^lk_act_[0-9a-f]{64}$/;

const FOREIGN_POLICY = {
  type: 'access',
  roles: [{ role_id: 'crn:v1:bluemix:public:iam::::role:Viewer' }],
  resources: [
    {
      attributes: [
        { name: 'serviceName', value: 'logs' },
        { name: 'accountId', value: '0'.repeat(32) },
      ],
    },
  ],
};

describeOnEveryBackend('invitations', (service) => {
  let accountId: string;
  let tenant: GivenTenant;

  beforeAll(async () => {
    accountId = await firstAccountId(service());
    tenant = await givenTenant(service());
  });

  const inviteHere = async (...emails: readonly unknown[]) =>
    invite(service(), { token: await service().ownerToken(), accountId, emails });
  const inviteThere = async (...emails: readonly unknown[]) =>
    invite(service(), { token: await tenant.ownerToken(), accountId: tenant.accountId, emails });
  const stateOf = async (account: string, iamId: string) =>
    (await service().store.read(MEMBERSHIPS).get(membershipId(account, iamId)))?.state;
  const refusedCode = (answer: Awaited<ReturnType<typeof activate>>) =>
    expectProductRefusal(answer, 400, 'activation_code_invalid');

  describe('given an address that nobody has', () => {
    it('when it is invited and the code is used, then there is a user with a first key that works', async () => {
      const email = newEmail();
      const invited = await inviteHere(email.toUpperCase());
      const [resource] = invited.body.resources;

      const activated = await activate(service(), resource.activation_code);

      expect(invited.status).toBe(202);
      expect(invited.body.resources).toEqual([
        {
          email,
          id: resource.iam_id,
          iam_id: resource.iam_id,
          state: 'PENDING',
          activation_code: expect.stringMatching(CODE),
        },
      ]);
      expect(activated.status).toBe(201);
      expect(activated.body).toMatchObject({
        ...{ id: expect.stringMatching(/^ApiKey-/), iam_id: resource.iam_id, account_id: accountId, name: 'first key' },
        ...{ created_by: resource.iam_id, disabled: false, locked: false },
      });
      expect(activated.headers.get('etag')).toBe(activated.body.entity_tag);
      expect(await stateOf(accountId, resource.iam_id)).toBe('active');
      expect((await service().exchange({ grant_type: 'apikey', apikey: activated.body.apikey })).status).toBe(200);
    });

    it('when several are invited and one of them is no address, then nobody is invited', async () => {
      const email = newEmail();

      const refused = await inviteHere(email, 'robin@example.com\r\nBcc: mallory@example.com');

      expectUserRefusal(refused, 400, 'parameter_invalid');
      expect(await service().store.read(USERS).find('byEmail', [email])).toBeUndefined();
    });

    it.each([
      ['nobody', { users: [] }],
      ['no address', { users: [{}] }],
      ['the same address twice', { users: [{ email: 'a@example.test' }, { email: 'A@example.test' }] }],
      ['more than 40', { users: Array.from({ length: 41 }, (_, n) => ({ email: `n${n}@example.test` })) }],
      ['a role that gives rights', { users: [{ email: 'a@example.test', account_role: 'OWNER' }] }],
      ['a policy without roles', { users: [{ email: 'a@example.test' }], iam_policy: [{ type: 'access' }] }],
      ['a policy of another account', { users: [{ email: 'a@example.test' }], iam_policy: [FOREIGN_POLICY] }],
      ['a group that there is not', { users: [{ email: 'a@example.test' }], access_groups: ['AccessGroupId-1'] }],
    ])('when %s is sent, then it is refused', async (_, json) => {
      const token = await service().ownerToken();

      const { status } = await service().call('POST', `/v2/accounts/${accountId}/users`, { token, json });

      expect([400, 403, 404]).toContain(status);
      expect(await service().store.read(USERS).find('byEmail', ['a@example.test'])).toBeUndefined();
    });

    /** Two administrators at once must not make two users of one person. */
    it('when it is invited four times at once, then there is one user, and the newest code works alone', async () => {
      const email = newEmail();

      const answers = await Promise.all(Array.from({ length: 4 }, () => inviteHere(email)));

      const resources = answers.map(({ body }) => body.resources?.[0]);
      expect(answers.map(({ status }) => status)).toEqual(Array(4).fill(202));
      expect(new Set(resources.map(({ iam_id: iamId }) => iamId)).size).toBe(1);
      const used = await Promise.all(resources.map(({ activation_code: code }) => activate(service(), code)));
      expect(used.filter(({ status }) => status === 201)).toHaveLength(1);
    });
  });

  describe('given a user whom the operator introduced', () => {
    it('when another account invites the address, then the user is a member at once, without a code, and one key acts in both', async () => {
      const person = await givenPerson(service(), { token: await service().ownerToken(), accountId });

      const invited = await inviteThere(person.email);

      expect(invited.body.resources).toEqual([
        { email: person.email, id: person.iamId, iam_id: person.iamId, state: 'ACTIVE' },
      ]);
      for (const account of [accountId, tenant.accountId]) {
        expect((await exchangeIn(service(), person.secret, account)).status).toBe(200);
      }
    });

    it('when the own account invites again, then nothing changes, and a suspended one stays suspended', async () => {
      const person = await givenPerson(service(), { token: await service().ownerToken(), accountId });
      const token = await service().ownerToken();
      const path = `/v2/accounts/${accountId}/users/${person.iamId}`;

      const active = await inviteHere(person.email);
      await service().call('PATCH', path, { token, json: { state: 'SUSPENDED' } });
      const suspended = await inviteHere(person.email);

      const states = [active, suspended].map(({ body }) => body.resources[0]);
      expect(states).toEqual([
        expect.objectContaining({ state: 'ACTIVE' }),
        expect.objectContaining({ state: 'SUSPENDED' }),
      ]);
      expect(states.some((state) => 'activation_code' in state)).toBe(false);
    });
  });

  /**
   * Account pre-hijacking: no e-mail is sent, so the administrator of any account can introduce an address that is not
   * theirs, use the code themselves, and wait until another account invites it.
   */
  describe('given a user whom the administrator of one account introduced', () => {
    it('when another account invites the address, then who holds the key is not in it, with or without the code', async () => {
      const email = newEmail();
      const hijacked = await givenPerson(
        service(),
        { token: await tenant.ownerToken(), accountId: tenant.accountId },
        email,
      );

      const [resource] = (await inviteHere(email)).body.resources;

      expect(resource).toMatchObject({ state: 'PENDING', activation_code: expect.stringMatching(CODE) });
      expectTokenRefusal(await exchangeIn(service(), hijacked.secret, accountId), {
        ...{ status: 401, errorCode: 'BXNIM0436E', details: /invited/ },
      });
      // The person whom the account meant has the code, and no key of the user that somebody else became.
      refusedCode(await activate(service(), resource.activation_code));
    });

    it('when the user sends an own token with the code, then the user is in, and has no further key', async () => {
      const person = await givenPerson(service(), { token: await tenant.ownerToken(), accountId: tenant.accountId });
      const [{ activation_code: code }] = (await inviteHere(person.email)).body.resources;
      const token = await tokenIn(service(), person.secret, tenant.accountId);

      const joined = await activate(service(), code, { token });

      expect(joined.status).toBe(200);
      expect(joined.body).toEqual({ iam_id: person.iamId, account_id: accountId, state: 'ACTIVE' });
      expect((await exchangeIn(service(), person.secret, accountId)).status).toBe(200);
      refusedCode(await activate(service(), code, { token }));
    });

    /** Takeover of a guest: whoever invites holds the code, and must not come to hold a key of somebody who is somebody already. */
    it('when an invited address becomes a user elsewhere first, then the older code gives no key', async () => {
      const email = newEmail();
      const [{ activation_code: attackers }] = (await inviteThere(email)).body.resources;
      await givenPerson(service(), { token: await service().ownerToken(), accountId }, email);

      refusedCode(await activate(service(), attackers));
      refusedCode(await activate(service(), attackers, { token: await tenant.ownerToken() }));
    });

    /** Enumeration: the answer to an invitation must not tell whether another account has such a user. */
    it('when it is invited, then the answer and the profile are those of an address that nobody has', async () => {
      const person = await givenPerson(service(), { token: await tenant.ownerToken(), accountId: tenant.accountId });
      const token = await tokenIn(service(), person.secret, tenant.accountId);
      const own = `/v2/accounts/${tenant.accountId}/users/${person.iamId}`;
      await service().call('PATCH', own, { token, json: { firstname: 'Robin' } });

      const resources = (await inviteHere(person.email, newEmail())).body.resources;

      const shapes = await Promise.all(
        resources.map(async ({ iam_id: iamId, ...resource }: Record<string, string>) => {
          const path = `/v2/accounts/${accountId}/users/${iamId}`;
          const profile = (await service().call('GET', path, { token: await service().ownerToken() })).body;
          return [Object.keys(resource), resource['state'], profile.firstname, iamId?.length];
        }),
      );
      expect(shapes[0]).toEqual(shapes[1]);
    });
  });

  /** Old rights that come back: what a removed user was given must be gone before the user is. */
  describe('given a user who was removed', () => {
    it('when the address is invited while the rest is being removed, then 409; afterwards it is a new membership', async () => {
      const person = await givenPerson(service(), { token: await service().ownerToken(), accountId });
      const before = await service().exchange(
        { grant_type: 'apikey', apikey: person.secret },
        { Authorization: `Basic ${Buffer.from('bx:bx').toString('base64')}` },
      );
      const token = await service().ownerToken();
      await service().call('DELETE', `/v2/accounts/${accountId}/users/${person.iamId}`, { token });
      const tombstone = await service().store.read(MEMBERSHIPS).get(membershipId(accountId, person.iamId));

      if (tombstone?.state === 'removed') {
        const soon = await inviteHere(person.email);
        if (soon.status !== 202) expectUserRefusal(soon, 409, 'Conflict');
        await service()
          .store.commit([remove(MEMBERSHIPS, tombstone)])
          .catch(() => undefined);
      }
      const again = await inviteHere(person.email);

      expect(again.body.resources[0].state).toBe('ACTIVE');
      const membership = await service().store.read(MEMBERSHIPS).get(membershipId(accountId, person.iamId));
      expect(membership?.generation).toBeGreaterThan(2);
      expect((await service().exchange({ grant_type: 'apikey', apikey: person.secret })).status).toBe(200);
      // A log-in of before must not come back with the membership.
      const refreshed = await service().exchange(
        { grant_type: 'refresh_token', refresh_token: before.body.refresh_token },
        { Authorization: `Basic ${Buffer.from('bx:bx').toString('base64')}` },
      );
      expect(refreshed.status).toBe(400);
    });
  });

  it('given an address in the store of before, when it is invited elsewhere, then its owner counts as known', async () => {
    const email = newEmail();
    const iamId = `IBMid-${email.slice(0, 12).toUpperCase()}`;
    const names = { name: 'Kim', givenName: 'Kim', familyName: '', generation: 1, createdAt: 1, modifiedAt: 1 };
    await service().store.commit([insert(USERS, { id: iamId, entityTag: '1-0', email, ...names })]);

    expect((await inviteThere(email)).body.resources[0]).toMatchObject({ iam_id: iamId, state: 'ACTIVE' });
  });
});
