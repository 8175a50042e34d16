import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../../contract/eventually.ts';
import { asOwner, givenMembership, givenUser } from '../../harness/given-credentials.ts';
import { givenOtherAccount } from '../../harness/given-other-account.ts';
import { SENDER } from '../../harness/given-policies.ts';
import { givenPolicy } from '../../harness/given-rights.ts';
import type { Answer, Sent } from '../../harness/http-call.ts';
import { describeOnEveryBackend } from '../../harness/running-service.ts';
import { signedIn } from '../../harness/signed-in.ts';
import { withinASecond } from '../../harness/within-a-second.ts';
import {
  deleted,
  ENTRY,
  type GivenSender,
  givenInstance,
  givenSender,
  keptLines,
  sendingAllowed,
  sendingForbidden,
} from './given-sender.ts';

const COMPRESSED = { 'Content-Encoding': 'gzip', 'Content-Type': 'application/json' };

describeOnEveryBackend('POST /logs/v1/singles and /bulk', (service) => {
  let guid: string;
  let sender: GivenSender;
  let token: string;
  beforeAll(async () => {
    guid = await givenInstance(service());
    sender = await givenSender(service(), guid);
    token = await service().tokenOf(sender.key.secret);
  });

  const send = (sent: Sent, instance = guid): Promise<Answer> =>
    service().call('POST', `/instances/${instance}/logs/v1/singles`, { token, json: [ENTRY], ...sent });
  const by = (secret: string): Sent => ({ headers: { Authorization: `ApiKey ${secret}` } });
  const byKey = (secret: string, instance = guid): Promise<Answer> =>
    service().call('POST', `/instances/${instance}/logs/v1/singles`, { json: [ENTRY], ...by(secret) });
  const outcome = ({ status, body }: Answer) => ({ status, code: body.code });

  describe('given a service ID with the role Sender', () => {
    it('when it sends with a token, then every line is kept before the answer, with who sent it', async () => {
      const answer = await send({ json: [ENTRY, { ...ENTRY, severity: 9 }, { ...ENTRY, text: { paid: 3 } }] });

      expect(answer.status).toBe(200);
      expect(answer.body).toEqual({ accepted: 2, dropped: [{ index: 1, reason: expect.stringMatching(/severity/) }] });
      expect(await keptLines(service(), guid)).toMatchObject([
        {
          app: 'shop',
          subsystem: 'cart',
          level: 'Info',
          text: 'hello',
          key_id: sender.key.id,
          source: 'ibm-cloud-logs',
        },
        { text: { paid: 3 } },
      ]);
    });

    it.each([
      ['the path', '/instances/GUID/logs/v1/bulk', 'localhost'],
      ['the host name', '/logs/v1/bulk', 'GUID.ingress.us-south.logs.example.test'],
      ['both', '/instances/GUID/logs/v1/bulk', 'GUID.ingress.private.us-south.logs.example.test:3443'],
      ['capital letters', '/logs/v1/bulk/', 'GUID.INGRESS.example.test'],
    ])('when it names the instance by %s, then it is that one', async (_what, path, host) => {
      const json = { applicationName: 'shop', subsystemName: 'cart', logEntries: [{ severity: 3, text: 'x' }] };
      const headers = { Host: host.replace('GUID', guid.toUpperCase()) };

      const answer = await service().call('POST', path.replace('GUID', guid), { token, json, headers });

      expect(answer).toMatchObject({ status: 200, body: { accepted: 1, dropped: [] } });
    });

    it('when the body is compressed, then it is read', async () => {
      const answer = await send({ json: undefined, raw: gzipSync(JSON.stringify([ENTRY])), headers: COMPRESSED });

      expect(answer).toMatchObject({ status: 200, body: { accepted: 1 } });
    });

    it('when it sends with its API key, then that is as good as a token', async () => {
      expect(await byKey(sender.key.secret)).toMatchObject({ status: 200, body: { accepted: 1 } });
    });

    it('when it has sent with its API key and with a token of it, then the activity of the key says how much', async () => {
      const { key } = await givenSender(service(), guid);
      const activity = async () =>
        (await asOwner(service(), 'GET', `/v1/apikeys/${key.id}?include_activity=true`)).body.activity;
      expect(await activity()).not.toHaveProperty('log_lines');

      await byKey(key.secret);
      await send({ token: await service().tokenOf(key.secret), json: [ENTRY, ENTRY] });

      const log_lines = { requests: 2, lines: 3, bytes: expect.any(Number), last_used_at: expect.any(String) };
      await eventually(async () => expect(await activity()).toMatchObject({ log_lines }));
      expect((await asOwner(service(), 'GET', `/v1/apikeys/${key.id}`)).body).not.toHaveProperty('activity');
    });

    it('when it sends to another instance of the account, then the answer is 403', async () => {
      const other = await givenInstance(service());

      expect(outcome(await send({}, other))).toEqual({ status: 403, code: 'access_denied' });
      expect(outcome(await byKey(sender.key.secret, other))).toEqual({ status: 403, code: 'access_denied' });
      expect(await keptLines(service(), other)).toEqual([]);
    });
  });

  describe('given an ingestion key of the instance', () => {
    it('when it is sent as an API key, then lines are taken there and nowhere else', async () => {
      const listed = await asOwner(service(), 'GET', `/latchkey/v1/ingestion_keys?instance=${guid}`);
      const { id, key } = listed.body.ingestion_keys.find(({ type }: { type: string }) => type === 'ingestion');
      const other = await givenInstance(service());

      expect(await byKey(key)).toMatchObject({ status: 200 });
      expect((await keptLines(service(), guid)).at(-1)).toMatchObject({ key_id: id });
      expect(outcome(await byKey(key, other))).toEqual({ status: 404, code: 'not_found' });
    });
  });

  describe('given somebody who may not send', () => {
    it('when they have no role, then the answer is 403; with the role it is 200, and 403 within a second of its end', async () => {
      const { iamId, key } = await givenUser(service());
      const userToken = await service().tokenOf(key.secret);
      const status = async () => (await send({ token: userToken })).status;

      expect(await status()).toBe(403);
      const policyId = await sendingAllowed(service(), iamId);
      expect(await withinASecond(status, 200)).toBe(200);
      await asOwner(service(), 'DELETE', `/v1/policies/${policyId}`);
      expect(await withinASecond(status, 403)).toBe(403);
    });

    /** "The access is not limited to just the account where the API key is created" (IBM Cloud Logs, ingestion keys). */
    it('when they are a user of several accounts, then the own key sends where the user may, a token where it is for', async () => {
      const other = await givenOtherAccount(service());
      const there = await givenInstance(service(), 'logs', await other.ownerToken());
      const { iamId, key } = await givenUser(service());
      expect(outcome(await byKey(key.secret, there))).toMatchObject({ status: 404 });
      await givenMembership(service(), other.accountId, iamId);
      expect(outcome(await byKey(key.secret, there))).toMatchObject({ status: 403 });

      await givenPolicy(service(), { accountId: other.accountId, subject: iamId, roles: [SENDER], service: 'logs' });

      expect(await withinASecond(async () => (await byKey(key.secret, there)).status, 200)).toBe(200);
      const { token: forThere } = await signedIn(service(), key.secret, other.accountId);
      expect(await send({ token: forThere }, there)).toMatchObject({ status: 200 });
      expect(await send({ token: await service().tokenOf(key.secret) }, there)).toMatchObject({ status: 404 });
      expect(await send({ token: forThere })).toMatchObject({ status: 404 });
    });

    /** Tenant isolation: whether an instance of another account exists is for its own account to know. */
    it('when they are of another account, then the answer is the one for an instance that is not there', async () => {
      const other = await givenOtherAccount(service());
      const foreign = { token: await other.ownerToken() };
      const answers = [await send(foreign), await send(foreign, crypto.randomUUID()), await byKey(other.ownerSecret)];

      const [first] = answers.map(({ body: { transaction_id: _t, request_id: _r, ...said } }) => said);
      expect(first).toMatchObject({ code: 'not_found' });
      for (const { status, body } of answers) expect({ status, body }).toMatchObject({ status: 404, body: first });
    });

    it('when the instance is of a service that takes no lines from identities, then it is not there', async () => {
      const plain = await givenInstance(service(), 'logdna');

      expect(outcome(await send({ token: await service().ownerToken() }, plain))).toMatchObject({ status: 404 });
    });
  });

  describe('given a credential that is taken away', () => {
    it('when the token is revoked, then the answer is 401', async () => {
      const mine = await service().tokenOf(sender.key.secret);
      expect((await send({ token: mine })).status).toBe(200);

      await service().call('POST', '/identity/revoke', { form: { token: mine }, token: mine });

      expect(outcome(await send({ token: mine }))).toEqual({ status: 401, code: 'token_revoked' });
    });

    it('when the key is deleted, then it and its tokens are refused at once', async () => {
      const { key } = await givenSender(service(), guid);
      const made = await service().tokenOf(key.secret);
      expect((await byKey(key.secret)).status).toBe(200);

      await asOwner(service(), 'DELETE', `/v1/apikeys/${key.id}`);

      expect(outcome(await send({ token: made }))).toEqual({ status: 401, code: 'token_revoked' });
      expect(outcome(await byKey(key.secret))).toEqual({ status: 401, code: 'api_key_unknown' });
    });

    it('when the role is taken, or the instance deleted, then sending ends with the answer to that', async () => {
      const doomed = await givenInstance(service());
      const own = await givenSender(service(), doomed);
      expect((await byKey(own.key.secret, doomed)).status).toBe(200);

      await sendingForbidden(service(), own);
      expect(outcome(await byKey(own.key.secret, doomed))).toMatchObject({ status: 403 });
      await deleted(service(), doomed);

      expect(outcome(await send({ token: await service().ownerToken() }, doomed))).toMatchObject({ status: 404 });
    });
  });

  describe('given a request that cannot be taken', () => {
    it.each<[string, Sent, number, string]>([
      ['no credential', { token: undefined } as unknown as Sent, 401, 'credentials_missing'],
      ['another scheme', { headers: { Authorization: 'Basic a2V5Og==' } }, 401, 'credentials_missing'],
      ['an empty key', { headers: { Authorization: 'ApiKey ' } }, 401, 'credentials_missing'],
      ['a bad token', { token: 'a.b.c' }, 401, 'token_invalid'],
      ['a bad key', { headers: { Authorization: 'ApiKey 0123' } }, 401, 'api_key_unknown'],
      ['no media type', { json: undefined, raw: Buffer.from('[]') }, 415, 'media_type_unsupported'],
      ['another encoding', { headers: { 'Content-Encoding': 'br' } }, 415, 'media_type_unsupported'],
      ['no gzip', { headers: { 'Content-Encoding': 'gzip' } }, 400, 'request_malformed'],
      ['an object', { json: {} }, 400, 'request_malformed'],
      [
        'no JSON',
        { json: undefined, raw: '[{', headers: { 'Content-Type': 'application/json' } },
        400,
        'request_malformed',
      ],
      ['2 MB and more', { json: [{ ...ENTRY, text: 'x'.repeat(2_100_000) }] }, 413, 'body_too_large'],
      // Decompression bomb: 20 kB that become 20 MB.
      [
        'a bomb',
        { json: undefined, raw: gzipSync(Buffer.alloc(20_000_000, ' ')), headers: COMPRESSED },
        413,
        'body_too_large',
      ],
    ])('when it has %s, then it is refused, and nothing is kept', async (_what, sent, status, code) => {
      const before = (await keptLines(service(), guid)).length;

      const answer = await send(sent);

      expect(outcome(answer)).toEqual({ status, code });
      expect(answer.body).toMatchObject({ message: expect.stringMatching(/\.$/), transaction_id: expect.any(String) });
      expect(answer.headers.get('cache-control')).toBe('no-store');
      expect(await keptLines(service(), guid)).toHaveLength(before);
    });

    /** Never guessed: lines for one instance must not come out at another because a token was mixed up. */
    it.each([
      ['nowhere', '/logs/v1/singles', 'localhost'],
      ['by a host that is none', '/logs/v1/singles', 'keys.ingress.example.test'],
      ['by a host that is elsewhere', '/logs/v1/singles', `${crypto.randomUUID()}.example.test`],
      ['by a path that is no GUID', '/instances/mine/logs/v1/singles', 'localhost'],
      ['twice', `/instances/${crypto.randomUUID()}/logs/v1/singles`, `${crypto.randomUUID()}.ingress.test`],
    ])('when the instance is named %s, then the answer is 400', async (_what, path, host) => {
      const answer = await service().call('POST', path, { token, json: [ENTRY], headers: { Host: host } });

      expect(answer.status).toBe(400);
    });

    it('when the path or method is another, then that is said in the same form', async () => {
      const missing = await service().call('POST', `/instances/${guid}/logs/v1/other`, { token });
      const method = await service().call('GET', '/logs/v1/singles', { token });

      expect(outcome(missing)).toEqual({ status: 404, code: 'route_unknown' });
      expect(outcome(method)).toEqual({ status: 405, code: 'method_not_allowed' });
      expect(method.headers.get('allow')).toBe('POST');
    });
  });

  it('given a sender that was seen, when it sends again, then no store is asked', async () => {
    await send({});
    const before = service().store.recentReadCounts();

    await send({});
    await byKey(sender.key.secret);
    await byKey(sender.key.secret);

    const { fills, fallbacks } = service().store.recentReadCounts();
    expect({ fills, fallbacks }).toEqual({ fills: before.fills, fallbacks: before.fallbacks });
  });
});
