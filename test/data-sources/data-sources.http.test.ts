import { beforeAll, expect, it } from '@jest/globals';
import { AUDIT_EVENTS } from '../../src/audit/audit-event.ts';
import { DATA_SOURCES, MOST_DATA_SOURCES, newDataSource } from '../../src/data-sources/data-source.ts';
import { insert } from '../../src/store/changes.ts';
import { expectProductRefusal } from '../doors/latchkey/product-refusal.ts';
import { callerOf } from '../harness/given-every-kind.ts';
import { givenOtherAccount, type OtherAccount } from '../harness/given-other-account.ts';
import type { Answer } from '../harness/http-call.ts';
import { describeOnEveryBackend } from '../harness/running-service.ts';

const ALL = '/latchkey/v1/data_sources';
const SOURCE = {
  name: 'people.csv',
  sync_type: 'incremental',
  icon: 'table',
  is_active: false,
  entity_types: { identities: { uri: { file: 'file:/data/input/identities.csv' } } },
  connection_settings: { csv: {} },
};

describeOnEveryBackend('/latchkey/v1/data_sources', (service) => {
  let account: OtherAccount;
  beforeAll(async () => {
    account = await givenOtherAccount(service());
  });

  const asked = async (method: string, path: string, json?: object, of: OtherAccount = account): Promise<Answer> =>
    service().call(method, path, { token: await of.ownerToken(), ...(json !== undefined && { json }) });

  it('when one is made, read, changed and deleted, then every answer says what it is, and each change has its record', async () => {
    const made = await asked('POST', ALL, SOURCE);
    const one = `${ALL}/${made.body.id}`;
    const read = await asked('GET', one);
    const changed = await asked('PATCH', one, { is_active: true, entity_types: {} });
    const reread = await asked('GET', one);
    const deleted = await asked('DELETE', one);

    expect(made.status).toBe(201);
    expect(made.body).toEqual({
      ...{ ...SOURCE, id: expect.stringMatching(/^[0-9a-f-]{36}$/), created_by: account.ownerIamId },
      ...{ created_at: expect.stringMatching(/Z$/), modified_at: expect.stringMatching(/Z$/) },
    });
    expect(read.body).toEqual(made.body);
    expect(changed.body).toMatchObject({ name: SOURCE.name, sync_type: 'incremental', is_active: true });
    expect(changed.body).toMatchObject({ entity_types: {}, connection_settings: { csv: {} } });
    expect(reread.body).toEqual(changed.body);
    expect([deleted.status, deleted.text]).toEqual([204, '']);
    expectProductRefusal(await asked('GET', one), 404, 'not_found');
    const equals = [account.accountId, made.body.id];
    const { rows } = await service().store.read(AUDIT_EVENTS).page('byTarget', { equals, limit: 10 });
    expect(rows.map(({ action }) => action)).toEqual(
      ['create', 'update', 'delete'].map((verb) => `iam-identity.datasource.${verb}`),
    );
    // Should somebody have put a secret there after all.
    expect(JSON.stringify(rows)).not.toContain('file:/data');
  });

  it('when one is made with nothing but a name, then the rest is as it mostly is', async () => {
    const { status, body } = await asked('POST', ALL, { name: 'plain' });

    expect(status).toBe(201);
    expect(body).toMatchObject({ sync_type: 'full', icon: 'apps', is_active: true });
    expect(body).toMatchObject({ entity_types: {}, connection_settings: {} });
  });

  it('given three, when they are listed by two, then each stands once, in the order of their creation', async () => {
    const other = await givenOtherAccount(service());
    const ids: string[] = [];
    for (const name of ['c', 'a', 'b']) ids.push((await asked('POST', ALL, { name }, other)).body.id);

    const first = await asked('GET', `${ALL}?limit=2`, undefined, other);
    const second = await asked('GET', `${ALL}?limit=2&cursor=${first.body.next}`, undefined, other);

    const rows = [...first.body.data_sources, ...second.body.data_sources];
    expect(rows.map(({ id }) => id)).toEqual(ids);
    expect(second.body.next).toBeUndefined();
  });

  it.each<[object, string]>([
    [{}, 'parameter_missing'],
    [{ name: 'a\u0007b' }, 'parameter_invalid'],
    [{ name: 'x', sync_type: 'now' }, 'parameter_invalid'],
    [{ name: 'x', entity_types: { 'a/b': {} } }, 'parameter_invalid'],
    [{ name: 'x', entity_types: { people: 'file' } }, 'parameter_invalid'],
    [{ name: 'x', connection_settings: { csv: { password: 'secret' } } }, 'parameter_invalid'],
    [{ name: 'x', connection_settings: { csv: { text: 'x'.repeat(9_000) } } }, 'parameter_invalid'],
  ])(
    'given a body that cannot be kept, when it is sent, then it is refused and nothing is made',
    async (json, code) => {
      const other = await givenOtherAccount(service());

      expectProductRefusal(await asked('POST', ALL, json, other), 400, code);
      expect((await asked('GET', ALL, undefined, other)).body).toEqual({ data_sources: [] });
    },
  );

  /** Cross-tenant access: an id of another account is as good as none. */
  it("given another account's, when it is read, changed and deleted, then it is as if it were not there", async () => {
    const one = `${ALL}/${(await asked('POST', ALL, SOURCE)).body.id}`;
    const other = await givenOtherAccount(service());

    expectProductRefusal(await asked('GET', one, undefined, other), 404, 'not_found');
    expectProductRefusal(await asked('PATCH', one, { name: 'mine' }, other), 404, 'not_found');
    expectProductRefusal(await asked('DELETE', one, undefined, other), 404, 'not_found');
    expect((await asked('GET', one)).body.name).toBe(SOURCE.name);
  });

  it('given two less than an account may have, when six are made at once, then two are, and four hear of the limit', async () => {
    const full = await givenOtherAccount(service());
    const { accountId, ownerIamId } = full;
    const chosen = { name: 'x', syncType: 'full', icon: 'apps', active: true } as const;
    const rows = Array.from({ length: MOST_DATA_SOURCES - 2 }, () =>
      newDataSource({ ...chosen, entityTypes: {}, connectionSettings: {} }, accountId, ownerIamId, 1),
    );
    for (let at = 0; at < rows.length; at += 100) {
      await service().store.commit(rows.slice(at, at + 100).map((row) => insert(DATA_SOURCES, row)));
    }

    const { dataSources } = await service().domains.tenants();
    const making = Array.from({ length: 6 }, () =>
      dataSources.create(callerOf(full), { ...chosen, entityTypes: {}, connectionSettings: {} }),
    );
    const refusals = (await Promise.allSettled(making)).flatMap((one) =>
      one.status === 'rejected' ? [one.reason.code] : [],
    );

    expect(refusals).toEqual(['limit_reached', 'limit_reached', 'limit_reached', 'limit_reached']);
    expectProductRefusal(await asked('POST', ALL, { name: 'one more' }, full), 409, 'limit_reached');
  });
});
