import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { API_KEYS } from '../../../src/api-keys/api-key.ts';
import { RESOURCE_INSTANCES } from '../../../src/resource-instances/resource-instance.ts';
import { replace } from '../../../src/store/changes.ts';
import { nextEntityTag } from '../../../src/store/entity-tag.ts';
import { type GivenIngestionKey, givenIngestionKey, keptLines, takenAway } from '../../harness/given-ingestion-key.ts';
import type { Sent } from '../../harness/http-call.ts';
import { describeOnEveryBackend } from '../../harness/running-service.ts';

const JSON_TYPE = { 'Content-Type': 'application/json; charset=UTF-8' };
const basic = (pair: string) => ({ Authorization: `Basic ${Buffer.from(pair).toString('base64')}` });
const newKey = () => randomBytes(16).toString('hex');
const bytesOf = (text: string) => new Uint8Array(Buffer.from(text));

describeOnEveryBackend('POST /logs/ingest', (service) => {
  let given: GivenIngestionKey;
  beforeAll(async () => {
    given = await givenIngestionKey(service());
  });

  const sent = (line: string, more: Sent = {}): Sent => ({ json: { lines: [{ line }] }, ...more });
  const post = (more: Sent, query = 'hostname=web-1', path = '/logs/ingest') =>
    service().call('POST', `${path}?${query}`, more);
  const send = (more: Sent = {}, { key } = given) =>
    post({ ...sent('a line'), ...more, headers: { apikey: key, ...more.headers } });
  const linesOf = async (text: string, { instanceId } = given) =>
    (await keptLines(service(), instanceId)).filter((kept) => kept['text'] === text);

  describe('given an ingestion key', () => {
    it.each([
      ['as the user of Basic', (key: string) => basic(`${key}:`)],
      ['as the password of Basic', (key: string) => basic(`:${key}`)],
      ['in the header apikey', (key: string) => ({ apikey: key })],
      ['in the header ingestionkey', (key: string) => ({ ingestionkey: key })],
      ['twice', (key: string) => ({ ...basic(`${key}:`), apiKey: key })],
    ])('when a line is sent with it %s, then it is taken, and kept', async (where, headersOf) => {
      const answer = await post(sent(where, { headers: headersOf(given.key) }));

      expect([answer.status, answer.body]).toEqual([
        200,
        { status: 'ok', batchID: expect.stringMatching(/^[0-9a-f-]{36}:1:latchkey$/) },
      ]);
      expect(await linesOf(where)).toMatchObject([{ host: 'web-1', key_id: given.keyId, source: 'logdna' }]);
    });

    it.each([
      ['to the path of agents', '/logs/agent', { lines: [{ line: 'x' }] }],
      ['in the shape of loggers', '/logs/ingest', { e: 'ls', ls: [{ line: 'x' }] }],
      ['with a slash at the end', '/logs/ingest/', { lines: [{ line: 'x' }] }],
    ])('when a line is sent %s, then it is taken', async (_how, path, json) => {
      expect((await post({ json, headers: { apikey: given.key } }, 'hostname=&mac=&ip=&tags=', path)).status).toBe(200);
    });

    it('when the body is gzip, then it is read', async () => {
      const raw = new Uint8Array(gzipSync(JSON.stringify({ lines: [{ line: 'out of gzip' }] })));

      const answer = await send({ raw, headers: { ...JSON_TYPE, 'Content-Encoding': 'gzip' } });

      expect(answer.status).toBe(200);
      expect(await linesOf('out of gzip')).toHaveLength(1);
    });

    it('when all is told that may be told, then all of it is kept', async () => {
      const line = { line: 'all', app: 'shop', level: 'WARN', env: 'prod', file: '/a.log', meta: { order: 7 } };
      const json = { lines: [{ ...line, timestamp: 1_700_000_000 }] };

      await post({ json, headers: { apikey: given.key } }, 'hostname=h&mac=C0%3AFF&ip=10.0.0.1&now=1&tags=a,b');

      expect(await linesOf('all')).toEqual([
        {
          ...{ received_at: expect.any(Number), timestamp: 1_700_000_000_000, key_id: given.keyId, source: 'logdna' },
          ...{ app: 'shop', level: 'WARN', host: 'h', text: 'all', meta: { order: 7 } },
          labels: { env: 'prod', file: '/a.log', tags: ['a', 'b'], mac: 'C0:FF', ip: '10.0.0.1' },
        },
      ]);
    });

    it('when one line cannot be read, then the answer marks it, and the others are kept', async () => {
      const json = { lines: [{ line: 'partly 1' }, { line: 7 }, { line: 'partly 2', app: 'a'.repeat(513) }] };

      const answer = await send({ json });

      expect([answer.status, answer.body]).toEqual([207, { status: [200, 400, 400] }]);
      expect([await linesOf('partly 1'), await linesOf('partly 2')]).toEqual([[expect.anything()], []]);
    });

    it('when the instance is of Activity Tracker or Cloud Logs, then its key sends as well', async () => {
      const others = [await givenIngestionKey(service(), 'logdnaat'), await givenIngestionKey(service(), 'logs')];

      const answers = [];
      for (const other of others) answers.push((await send(sent('elsewhere'), other)).status);

      expect(answers).toEqual([200, 200]);
      for (const other of others) expect(await linesOf('elsewhere', other)).toHaveLength(1);
      expect(await linesOf('elsewhere')).toEqual([]);
    });

    it('when it was used, then its requests, lines and bytes are counted, and those of its instance', async () => {
      const other = await givenIngestionKey(service());
      await send({ json: { lines: [{ line: 'one' }, { line: 'two' }, { line: 3 }] } }, other);
      const { use } = await service().domains.logLines();

      await use.flush();

      const used = { requests: 1, lines: 2, bytes: expect.any(Number) };
      expect([await use.useOf(other.keyId), await use.useOf(other.instanceId)]).toMatchObject([used, used]);
      const { body } = await service().metrics.render();
      expect(body).toMatch(/^latchkey_log_lines_total\{service="logdna",source="logdna"\} \d+$/m);
    });
  });

  /** As read in the sources of these agents. */
  describe('given the requests of agents', () => {
    it('when fluent-bit sends, with seconds for times and gone at once, then the lines are kept', async () => {
      const line = { timestamp: 1_700_000_000, line: '{"log":"of fluent-bit"}', app: 'kube', file: '/var/log/x' };
      const headers = { ...basic(`${given.key}:`), 'User-Agent': 'Fluent-Bit', 'Content-Type': 'application/json' };

      const answer = await post({ raw: JSON.stringify({ lines: [line] }), headers }, 'hostname=n&mac=&ip=&tags=a,b');

      expect(answer.status).toBe(200);
      expect(await linesOf(line.line)).toMatchObject([{ timestamp: 1_700_000_000_000, app: 'kube' }]);
    });

    it('when Vector probes and sends, with dates for times, then it is alive and the lines are kept', async () => {
      const probe = await service().call('POST', '/logs/ingest?');
      const line = { line: 'of Vector', timestamp: '2026-11-21T20:00:00.123456789Z', meta: { source: 'file' } };
      const json = { lines: [{ ...line, app: 'vector', env: 'production' }] };

      const answer = await post({ json, headers: basic(`${given.key}:`) }, 'hostname=h&now=1790000000000&tags=t');

      expect([probe.status, answer.status]).toEqual([401, 200]);
      expect(await linesOf('of Vector')).toMatchObject([{ timestamp: Date.parse('2026-11-21T20:00:00.123Z') }]);
    });

    it('when the agent in Rust sends gzip, then the lines are kept', async () => {
      const line = {
        line: 'of Rust',
        timestamp: 1_700_000_000_123,
        file: '/var/log/a',
        label: { app: 'x' },
        meta: null,
      };
      const raw = new Uint8Array(gzipSync(JSON.stringify({ lines: [line] })));
      const headers = { apiKey: given.key, 'Accept-Charset': 'utf8', 'Content-Encoding': 'gzip', ...JSON_TYPE };

      const answer = await post({ raw, headers }, 'hostname=h&now=1700000000&tags=&mac=&ip=', '/logs/agent');

      expect(answer.status).toBe(200);
      expect(await linesOf('of Rust')).toMatchObject([{ labels: { file: '/var/log/a', label: { app: 'x' } } }]);
    });
  });

  describe('the refusals', () => {
    const refusalOf = async (more: Sent, query?: string) => {
      const { status, body, headers } = await post({ ...sent('refused'), ...more }, query);
      return { status, code: body.code, error: body.status, retries: headers.has('Retry-After') };
    };
    const refused = (status: number, code: string) => ({ status, code, error: 'error', retries: false });

    /** The probe of Vector: 401 is "alive", and 403 would keep it from starting. */
    it('when nothing is sent at all, then the answer is 401', async () => {
      const { status, body, headers } = await service().call('POST', '/logs/ingest?');

      expect([status, body.code]).toEqual([401, 'NotAuthorized']);
      expect(headers.get('WWW-Authenticate')).toMatch(/^Basic /);
    });

    it.each([
      ['no key', () => ({})],
      ['a bearer, which is no key here', async () => ({ Authorization: `Bearer ${await service().ownerToken()}` })],
    ])('when %s is sent, then the answer is 401', async (_kind, headersOf) => {
      expect(await refusalOf({ headers: await headersOf() })).toEqual(refused(401, 'NotAuthorized'));
    });

    it.each([
      ['an unknown key', () => newKey()],
      ['an API key of somebody', () => service().adminKey],
      ['rubbish', () => 'x'],
    ])('when %s is sent, then the answer is 403', async (_kind, keyOf) => {
      expect(await refusalOf({ headers: { apikey: keyOf() } })).toEqual(refused(403, 'NotAuthorized'));
    });

    it('when two different keys are sent, then the answer is 400', async () => {
      const headers = { ...basic(`${given.key}:`), apikey: newKey() };

      expect(await refusalOf({ headers })).toEqual(refused(400, 'BadRequest'));
    });

    /** Secrets in URLs: proxies keep them. What is refused must not stand in our own log either. */
    it('when the key is in the URL, then the answer is 400, and no log has it', async () => {
      expect(await refusalOf({}, `hostname=a&apikey=${given.key}`)).toEqual(refused(400, 'BadRequest'));

      expect(service().log.join()).not.toContain(given.key);
    });

    it('when the key is disabled, then the answer is 403', async () => {
      const other = await givenIngestionKey(service());
      const apiKey = await service().store.read(API_KEYS).get(other.keyId);
      if (apiKey === undefined) throw new Error('the key is gone');
      const disabled = { ...apiKey, entityTag: nextEntityTag(apiKey.entityTag), disabled: true };
      await service().store.commit([replace(API_KEYS, disabled, apiKey.entityTag)]);

      expect(await refusalOf({ headers: { apikey: other.key } })).toEqual(refused(403, 'NotAuthorized'));
    });

    it('when the key is taken away, then the answer is 403 from then on', async () => {
      const other = await givenIngestionKey(service());
      expect((await send({}, other)).status).toBe(200);

      await takenAway(service(), other.keyId);

      expect(await refusalOf({ headers: { apikey: other.key } })).toEqual(refused(403, 'NotAuthorized'));
    });

    it('when the instance is not active, then the answer is 403', async () => {
      const other = await givenIngestionKey(service());
      const instance = await service().store.read(RESOURCE_INSTANCES).get(other.instanceId);
      if (instance === undefined) throw new Error('the instance is gone');
      const ending = { ...instance, entityTag: nextEntityTag(instance.entityTag), state: 'removing' as const };
      await service().store.commit([replace(RESOURCE_INSTANCES, ending, instance.entityTag)]);

      expect(await refusalOf({ headers: { apikey: other.key } })).toEqual(refused(403, 'NotAuthorized'));
    });

    it.each([
      ['no JSON', { raw: '{"lines":[', headers: JSON_TYPE }, 400],
      ['no lines', { json: {} }, 400],
      ['nothing', { raw: '', headers: JSON_TYPE }, 400],
      ['no gzip', { raw: 'x'.repeat(99), headers: { ...JSON_TYPE, 'Content-Encoding': 'gzip' } }, 400],
      ['another encoding', { raw: 'x', headers: { ...JSON_TYPE, 'Content-Encoding': 'br' } }, 415],
      ['another type', { raw: 'x', headers: { 'Content-Type': 'text/plain' } }, 415],
      ['another character set', { raw: '{}', headers: { 'Content-Type': 'application/json; charset=utf-16' } }, 415],
    ])(
      'when the body is %s, then the answer is the client error',
      async (_kind, { headers = {}, ...body }: Sent, status) => {
        const answer = await post({ ...body, headers: { apikey: given.key, ...headers } });

        expect([answer.status, answer.body.status]).toEqual([status, 'error']);
      },
    );

    it('when the host name is too long, then the answer is 400 and names it', async () => {
      const answer = await post({ ...sent('x'), headers: { apikey: given.key } }, `hostname=${'h'.repeat(257)}`);

      expect([answer.status, answer.body.details]).toEqual([400, [expect.objectContaining({ key: 'hostname' })]]);
    });

    it('when the body is larger than 10 MB, then the answer is 413', async () => {
      const raw = bytesOf(`{"lines":[{"line":"${'a'.repeat(10 * 1024 * 1024)}"}]}`);

      expect((await send({ raw, headers: JSON_TYPE })).status).toBe(413);
    });

    /** Decompression bomb: 100 kB that would be 100 MB. */
    it('when the body is a bomb, then the answer is 413', async () => {
      const bomb = Buffer.concat(Array<Buffer>(100).fill(gzipSync(Buffer.alloc(1024 * 1024))));

      const answer = await send({ raw: new Uint8Array(bomb), headers: { ...JSON_TYPE, 'Content-Encoding': 'gzip' } });

      expect([answer.status, answer.body.code]).toEqual([413, 'PayloadTooLarge']);
    });

    it.each(['GET', 'PUT', 'OPTIONS'])(
      'when it is asked with %s, then the answer is 405 and names POST',
      async (method) => {
        const answer = await service().call(method, '/logs/ingest');

        expect([answer.status, answer.headers.get('Allow')]).toEqual([405, 'POST']);
      },
    );

    /** 429 makes agents throw lines away; guesses must not cost others theirs. */
    it('when many keys are guessed from one address, then it is never 429, and the right key goes on', async () => {
      const statuses = await Promise.all(Array.from({ length: 40 }, () => send({ headers: { apikey: newKey() } })));

      expect(new Set(statuses.map(({ status }) => status))).toEqual(new Set([403]));
      expect((await send()).status).toBe(200);
    });
  });
});
