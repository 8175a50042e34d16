import { beforeAll, describe, expect, it } from '@jest/globals';
import { platformRoleCrn } from '../../../src/resource-catalog/service-definition.ts';
import { A_PASSWORD, givenPasswordUser } from '../../harness/given-password.ts';
import {
  activate,
  exchangeIn,
  type GivenPerson,
  type GivenTenant,
  givenPerson,
  givenTenant,
  newEmail,
  tokenIn,
} from '../../harness/given-people.ts';
import { givenPolicy } from '../../harness/given-rights.ts';
import { describeOnEveryBackend } from '../../harness/running-service.ts';

const SUCCESS = { message: 'success' };

describeOnEveryBackend('users at /api/admin', (service) => {
  let tenant: GivenTenant;
  let other: GivenTenant;
  let robin: GivenPerson;
  let owner: string;

  beforeAll(async () => {
    [tenant, other] = await Promise.all([givenTenant(service()), givenTenant(service())]);
    owner = await tenant.ownerToken();
    robin = await givenPerson(service(), { token: owner, accountId: tenant.accountId });
  });

  const post = (name: string, json: unknown, token = owner) =>
    service().call('POST', `/api/admin/${name}`, { json, token });
  const list = async (query = '', token = owner) => service().call('GET', `/api/admin/getUsers${query}`, { token });
  const login = (email: string, password: string) =>
    service().call('POST', '/api/authentication/login', { json: { username: email, password } });
  const withRole = async (role: 'Viewer' | 'Editor' | 'Administrator') => {
    const person = await givenPasswordUser(service(), { token: owner, accountId: tenant.accountId });
    const roles = [platformRoleCrn(role)];
    await givenPolicy(service(), { ...tenant, subject: person.iamId, roles, service: 'user-management' });
    return { ...person, token: await tokenIn(service(), person.secret, tenant.accountId) };
  };

  describe('createUser', () => {
    /** The body of that system's guide. */
    const body = (email: string) => ({
      dn: `cn=${email},ou=People,dc=zoran,dc=com`,
      gidNumber: '321',
      ...{ email, password: 'chosen by another', controls: [], displayName: 'Robin Example', uid: 'robin' },
      groups: ['Zoran User'],
    });

    it('when somebody is created, then the code lets the user in, who sets the password', async () => {
      const email = newEmail();

      const made = await post('createUser', body(email));
      const used = await activate(service(), made.body.activation_code, { password: A_PASSWORD });

      expect([made.status, made.body]).toEqual([
        200,
        { ...SUCCESS, activation_code: expect.any(String), note: expect.stringContaining('password') },
      ]);
      expect(used.status).toBe(201);
      expect([(await login(email, 'chosen by another')).status, (await login(email, A_PASSWORD)).status]).toEqual([
        401, 200,
      ]);
    });

    it('when an administrator is created, then the user is Zoran Admin and may create others', async () => {
      const email = newEmail();
      const made = await post('createUser', { email, groups: ['Zoran Admin'] });
      await activate(service(), made.body.activation_code, { password: A_PASSWORD });

      const { body: loggedIn } = await login(email, A_PASSWORD);
      const another = await post('createUser', { email: newEmail(), groups: ['Zoran Admin'] }, loggedIn.token);

      expect(loggedIn.user._groups).toEqual(['Zoran User', 'Zoran Admin']);
      expect([another.status, made.body.note]).toEqual([200, undefined]);
    });

    /** Takeover of a guest: who may invite must not come to choose the password of somebody who is known in other accounts. */
    it('when the user is known elsewhere, then it is asked in like everybody, and keeps its password', async () => {
      const known = await givenPasswordUser(service(), { token: await other.ownerToken(), accountId: other.accountId });

      const made = await post('createUser', body(known.email));
      const taken = await activate(service(), made.body.activation_code, { password: 'chosen by another' });

      expect(made.body).toEqual({ ...SUCCESS, activation_code: expect.any(String), note: expect.any(String) });
      expect(taken.status).toBe(400);
      expect((await login(known.email, 'chosen by another')).status).toBe(401);
      expect((await login(known.email, A_PASSWORD)).status).toBe(200);
      const token = await tokenIn(service(), known.secret, other.accountId);
      expect((await activate(service(), made.body.activation_code, { token })).status).toBe(200);
    });

    it('when the user is there already, then 409; when it has not come yet, then there is a new code', async () => {
      const email = newEmail();
      const first = await post('createUser', { email, groups: ['Zoran Admin'] });

      const again = await post('createUser', { email, groups: ['Zoran Admin'] });

      expect(again.body.activation_code).not.toBe(first.body.activation_code);
      expect((await activate(service(), first.body.activation_code)).status).toBe(400);
      expect((await activate(service(), again.body.activation_code)).status).toBe(201);
      expect(await post('createUser', { email })).toMatchObject({ status: 409, body: { code: 'already_exists' } });
    });

    /** Privilege growth: whoever may invite must not make somebody more than they are. */
    it('when an Editor of users creates an administrator, then the answer is 403 and nobody is created', async () => {
      const editor = await withRole('Editor');
      const email = newEmail();

      const refused = await post('createUser', { email, groups: ['Zoran Admin'] }, editor.token);
      const allowed = await post('createUser', { email, groups: [] }, editor.token);

      expect([refused.status, allowed.status]).toEqual([403, 200]);
    });

    it.each([
      ['no address', { email: 'robin' }],
      ['nothing', {}],
      ['a group that is not known here', { email: 'kim@example.test', groups: ['Zoran Supervisor'] }],
      ['a name with a line break', { email: 'kim@example.test', displayName: 'Kim\nExample' }],
    ])('when %s is sent, then the answer is 400', async (_, sent) => {
      expect(await post('createUser', sent)).toMatchObject({ status: 400, body: { message: expect.any(String) } });
    });
  });

  describe('disableUser and enableUser', () => {
    it('when a user is disabled, then keys are refused in the tenant until it is enabled, and the list says so', async () => {
      const kim = await givenPerson(service(), { token: owner, accountId: tenant.accountId });
      const state = async () => [
        (await exchangeIn(service(), kim.secret, tenant.accountId)).status,
        (await list()).body.find(({ email }: { email: string }) => email === kim.email).enabled,
      ];

      const disabled = await post('disableUser', { email: kim.email.toUpperCase() });
      expect([disabled.status, disabled.body, await state()]).toEqual([200, SUCCESS, [401, false]]);
      const enabled = await service().call('POST', '/api/admin/enableuser', {
        json: { email: kim.email },
        token: owner,
      });

      expect([enabled.status, enabled.body, await state()]).toEqual([200, SUCCESS, [200, true]]);
    });

    it.each(['disableUser', 'enableUser', 'updateUser'])(
      'when %s names a user of another tenant, or nobody, then both are missing alike',
      async (name) => {
        const answers = [await post(name, { email: other.owner.email }), await post(name, { email: newEmail() })];

        expect(answers.map(({ status }) => status)).toEqual([404, 404]);
        expect(answers[0]?.body).toEqual(answers[1]?.body);
      },
    );

    it('when the owner is disabled, then the answer is 403', async () => {
      expect((await post('disableUser', { email: tenant.owner.email })).status).toBe(403);
    });
  });

  describe('updateUser and updateSelf', () => {
    it.each([
      ['the password', { password: 'chosen by another' }],
      ['the name', { displayName: 'Not Robin' }],
    ])('when %s of another user is changed, then the answer is 403, also to the owner', async (_, change) => {
      expect(await post('updateUser', { email: robin.email, ...change })).toMatchObject({ status: 403 });
    });

    it('when groups are as they are, then it is a success; else they are changed by policies, and the answer is 400', async () => {
      const same = await post('updateUser', { email: robin.email, groups: ['Zoran User'] });
      const more = await post('updateUser', { email: robin.email, groups: ['Zoran Admin'] });
      const less = await post('updateSelf', { groups: ['Zoran User'] });

      expect([same.status, same.body, more.status, less.status]).toEqual([200, SUCCESS, 400, 400]);
    });

    it('when a user changes its own password and name, then both hold, and the token of the log-in does not', async () => {
      const kim = await givenPasswordUser(service(), { token: owner, accountId: tenant.accountId });
      const { token } = (await login(kim.email, A_PASSWORD)).body;
      const change = { email: kim.email, password: 'battery horse correct', displayName: 'Kim van Example' };

      const unproven = await post('updateSelf', change, token);
      const done = await post('updateSelf', { ...change, current_password: A_PASSWORD }, token);

      expect([unproven.status, done.status, done.body]).toEqual([400, 200, SUCCESS]);
      expect((await login(kim.email, 'battery horse correct')).body.user.displayName).toBe('Kim van Example');
      expect((await list('', token)).status).toBe(401);
    });

    it("when updateSelf names another user, then the answer is 400, and updateUser of oneself is one's own", async () => {
      const token = await tokenIn(service(), robin.secret, tenant.accountId);

      expect((await post('updateSelf', { email: tenant.owner.email }, token)).status).toBe(400);
      expect((await post('updateUser', { email: robin.email, displayName: 'Robin' }, token)).status).toBe(403);
      expect((await post('updateUser', { email: tenant.owner.email, displayName: 'The Owner' })).status).toBe(200);
    });
  });

  describe('getUsers', () => {
    it('when the owner asks, then there are the users of the tenant alone, each with its groups', async () => {
      const { status, body } = await list();

      expect(status).toBe(200);
      expect(body[0]).toEqual({
        ...{ dn: expect.stringContaining('cn='), controls: [], displayName: expect.any(String), gidNumber: '999' },
        ...{
          uid: expect.any(String),
          email: tenant.owner.email,
          enabled: true,
          _groups: ['Zoran User', 'Zoran Admin'],
        },
      });
      const emails = body.map(({ email }: { email: string }) => email);
      expect(emails).toContain(robin.email);
      expect(emails).not.toContain(other.owner.email);
    });

    it('when it is asked by a body, or by a query, then both are the same page', async () => {
      const asked = { maxResults: 2, offset: 1, sortBy: 'uid' };

      const byQuery = await list('?maxResults=2&offset=1&sortBy=uid');
      const byBody = await service().call('GET', '/api/admin/getUsers', {
        ...{ token: owner, json: asked },
        // Only so does the caller of the tests send a body with GET.
        headers: { Host: '127.0.0.1', 'Content-Length': String(JSON.stringify(asked).length) },
      });

      const all = (await list('?sortBy=uid')).body;
      const uids = all.map(({ uid }: { uid: string }) => uid);
      expect(uids).toEqual(uids.toSorted());
      expect([byQuery.body, byBody.body]).toEqual([all.slice(1, 3), all.slice(1, 3)]);
      expect((await list('?offset=9000')).body).toEqual([]);
    });

    it.each(['?maxResults=0', '?maxResults=x', '?offset=-1', '?offset=99999', '?sortBy=password'])(
      'when it is asked by %s, then the answer is 400',
      async (query) => {
        expect((await list(query)).status).toBe(400);
      },
    );

    it('when a Viewer of users asks, then it is told of nobody else who administers; without the role it is 403', async () => {
      const viewer = await withRole('Viewer');

      const { body } = await list('', viewer.token);
      const own = body.find(({ email }: { email: string }) => email === viewer.email);

      expect([own._groups, body[0].email, body[0]._groups]).toEqual([['Zoran User'], tenant.owner.email, undefined]);
      expect((await list('', await tokenIn(service(), robin.secret, tenant.accountId))).status).toBe(403);
    });
  });

  it.each(['createUser', 'updateUser', 'updateSelf', 'disableUser', 'enableUser'])(
    'when %s is asked without a token, or by who may not, then it is refused in the form of the door',
    async (name) => {
      const json = { email: tenant.owner.email, displayName: 'x' };
      const nobody = await service().call('POST', `/api/admin/${name}`, { json });
      const guest = await post(name, json, await tokenIn(service(), robin.secret, tenant.accountId));

      expect([nobody.status, nobody.body.code]).toEqual([401, 'credentials_missing']);
      expect(guest.status).toBe(name === 'updateSelf' ? 400 : 403);
    },
  );
});
