import { beforeAll, describe, expect, it } from '@jest/globals';
import { AUDIT_EVENTS } from '../../../src/audit/audit-event.ts';
import { eventually } from '../../contract/eventually.ts';
import {
  type GivenInstance,
  type GivenRole,
  givenLogInstance,
  tokenWithRoles,
} from '../../harness/given-log-instance.ts';
import { givenOtherAccount, type OtherAccount } from '../../harness/given-other-account.ts';
import type { Answer } from '../../harness/http-call.ts';
import { describeOnEveryBackend } from '../../harness/running-service.ts';
import { expectProductRefusal } from './product-refusal.ts';

const ALL = '/latchkey/v1/ingestion_keys';
const SECRET = /^[0-9a-f]{32}$/;
const MOST_SERVICE_KEYS = 20;

describeOnEveryBackend('/latchkey/v1/ingestion_keys', (service) => {
  let account: OtherAccount;
  let instance: GivenInstance;
  beforeAll(async () => {
    account = await givenOtherAccount(service());
    instance = await givenLogInstance(service(), account);
  });

  const asked = async (method: string, path: string, json?: object, token?: string): Promise<Answer> =>
    service().call(method, path, {
      token: token ?? (await account.ownerToken()),
      ...(json !== undefined && { json }),
    });
  const listed = (of: string, more = '') => asked('GET', `${ALL}?instance=${encodeURIComponent(of)}${more}`);
  const made = async (json: object = {}, of: GivenInstance = instance) =>
    (await asked('POST', ALL, { instance: of.guid, name: 'agents', ...json })).body;
  /** Whether a service key is good: the one kind that can be asked for without a line. */
  const proves = async (key: string): Promise<number> =>
    (await service().call('GET', '/v1/config/keys', { headers: { servicekey: key } })).status;

  it('given a new instance, when its keys are listed by its GUID or CRN, then there is the one that it was provisioned with', async () => {
    const fresh = await givenLogInstance(service(), account, { of: 'logs' });

    const answers = [await listed(fresh.guid), await listed(fresh.crn)];

    for (const { status, body } of answers) {
      expect({ status, body }).toEqual({
        status: 200,
        body: {
          ingestion_keys: [
            {
              ...{ id: expect.stringMatching(/^ApiKey-/), name: 'default', key: expect.stringMatching(SECRET) },
              ...{ type: 'ingestion', instance_crn: fresh.crn, disabled: false },
              created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
            },
          ],
        },
      });
    }
  });

  it('when one is made, changed, read and deleted, then every answer says what it is, and each change has its record', async () => {
    const created = await asked('POST', ALL, { instance: instance.crn, name: 'agents', type: 'service' });
    const one = `${ALL}/${created.body.id}`;
    const renamed = await asked('PATCH', one, { name: 'renamed' });
    const off = await asked('PATCH', one, { disabled: true });
    const read = await asked('GET', one);
    const refused = await proves(created.body.key);
    await asked('PATCH', one, { disabled: false });
    const allowed = await proves(created.body.key);
    const deleted = await asked('DELETE', one);

    expect(created.status).toBe(201);
    expect(created.body).toMatchObject({ name: 'agents', type: 'service', key: expect.stringMatching(SECRET) });
    expect(renamed.body).toEqual({ ...created.body, name: 'renamed' });
    expect(off.body).toEqual({ ...renamed.body, disabled: true });
    expect(read.body).toEqual(off.body);
    expect([refused, allowed, await proves(created.body.key)]).toEqual([403, 200, 403]);
    expect([deleted.status, deleted.text]).toEqual([204, '']);
    expectProductRefusal(await asked('GET', one), 404, 'not_found');
    const equals = [account.accountId, created.body.id];
    const { rows } = await service().store.read(AUDIT_EVENTS).page('byTarget', { equals, limit: 10 });
    expect(rows.map(({ action }) => action)).toEqual([
      'logdna.ingestion-key.create',
      ...Array.from({ length: 3 }, () => 'logdna.ingestion-key.update'),
      'logdna.ingestion-key.delete',
    ]);
    expect(JSON.stringify(rows)).not.toContain(created.body.key);
  });

  it('given a key with which lines were sent, when it is read and listed, then its activity says how much and when', async () => {
    const fresh = await givenLogInstance(service(), account);
    const [{ id, key }] = (await listed(fresh.guid)).body.ingestion_keys;
    const json = { lines: [{ line: 'one' }, { line: 'two' }] };

    const sent = await service().call('POST', '/logs/ingest?hostname=here', { json, headers: { apikey: key } });

    const activity = {
      ...{ requests: 1, lines: 2, bytes: expect.any(Number) },
      last_used_at: expect.stringMatching(/^\d{4}-.*Z$/),
    };
    expect(sent.status).toBe(200);
    await eventually(async () => {
      expect((await asked('GET', `${ALL}/${id}`)).body).toMatchObject({ id, activity });
      expect((await listed(fresh.guid)).body.ingestion_keys).toMatchObject([{ id, activity }]);
    });
  });

  it('given more than a page, when they are listed, then the pages hold each once, and a cursor opens no other list', async () => {
    const fresh = await givenLogInstance(service(), account);
    for (const name of ['one', 'two', 'three']) await made({ name, type: 'service' }, fresh);

    const first = await listed(fresh.guid, '&limit=2');
    const second = await listed(fresh.guid, `&limit=2&cursor=${first.body.next}`);
    const onlyService = await listed(fresh.guid, '&type=service');
    const elsewhere = await listed(instance.guid, `&cursor=${first.body.next}`);

    const names = ({ body }: Answer) => body.ingestion_keys.map(({ name }: { name: string }) => name);
    expect([...names(first), ...names(second)]).toEqual(['default', 'one', 'two', 'three']);
    expect('next' in second.body).toBe(false);
    expect(names(onlyService)).toEqual(['one', 'two', 'three']);
    expectProductRefusal(elsewhere, 400, 'parameter_invalid');
  });

  describe('given a service key', () => {
    it('when it is rotated with an overlap, then both are good until it is over, and then the old one is refused and removed', async () => {
      const before = await made({ type: 'service' });

      const rotated = await asked('POST', `${ALL}/${before.id}/rotate`, { overlap_seconds: 600 });

      const old = await asked('GET', `${ALL}/${before.id}`);
      const again = await asked('POST', `${ALL}/${before.id}/rotate`, { overlap_seconds: 600 });
      expect(rotated.status).toBe(201);
      expect(rotated.body).toMatchObject({ name: before.name, type: 'service', instance_crn: instance.crn });
      expect(rotated.body.id).not.toBe(before.id);
      expect(old.body).toMatchObject({ successor_id: rotated.body.id, ends_at: rotated.body.previous.ends_at });
      expectProductRefusal(again, 409, 'already_exists');
      expect([await proves(before.key), await proves(rotated.body.key)]).toEqual([200, 200]);
      service().clock.pass(600_000);
      expect([await proves(before.key), await proves(rotated.body.key)]).toEqual([403, 200]);
      expectProductRefusal(await asked('GET', `${ALL}/${before.id}`), 404, 'not_found');
    });

    it('when it is rotated without an overlap, then the old one is refused at once', async () => {
      const before = await made({ type: 'service' });

      const rotated = await asked('POST', `${ALL}/${before.id}/rotate`, { overlap_seconds: 0 });

      expect(rotated.body.previous.id).toBe(before.id);
      expect([await proves(before.key), await proves(rotated.body.key)]).toEqual([403, 200]);
    });

    /** Whoever was shut out would be let in again by who only means to change the value. */
    it.each([[0], [600]])(
      'when it was switched off and is rotated with an overlap of %s, then the new one is switched off as well, until it is switched on',
      async (overlap_seconds) => {
        const before = await made({ type: 'service' });
        await asked('PATCH', `${ALL}/${before.id}`, { disabled: true });

        const { status, body } = await asked('POST', `${ALL}/${before.id}/rotate`, { overlap_seconds });

        expect([status, body.disabled]).toEqual([201, true]);
        expect([await proves(before.key), await proves(body.key)]).toEqual([403, 403]);
        await asked('PATCH', `${ALL}/${body.id}`, { disabled: false });
        expect(await proves(body.key)).toBe(200);
      },
    );

    it.each([[-1], [2_592_001], [1.5], ['60'], [undefined]])(
      'when it is rotated with an overlap of %s, then that is refused and nothing is changed',
      async (overlap_seconds) => {
        const before = await made();

        const { status } = await asked('POST', `${ALL}/${before.id}/rotate`, { overlap_seconds });

        expect(status).toBe(400);
        expect((await asked('GET', `${ALL}/${before.id}`)).body).toEqual(before);
      },
    );
  });

  describe('given somebody with some roles on the instance', () => {
    /** Seed of the product: platform role Editor with service role Manager; by itself neither is enough. */
    it.each<[boolean, GivenRole[]]>([
      [true, ['Editor', 'Manager']],
      [true, ['Administrator', 'Manager']],
      [false, ['Viewer', 'Manager']],
      [false, ['Operator', 'Manager']],
      [false, ['Editor', 'Writer']],
      [false, ['Manager']],
      [false, ['Viewer']],
      [false, ['Editor']],
    ])('when (%s) %j asks for everything that there is to do, then all of it is decided so', async (may, roles) => {
      const key = await made();
      const token = await tokenWithRoles(service(), account, { of: instance.service, roles });
      const one = `${ALL}/${key.id}`;

      const answers = [
        await asked('GET', `${ALL}?instance=${instance.guid}`, undefined, token),
        await asked('POST', ALL, { instance: instance.guid, name: 'mine' }, token),
        await asked('GET', one, undefined, token),
        await asked('PATCH', one, { name: 'mine' }, token),
        await asked('POST', `${one}/rotate`, { overlap_seconds: 60 }, token),
        await asked('DELETE', one, undefined, token),
      ];

      expect(answers.map(({ status }) => status)).toEqual(may ? [200, 201, 200, 200, 201, 204] : Array(6).fill(403));
      if (may) return;
      for (const answer of answers) expectProductRefusal(answer, 403, 'access_denied');
      expect((await asked('GET', one)).body).toEqual(key);
    });
  });

  /** One tenant must not find out, by the answers, what another one has. */
  it('when the owner of another account asks, then everything is missing, and nothing is changed', async () => {
    const key = await made();
    const stranger = await (await givenOtherAccount(service())).ownerToken();
    const one = `${ALL}/${key.id}`;

    const answers = [
      await asked('GET', `${ALL}?instance=${encodeURIComponent(instance.crn)}`, undefined, stranger),
      await asked('POST', ALL, { instance: instance.guid, name: 'mine' }, stranger),
      await asked('GET', one, undefined, stranger),
      await asked('PATCH', one, { disabled: true }, stranger),
      await asked('POST', `${one}/rotate`, { overlap_seconds: 0 }, stranger),
      await asked('DELETE', one, undefined, stranger),
    ];

    for (const answer of answers) expectProductRefusal(answer, 404, 'not_found');
    expect((await asked('GET', one)).body).toEqual(key);
  });

  it.each([
    ['an instance that there is not', { instance: '5b1f3f0e-0000-4000-8000-000000000000' }, 404, 'not_found'],
    ['no instance', { instance: undefined }, 400, 'parameter_missing'],
    ['a name with a control character', { name: 'a\nb' }, 400, 'parameter_invalid'],
    ['a name of 181 characters', { name: 'a'.repeat(181) }, 400, 'parameter_invalid'],
    ['no name', { name: '' }, 400, 'parameter_missing'],
    ['another type', { type: 'admin' }, 400, 'parameter_invalid'],
  ])('when one is to be made with %s, then that is refused', async (_what, json, status, code) => {
    expectProductRefusal(await asked('POST', ALL, { instance: instance.guid, name: 'agents', ...json }), status, code);
  });

  it('given an instance of a service that takes no lines, when its keys are asked for, then the answer says so', async () => {
    const other = await givenLogInstance(service(), account, { of: 'generic-service' });

    expectProductRefusal(await listed(other.guid), 400, 'parameter_invalid');
    expectProductRefusal(await asked('POST', ALL, { instance: other.guid, name: 'x' }), 400, 'parameter_invalid');
  });

  it('when more service keys than there may be are made at once, then there are exactly as many as there may be', async () => {
    const fresh = await givenLogInstance(service(), account);
    const token = await account.ownerToken();
    const json = { instance: fresh.guid, name: 'many', type: 'service' };

    const answers = await Promise.all(
      Array.from({ length: MOST_SERVICE_KEYS + 3 }, () => asked('POST', ALL, json, token)),
    );

    const refused = answers.filter(({ status }) => status !== 201);
    expect(refused).toHaveLength(3);
    for (const answer of refused) expectProductRefusal(answer, 409, 'limit_reached');
    const { body } = await listed(fresh.guid, '&type=service');
    expect(body.ingestion_keys).toHaveLength(MOST_SERVICE_KEYS);
    // Who has as many as may be can rotate one all the same.
    const rotated = await asked('POST', `${ALL}/${body.ingestion_keys[0].id}/rotate`, { overlap_seconds: 60 });
    expect(rotated.status).toBe(201);
  });
});
