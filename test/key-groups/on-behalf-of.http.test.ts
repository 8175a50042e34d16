import { beforeAll, expect, it } from '@jest/globals';
import { platformRoleCrn } from '../../src/resource-catalog/service-definition.ts';
import { givenGroupedKey, givenKeyGroup } from '../doors/ivanti/given-grouped-key.ts';
import { expectProductRefusal } from '../doors/latchkey/product-refusal.ts';
import { asOwner, firstAccountId, givenUser } from '../harness/given-credentials.ts';
import { givenCustomRole, givenPolicy } from '../harness/given-rights.ts';
import type { Answer } from '../harness/http-call.ts';
import { describeOnEveryBackend } from '../harness/running-service.ts';

/** Privilege growth (R34): whoever has a key acts as its user, and so may not make one of who holds more. */
describeOnEveryBackend('who may let a key act on behalf of whom', (service) => {
  let accountId: string;
  let ownerIamId: string;
  /** Administrator of identities, who may look at users as well. */
  let administrator: string;
  /** May change users, and not only look at them. */
  let editor: string;
  let group: string;

  const VIEWER = platformRoleCrn('Viewer');

  async function givenRoles(...rights: readonly (readonly [role: string, of: string])[]) {
    const user = await givenUser(service());
    for (const [role, of] of rights) {
      await givenPolicy(service(), { accountId, subject: user.iamId, roles: [role], service: of });
    }
    return { ...user, token: await service().tokenOf(user.key.secret) };
  }

  beforeAll(async () => {
    accountId = await firstAccountId(service());
    ownerIamId = (await asOwner(service(), 'GET', '/latchkey/v1/me')).body.iam_id;
    const administers = [platformRoleCrn('Administrator'), 'iam-identity'] as const;
    ({ token: administrator } = await givenRoles(administers, [VIEWER, 'user-management']));
    ({ iamId: editor } = await givenRoles([VIEWER, 'user-management'], [platformRoleCrn('Editor'), 'user-management']));
    group = await givenKeyGroup(service());
  });

  const made = (token: string, json: object): Promise<Answer> =>
    service().call('POST', `${group}/keys`, { token, json });
  const changed = (token: string, path: string, json: object): Promise<Answer> =>
    service().call('PATCH', path, { token, json });

  it('when an Administrator makes one for who holds no more, in the role or at all, then it is made', async () => {
    const viewer = await givenRoles([VIEWER, 'user-management']);

    expect((await made(administrator, {})).status).toBe(201);
    expect((await made(administrator, { on_behalf_of: viewer.email.toUpperCase() })).body.on_behalf_of).toBe(
      viewer.iamId,
    );
    expect((await made(administrator, { on_behalf_of: editor, in_role: 'Viewer' })).status).toBe(201);
  });

  it('when an Administrator makes one for who holds more, or for the owner in however small a role, then it is refused', async () => {
    for (const json of [
      { on_behalf_of: editor },
      { on_behalf_of: editor, in_role: 'Editor' },
      { on_behalf_of: ownerIamId },
      { on_behalf_of: ownerIamId, in_role: 'Viewer' },
    ]) {
      expectProductRefusal(await made(administrator, json), 403, 'access_denied');
    }
  });

  it('when an Administrator changes one so that it acts as more, or activates it, then it is refused', async () => {
    const inRole = (await made(administrator, { on_behalf_of: editor, in_role: 'Viewer' })).body;
    const { path: ofOwner } = await givenGroupedKey(service(), { activated: false });
    const path = `${group}/keys/${inRole.id}`;

    for (const json of [{ in_role: null }, { in_role: 'Editor' }, { on_behalf_of: ownerIamId }]) {
      expectProductRefusal(await changed(administrator, path, json), 403, 'access_denied');
    }
    expectProductRefusal(await changed(administrator, ofOwner, { activated: true }), 403, 'access_denied');
    expectProductRefusal(await changed(administrator, ofOwner, { in_role: 'Viewer' }), 403, 'access_denied');
    // What takes something away is open, also in an incident; and so is back what the Administrator holds.
    expect((await changed(administrator, ofOwner, { description: 'of the owner' })).status).toBe(200);
    expect((await changed(administrator, path, { activated: false })).status).toBe(200);
    expect((await changed(administrator, path, { activated: true })).status).toBe(200);
    const enabled = `/latchkey/v1/apikeys/ApiKey-${inRole.id}/enable`;
    await changed(administrator, path, { activated: false });
    expect((await service().call('POST', enabled, { token: administrator })).status).toBe(200);
  });

  /** Way around the addresses: a key that was stolen, and is taken only from elsewhere, would be taken from where its thief is. */
  it('when an Administrator lets the key of who holds more be taken from more addresses, then it is refused', async () => {
    const { path } = await givenGroupedKey(service(), { ips: ['192.0.2.1', '198.51.100.0/24'] });

    for (const ips of [[], ['0.0.0.0/0'], ['192.0.2.1', '127.0.0.1']]) {
      expectProductRefusal(await changed(administrator, path, { ips }), 403, 'access_denied');
    }
    expect((await changed(administrator, path, { ips: ['192.0.2.1'] })).body.ips).toEqual(['192.0.2.1']);
    expect((await changed(await service().ownerToken(), path, { ips: [] })).body.ips).toEqual([]);
    expect((await changed(administrator, path, { ips: ['127.0.0.1'] })).status).toBe(200);
  });

  it('when a user is given another role, or a key another user, then the role must be one that the user has', async () => {
    const nobody = await givenRoles();
    const { path } = await givenGroupedKey(service(), { on_behalf_of: editor, in_role: 'Editor' });
    const token = await service().ownerToken();

    expectProductRefusal(await made(token, { on_behalf_of: nobody.email, in_role: VIEWER }), 400, 'parameter_invalid');
    expectProductRefusal(await changed(token, path, { on_behalf_of: nobody.iamId }), 400, 'parameter_invalid');
    expect((await changed(token, path, { on_behalf_of: nobody.iamId, in_role: null })).body).toMatchObject({
      on_behalf_of: nobody.iamId,
    });
  });

  it('when a custom role is named by its name or CRN, then it is the one; a name of two is refused', async () => {
    const actions = ['user-management.user.list'];
    const common = { accountId, service: 'user-management', actions };
    await givenCustomRole(service(), { ...common, name: 'OnlyLists' });
    await givenCustomRole(service(), { ...common, name: 'Viewer' });
    const token = await service().ownerToken();
    const crn = `crn:v1:bluemix:public:iam-access-management::a/${accountId}:customRole:OnlyLists`;

    const byName = await made(token, { in_role: 'onlylists' });

    expect(byName.body.in_role).toBe(crn.replace(`a/${accountId}:`, `a/${accountId}::`));
    expect((await made(token, { in_role: byName.body.in_role })).status).toBe(201);
    const ambiguous = await made(token, { in_role: 'Viewer' });
    expectProductRefusal(ambiguous, 400, 'parameter_invalid');
    expect(ambiguous.body.message).toContain(VIEWER);
    expect((await made(token, { in_role: VIEWER })).status).toBe(201);
  });

  it('when somebody may make keys, and not for others, then it is one for this user alone', async () => {
    const actions = ['iam-identity.tenantkey.create', 'iam-identity.tenantkey.get'];
    await givenCustomRole(service(), { accountId, service: 'iam-identity', name: 'Makes', actions });
    const makes = `crn:v1:bluemix:public:iam-access-management::a/${accountId}::customRole:Makes`;
    const maker = await givenRoles([makes, 'iam-identity'], [VIEWER, 'user-management']);
    const viewer = await givenRoles([VIEWER, 'user-management']);

    expect((await made(maker.token, { on_behalf_of: maker.email })).body.on_behalf_of).toBe(maker.iamId);
    expectProductRefusal(await made(maker.token, { on_behalf_of: viewer.email }), 403, 'access_denied');
  });

  /** Way around: the list of all keys is another door to the same key. */
  it('when somebody may change keys, and not make them for others, then none of others is enabled, here or in the list', async () => {
    const actions = ['get', 'list', 'update'].map((verb) => `iam-identity.tenantkey.${verb}`);
    await givenCustomRole(service(), { accountId, service: 'iam-identity', name: 'Changes', actions });
    const changes = `crn:v1:bluemix:public:iam-access-management::a/${accountId}::customRole:Changes`;
    const changer = await givenRoles([changes, 'iam-identity'], [VIEWER, 'user-management']);
    const viewer = await givenRoles([VIEWER, 'user-management']);
    const { path, id } = await givenGroupedKey(service(), { on_behalf_of: viewer.email, activated: false });
    const listed = (verb: string) =>
      service().call('POST', `/latchkey/v1/apikeys/ApiKey-${id}/${verb}`, { token: changer.token });

    expectProductRefusal(await changed(changer.token, path, { activated: true }), 403, 'access_denied');
    expectProductRefusal(await listed('enable'), 403, 'access_denied');
    expect((await listed('disable')).body.state).toBe('disabled');
  });
});
