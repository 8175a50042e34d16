import { expect, it } from '@jest/globals';
import { expectAccessRefusal } from '../../harness/access-refusal.ts';
import { asOwner, firstAccountId, givenServiceId } from '../../harness/given-credentials.ts';
import { givenOtherAccount } from '../../harness/given-other-account.ts';
import { describeOnEveryBackend } from '../../harness/running-service.ts';

describeOnEveryBackend('the access management settings of an account', (service) => {
  const patch = async (path: string, json: unknown, ifMatch: string | undefined, token: string) =>
    service().call('PATCH', path, { token, json, headers: ifMatch === undefined ? {} : { 'If-Match': ifMatch } });

  it('given a new account, when they are read and changed in part, then the rest stays and stale tags are refused', async () => {
    const path = `/v1/accounts/${await firstAccountId(service())}/settings/access_management`;
    const token = await service().ownerToken();
    const change = {
      external_account_identity_interaction: {
        identity_types: { user: { state: 'limited', external_allowed_accounts: ['a'.repeat(32)] } },
      },
    };

    const first = await asOwner(service(), 'GET', path);
    const tag = String(first.headers.get('etag'));
    const changed = await patch(path, change, tag, token);
    const stale = await patch(path, change, tag, token);
    const without = await patch(path, change, undefined, token);
    const again = await patch(path, {}, String(changed.headers.get('etag')), token);
    const read = await asOwner(service(), 'GET', path);

    const enabled = { state: 'enabled', external_allowed_accounts: [] };
    expect(first.body).toEqual({
      external_account_identity_interaction: {
        identity_types: { user: enabled, service_id: enabled, service: enabled },
      },
    });
    expect(changed.status).toBe(200);
    expect(changed.body.external_account_identity_interaction.identity_types).toEqual({
      ...{ user: { state: 'limited', external_allowed_accounts: ['a'.repeat(32)] } },
      ...{ service_id: enabled, service: enabled },
    });
    expectAccessRefusal(stale, 412, 'conflict');
    expectAccessRefusal(without, 400, 'entity_tag_missing');
    expect([again.status, again.body]).toEqual([200, changed.body]);
    expect([read.body, read.headers.get('etag')]).toEqual([changed.body, again.headers.get('etag')]);
  });

  it('given many who change them at once, when none names a version, then each change is made', async () => {
    const other = await givenOtherAccount(service());
    const path = `/v1/accounts/${other.accountId}/settings/access_management`;
    const token = await other.ownerToken();
    const kinds = ['user', 'service_id', 'service'];
    const limit = (kind: string) => ({
      external_account_identity_interaction: { identity_types: { [kind]: { state: 'limited' } } },
    });

    const answers = await Promise.all(kinds.map((kind) => patch(path, limit(kind), '*', token)));
    const { body } = await service().call('GET', path, { token });

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    for (const kind of kinds) {
      expect(body.external_account_identity_interaction.identity_types[kind].state).toBe('limited');
    }
  });

  it('given others, when they read or change them, then they are refused, also with an unknown state', async () => {
    const accountId = await firstAccountId(service());
    const path = `/v1/accounts/${accountId}/settings/access_management`;
    const stranger = await service().tokenOf((await givenServiceId(service())).key.secret);
    const foreign = await (await givenOtherAccount(service())).ownerToken();
    const unknown = { external_account_identity_interaction: { identity_types: { user: { state: 'open' } } } };

    for (const token of [stranger, foreign]) {
      expectAccessRefusal(await service().call('GET', path, { token }), 403, 'insufficent_permissions');
      expectAccessRefusal(await patch(path, {}, '*', token), 403, 'insufficent_permissions');
    }
    expectAccessRefusal(await patch(path, unknown, '*', await service().ownerToken()), 400, 'invalid_body', /state/);
    expectAccessRefusal(await service().call('GET', path), 401, 'invalid_token');
  });
});
