import { beforeAll, describe, expect, it } from '@jest/globals';
import { AUDIT_EVENTS } from '../../../src/audit/audit-event.ts';
import { firstAccountId } from '../../harness/given-credentials.ts';
import {
  exchangeIn,
  type GivenPerson,
  type GivenTenant,
  givenPerson,
  givenTenant,
  invite,
  newEmail,
  tokenIn,
} from '../../harness/given-people.ts';
import type { Sent } from '../../harness/http-call.ts';
import { describeOnEveryBackend } from '../../harness/running-service.ts';
import { BELIEVED, believedWays, REFUSED, refreshed, signedIn } from '../../harness/signed-in.ts';
import { expectTokenRefusal } from '../../harness/token-refusal.ts';
import { expectUserRefusal } from './user-refusal.ts';

const GONE = { status: 401, errorCode: 'BXNIM0436E', details: /account/ };

describeOnEveryBackend('/v2/accounts/{id}/users', (service) => {
  let accountId: string;
  let tenant: GivenTenant;

  beforeAll(async () => {
    accountId = await firstAccountId(service());
    tenant = await givenTenant(service());
  });

  const asOwner = async (method: string, path: string, sent: Sent = {}) =>
    service().call(method, path, { token: await service().ownerToken(), ...sent });
  const pathOf = ({ iamId }: { iamId: string }, account = accountId) => `/v2/accounts/${account}/users/${iamId}`;
  const person = async (): Promise<GivenPerson> =>
    givenPerson(service(), { token: await service().ownerToken(), accountId });
  /** The same person in the other account too. */
  const guest = async (): Promise<GivenPerson> => {
    const made = await person();
    await invite(service(), { token: await tenant.ownerToken(), accountId: tenant.accountId, emails: [made.email] });
    return made;
  };

  describe('given users of an account', () => {
    it('when they are listed two by two, then each comes once, in the order in which they came', async () => {
      const other = await givenTenant(service());
      const token = await other.ownerToken();
      const emails = [newEmail(), newEmail(), newEmail(), newEmail()];
      for (const email of emails) await invite(service(), { token, accountId: other.accountId, emails: [email] });

      const listed: string[] = [];
      const sizes: number[] = [];
      let url: string | undefined = `/v2/accounts/${other.accountId}/users?limit=2`;
      while (url !== undefined) {
        const { body } = await service().call('GET', url, { token });
        expect(body).toMatchObject({ limit: 2, total_results: body.resources.length });
        sizes.push(body.resources.length);
        listed.push(...body.resources.map(({ email }: { email: string }) => email));
        url = body.next_url;
      }

      expect(sizes).toEqual([2, 2, 1]);
      expect(listed).toEqual([other.owner.email, ...emails]);
    });

    it('when one is looked for by e-mail address or iam id, then there is one, or none', async () => {
      const { email, iamId } = await person();
      const find = async (userId: string) =>
        (await asOwner('GET', `/v2/accounts/${accountId}/users?user_id=${encodeURIComponent(userId)}`)).body.resources;

      const found = [await find(email), await find(email.toUpperCase()), await find(iamId)];
      const missing = [await find(newEmail()), await find(tenant.owner.email), await find('no address')];

      expect(found.map((rows) => rows.map((row: { iam_id: string }) => row.iam_id))).toEqual([
        [iamId],
        [iamId],
        [iamId],
      ]);
      expect(missing).toEqual([[], [], []]);
    });

    it('when one is read, then its profile is there in the form of the API', async () => {
      const { email, iamId } = await person();

      const { status, body } = await asOwner('GET', pathOf({ iamId }));

      expect(status).toBe(200);
      expect(body).toEqual({
        ...{ id: iamId, iam_id: iamId, realm: 'IBMid', user_id: email, email, account_id: accountId },
        ...{ firstname: '', lastname: '', state: 'ACTIVE', phonenumber: '', altphonenumber: '', photo: '' },
        added_on: expect.stringMatching(/^\d{4}-.*Z$/),
      });
    });

    it('when the user changes the own name, then every account sees it; nobody else can, not even the owner', async () => {
      const made = await guest();
      const token = await service().tokenOf(made.secret);
      const json = { firstname: 'Robin', lastname: 'Example' };

      const changed = await service().call('PATCH', pathOf(made), { token, json });
      const byOwner = await asOwner('PATCH', pathOf(made), { json: { firstname: 'Mallory' } });

      expect(changed.status).toBe(204);
      expectUserRefusal(byOwner, 403, 'access_denied');
      const seen = await service().call('GET', pathOf(made, tenant.accountId), { token: await tenant.ownerToken() });
      expect(seen.body).toMatchObject(json);
    });
  });

  describe('given a user who is suspended in one account', () => {
    it('when keys and tokens are used, then all are refused there and all go on in the other account', async () => {
      const made = await guest();
      const here = await signedIn(service(), made.secret);
      const there = await signedIn(service(), made.secret, tenant.accountId);

      const suspended = await asOwner('PATCH', pathOf(made), { json: { state: 'SUSPENDED' } });

      expect(suspended.status).toBe(204);
      expect(await believedWays(service(), here)).toEqual({ ...REFUSED, refreshed: 401 });
      expect(await believedWays(service(), there)).toEqual(BELIEVED);
      expectTokenRefusal(await exchangeIn(service(), made.secret, accountId), GONE);
      expect((await exchangeIn(service(), made.secret, tenant.accountId)).status).toBe(200);
      expect((await asOwner('GET', pathOf(made))).body.state).toBe('SUSPENDED');
    });

    it('when the user is active again, then the key works, and what was issued before stays refused', async () => {
      const made = await person();
      const before = await signedIn(service(), made.secret);
      await asOwner('PATCH', pathOf(made), { json: { state: 'SUSPENDED' } });

      const activated = await asOwner('PATCH', pathOf(made), { json: { state: 'ACTIVE' } });

      expect(activated.status).toBe(204);
      expect((await service().exchange({ grant_type: 'apikey', apikey: made.secret })).status).toBe(200);
      expect(await believedWays(service(), before)).toEqual(REFUSED);
    });
  });

  describe('given a user who is removed from one account', () => {
    it('when keys and tokens are used, then all are refused there and all go on in the other account', async () => {
      const made = await guest();
      const here = await signedIn(service(), made.secret);
      const there = await signedIn(service(), made.secret, tenant.accountId);

      const removed = await asOwner('DELETE', pathOf(made));

      expect(removed.status).toBe(204);
      expect(await believedWays(service(), here)).toEqual({ ...REFUSED, refreshed: 401 });
      expect(await believedWays(service(), there)).toEqual(BELIEVED);
      expectTokenRefusal(await exchangeIn(service(), made.secret, accountId), GONE);
    });

    it('when the user is looked for, then there is none, in no form', async () => {
      const made = await person();
      await asOwner('DELETE', `/v3${pathOf(made).slice(3)}`);

      const answers = [
        await asOwner('GET', pathOf(made)),
        await asOwner('PATCH', pathOf(made), { json: { state: 'ACTIVE' } }),
        await asOwner('DELETE', pathOf(made)),
        await asOwner('GET', `${pathOf(made)}/settings`),
      ];

      for (const answer of answers) expectUserRefusal(answer, 404, 'not_found');
      const signedOut = await asOwner('POST', `/latchkey/v1/accounts/${accountId}/users/${made.iamId}/sign_out`);
      expect(signedOut.status).toBe(404);
      const found = await asOwner('GET', `/v2/accounts/${accountId}/users?user_id=${made.iamId}`);
      expect(found.body.resources).toEqual([]);
    });
  });

  /** Log-in to one account outlives the sign-out in another: a refresh token knows the generations of its own alone. */
  describe('given a refresh token for one account of a user, and another account of the same user', () => {
    const switched = (pair: { refreshToken: string; token: string }, account: string) =>
      service().exchange(
        { grant_type: 'refresh_token', refresh_token: pair.refreshToken, account },
        { Authorization: `Basic ${Buffer.from('bx:bx').toString('base64')}` },
      );
    const refusal = { status: 400, errorCode: 'BXNIM0407E' };

    it('when nothing was cut off in the other, then it leads there', async () => {
      const pair = await signedIn(service(), (await guest()).secret);

      expect((await switched(pair, tenant.accountId)).status).toBe(200);
    });

    it('when the user was suspended there and is active again, then it leads there no more, and goes on in its own', async () => {
      const made = await guest();
      const pair = await signedIn(service(), made.secret);
      const token = await tenant.ownerToken();
      for (const state of ['SUSPENDED', 'ACTIVE']) {
        await service().call('PATCH', pathOf(made, tenant.accountId), { token, json: { state } });
      }
      const day = 24 * 3_600_000;
      service().clock.pass(day);

      expectTokenRefusal(await switched(pair, tenant.accountId), refusal);
      expect((await refreshed(service(), pair)).status).toBe(200);
      expect((await exchangeIn(service(), made.secret, tenant.accountId)).status).toBe(200);
    });

    it('when everybody was signed out there, then it leads there no more', async () => {
      const other = await givenTenant(service());
      const made = await person();
      await invite(service(), { token: await other.ownerToken(), accountId: other.accountId, emails: [made.email] });
      const pair = await signedIn(service(), made.secret);
      const path = `/latchkey/v1/accounts/${other.accountId}/sign_out`;
      const signedOut = await service().call('POST', path, { token: await other.ownerToken() });

      expect(signedOut.status).toBe(200);
      expectTokenRefusal(await switched(pair, other.accountId), refusal);
    });
  });

  describe('given the owner of the account', () => {
    it('when anybody suspends or removes the owner, then it is refused and nothing changed', async () => {
      const { iamId } = tenant.owner;
      const token = await tenant.ownerToken();
      const path = pathOf({ iamId }, tenant.accountId);

      const answers = [
        await service().call('PATCH', path, { token, json: { state: 'SUSPENDED' } }),
        await service().call('DELETE', path, { token }),
      ];

      for (const answer of answers) expectUserRefusal(answer, 403, 'access_denied');
      expect((await exchangeIn(service(), tenant.owner.secret, tenant.accountId)).status).toBe(200);
    });
  });

  it('given a suspension, when the audit records are read, then who did what to whom is there', async () => {
    const made = await person();
    await asOwner('PATCH', pathOf(made), { json: { state: 'SUSPENDED' } });
    await asOwner('DELETE', pathOf(made));

    const events = service().store.read(AUDIT_EVENTS);
    const { rows } = await events.page('byTarget', { equals: [accountId, made.iamId], limit: 10 });

    expect(rows.map(({ action, before, after }) => [action, before?.['state'], after?.['state']])).toEqual([
      ['user-management.user.invite', undefined, 'pending'],
      ['user-management.user.activate', 'pending', 'active'],
      ['user-management.user.update', 'active', 'suspended'],
      ['user-management.user.remove', 'suspended', 'removed'],
    ]);
    expect(await tokenIn(service(), service().adminKey, accountId)).toMatch(/^ey/);
  });
});
