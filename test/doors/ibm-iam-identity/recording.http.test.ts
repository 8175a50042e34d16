import { beforeAll, describe, expect, it } from '@jest/globals';
import { API_KEYS } from '../../../src/api-keys/api-key.ts';
import { AUDIT_EVENTS, type AuditEvent } from '../../../src/audit/audit-event.ts';
import { REVOCATIONS } from '../../../src/revocations/revocation.ts';
import { SERVICE_IDS } from '../../../src/service-ids/service-id.ts';
import { givenAuditObstacle } from '../../harness/audit-obstacle.ts';
import { BACKENDS, settingsOf } from '../../harness/backends.ts';
import {
  asOwner,
  firstAccountId,
  type GivenServiceId,
  givenKeyOf,
  givenServiceId,
} from '../../harness/given-credentials.ts';
import type { Sent } from '../../harness/http-call.ts';
import { expectIdentityRefusal } from '../../harness/identity-refusal.ts';
import { describeOnEveryBackend, type RunningService, runningService } from '../../harness/running-service.ts';

const change = (json: object): Sent => ({ json, headers: { 'If-Match': '*' } });

/** Every change: what is done first, the call, its verb, and what must stand in `before` and `after`. */
const CHANGES: readonly (readonly [
  verb: string,
  method: string,
  suffix: string,
  sent: Sent,
  before: object,
  after: object | undefined,
])[] = [
  [
    'update',
    'PUT',
    '',
    change({ name: 'new', description: 'd' }),
    { description: '' },
    { name: 'new', description: 'd' },
  ],
  ['lock', 'POST', '/lock', {}, { locked: false }, { locked: true }],
  ['unlock', 'DELETE', '/lock', {}, { locked: false }, { locked: false }],
  ['disable', 'POST', '/disable', {}, { disabled: false, generation: 1 }, { disabled: true, generation: 2 }],
  ['enable', 'DELETE', '/disable', {}, { disabled: false }, { disabled: false }],
  ['delete', 'DELETE', '', {}, { disabled: false, locked: false }, undefined],
];

const eventsOf = async (service: RunningService, targetId: string): Promise<readonly AuditEvent[]> => {
  const equals = [await firstAccountId(service), targetId];
  const { rows } = await service.store.read(AUDIT_EVENTS).page('byTarget', { equals, limit: 100, descending: true });
  return rows;
};

describeOnEveryBackend('the audit record of the identity API', (service) => {
  let ownerIamId: string;
  let adminKeyId: string;
  let accountId: string;

  beforeAll(async () => {
    const { body } = await asOwner(service(), 'GET', '/v1/apikeys');
    ({ iam_id: ownerIamId, id: adminKeyId, account_id: accountId } = body.apikeys[0]);
  });

  /** Makes a call under a name of the caller's. @returns the answer and the newest event of the thing */
  const recorded = async (method: string, path: string, sent: Sent, targetId?: string) => {
    service().clock.pass(1);
    const headers = { ...sent.headers, 'Transaction-Id': `tx-${Math.random()}` };
    const answer = await asOwner(service(), method, path, { ...sent, headers });
    const [event] = await eventsOf(service(), targetId ?? answer.body.id);
    expect(answer.headers.get('transaction-id')).toBe(headers['Transaction-Id']);
    return { answer, event };
  };
  const expected = (kind: string, id: string, verb: string, headers: Headers) => ({
    ...{ action: `iam-identity.${kind}.${verb}`, outcome: 'success', accountId, targetId: id },
    target: `crn:v1:bluemix:public:iam-identity::a/${accountId}::${kind}:${id}`,
    actor: { iamId: ownerIamId, apiKeyId: adminKeyId },
    address: expect.stringMatching(/^(127\.0\.0\.1|::1)$/),
    requestId: headers.get('x-request-id'),
    transactionId: headers.get('transaction-id'),
    at: expect.any(Number),
  });

  it.each(CHANGES)(
    'given a key, when it is changed by %s, then the record says who, what, from where, and how it was',
    async (...row) => {
      const [verb, method, suffix, sent, before, after] = row;
      const { iamId } = await givenServiceId(service());
      const key = await givenKeyOf(service(), iamId);

      const { answer, event } = await recorded(method, `/v1/apikeys/${key.id}${suffix}`, sent, key.id);

      expect(event).toMatchObject({ ...expected('apikey', key.id, verb, answer.headers), before });
      if (after === undefined) expect(event).not.toHaveProperty('after');
      else expect(event?.after).toMatchObject(after);
      expect(await eventsOf(service(), key.id)).toHaveLength(2);
    },
  );

  it.each(CHANGES.filter(([, , suffix]) => suffix !== '/disable'))(
    'given a service ID, when it is changed by %s, then the record says who, what, from where, and how it was',
    async (verb, method, suffix, sent) => {
      const { id } = await givenServiceId(service());

      const { answer, event } = await recorded(method, `/v1/serviceids/${id}${suffix}`, sent, id);

      expect(event).toMatchObject(expected('serviceid', id, verb, answer.headers));
      expect(event?.before).toMatchObject({ name: 'build server', state: 'active' });
      expect(event?.after).toMatchObject({ state: verb === 'delete' ? 'deleted' : 'active' });
    },
  );

  it('given members that only some have, when they are changed, then the record shows them before and after', async () => {
    const { id } = await givenServiceId(service(), { uniqueInstanceCrns: ['crn:v1:::logs:::::old'] });
    const key = await givenKeyOf(service(), ownerIamId);

    const instances = await recorded(
      'PUT',
      `/v1/serviceids/${id}`,
      change({ unique_instance_crns: ['crn:v1:::logs:::::new'] }),
      id,
    );
    const sessions = await recorded('PUT', `/v1/apikeys/${key.id}`, change({ support_sessions: true }), key.id);

    expect([instances.event?.before, instances.event?.after]).toMatchObject([
      { uniqueInstanceCrns: ['crn:v1:::logs:::::old'] },
      { uniqueInstanceCrns: ['crn:v1:::logs:::::new'] },
    ]);
    expect([sessions.event?.before, sessions.event?.after]).toMatchObject([
      { supportSessions: false },
      { supportSessions: true },
    ]);
  });

  it('given a service ID with a first key, when both are made, then each has its record, under one request id', async () => {
    const json = { name: 'builder', apikey: { name: 'first', store_value: true } };

    const { answer, event } = await recorded('POST', '/v1/serviceids', { json });
    const [ofKey] = await eventsOf(service(), answer.body.apikey.id);

    expect(event).toMatchObject(expected('serviceid', answer.body.id, 'create', answer.headers));
    expect(ofKey).toMatchObject(expected('apikey', answer.body.apikey.id, 'create', answer.headers));
    expect(event).not.toHaveProperty('before');
    expect(ofKey?.after).toMatchObject({ name: 'first', iamId: answer.body.iam_id });
  });

  /** A dump of the trail must open nothing (R2). */
  it('given a key with a stored value, when all is done with it, then no record and no line of the log holds a piece of it', async () => {
    const { iamId } = await givenServiceId(service());
    const { body } = await asOwner(service(), 'POST', '/v1/apikeys', {
      json: { name: 'kept', iam_id: iamId, store_value: true },
    });
    const stored = await service().store.read(API_KEYS).get(body.id);
    for (const [, method, suffix, sent] of CHANGES)
      await asOwner(service(), method, `/v1/apikeys/${body.id}${suffix}`, sent);

    const trail = JSON.stringify(await eventsOf(service(), body.id)) + service().log.join('');

    const digest = String(stored?.digest.split(':')[1]);
    for (const secret of [body.apikey.slice(3), digest, String(stored?.sealedSecret)]) {
      for (let at = 0; at + 16 <= secret.length; at += 1) expect(trail).not.toContain(secret.slice(at, at + 16));
    }
    expect(await eventsOf(service(), body.id)).toHaveLength(1 + CHANGES.length);
  });

  it('given refused changes, when they were answered, then the record tells of no change', async () => {
    const { iamId, key } = await givenServiceId(service());
    const locked = await givenKeyOf(service(), iamId, { locked: true });
    const token = await service().tokenOf(key.secret);
    const foreign = (await asOwner(service(), 'GET', '/v1/apikeys')).body.apikeys[0].id;

    const refused = [
      await service().call('DELETE', `/v1/apikeys/${locked.id}`, { token }),
      await service().call('PUT', `/v1/apikeys/${key.id}`, { token, json: {}, headers: { 'If-Match': '1-0' } }),
      await service().call('POST', `/v1/apikeys/${foreign}/disable`, { token }),
    ];

    expect(refused.map(({ status }) => status)).toEqual([409, 409, 403]);
    const counts = await Promise.all([locked.id, key.id, foreign].map((id) => eventsOf(service(), id)));
    // Of each its making, and nothing else.
    expect(counts.map((events) => events.length)).toEqual([1, 1, 1]);
  });
});

/** An unrecorded change is what an intruder wants (ASVS 16.3.1): no record, no change. */
describe.each(BACKENDS)('a store that refuses audit records [%s]', (backend) => {
  let service: RunningService;
  let given: GivenServiceId;
  const settings = settingsOf(backend);

  it('when any change is asked for, then it is a 500 that tells nothing, and nothing has changed', async () => {
    service = await runningService({ backend, settings });
    try {
      given = await givenServiceId(service);
      const token = await service.tokenOf(given.key.secret);
      const place = { backend, dataFolder: service.dataFolder, mongoUrl: settings['LATCHKEY_MONGO_URL'] };
      const owner = await service.ownerToken();
      const before = await everything(service);
      const takeAway = await givenAuditObstacle(place);

      for (const [method, path, sent] of everyChange(given)) {
        const refused = await service.call(method, path, { token: owner, ...sent });
        expectIdentityRefusal(refused, 500, 'internal_error');
        expect(refused.text).not.toMatch(/obstacle|sqlite|mongo|valid/i);
      }

      expect(await everything(service)).toEqual(before);
      expect((await service.call('GET', '/v1/apikeys', { token })).status).toBe(200);
      await takeAway();
      expect((await service.call('DELETE', `/v1/serviceids/${given.id}`, { token: owner })).status).toBe(204);
    } finally {
      await service.dispose();
    }
  });
});

function everyChange({ id, iamId, key }: GivenServiceId): readonly (readonly [string, string, Sent])[] {
  const changes = CHANGES.map(([, method, suffix, sent]) => [method, `/v1/apikeys/${key.id}${suffix}`, sent] as const);
  const ofServiceId = CHANGES.filter(([, , suffix]) => suffix !== '/disable').map(
    ([, method, suffix, sent]) => [method, `/v1/serviceids/${id}${suffix}`, sent] as const,
  );
  return [
    ['POST', '/v1/apikeys', { json: { name: 'new', iam_id: iamId } }],
    ['POST', '/v1/serviceids', { json: { name: 'new', apikey: { name: 'first' } } }],
    ...changes,
    ...ofServiceId,
  ];
}

async function everything(service: RunningService): Promise<unknown> {
  const { store } = service;
  const accountId = await firstAccountId(service);
  return [
    await store.read(API_KEYS).page('ofAccountByCreation', { equals: [accountId], limit: 100 }),
    await store.read(SERVICE_IDS).page('byCreation', { equals: [accountId, 'active'], limit: 100 }),
    await store.read(AUDIT_EVENTS).page('byAccount', { equals: [accountId], limit: 100 }),
    await store.read(REVOCATIONS).page('byExpiry', { equals: [], limit: 100 }),
  ];
}
