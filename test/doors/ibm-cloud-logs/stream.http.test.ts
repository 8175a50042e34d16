import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { givenAccountSettings } from '../../harness/given-account-settings.ts';
import { asOwner, givenKeyOf, givenUser } from '../../harness/given-credentials.ts';
import { givenOtherAccount } from '../../harness/given-other-account.ts';
import { describeOnEveryBackend } from '../../harness/running-service.ts';
import {
  deleted,
  ENTRY,
  type GivenSender,
  givenInstance,
  givenSender,
  keptLines,
  type Stream,
  sendingAllowed,
  sendingForbidden,
  streaming,
} from './given-sender.ts';

const LIMIT_BYTES = 2 * 1024 * 1024;

describeOnEveryBackend('GET /logs/v1/stream', (service) => {
  const streams: Stream[] = [];
  let guid: string;
  let sender: GivenSender;
  beforeAll(async () => {
    guid = await givenInstance(service());
    sender = await givenSender(service(), guid);
  });
  afterAll(() => {
    for (const { client } of streams) client.terminate();
  });

  async function open(authorization: string, instance = guid, path?: string): Promise<Stream> {
    const stream = await streaming(service().listenUrl, instance, {
      authorization,
      ...(path !== undefined && { path }),
    });
    streams.push(stream);
    return stream;
  }
  const byKey = (secret: string): string => `ApiKey ${secret}`;
  const byToken = async (secret: string): Promise<string> => `Bearer ${await service().tokenOf(secret)}`;
  /** How it ended. That it does within a second, on every node, is for streams-everywhere.test.ts. */
  const ended = async ({ closed }: Stream): Promise<number> => (await closed).code;

  describe('given a client with the role Sender', () => {
    it('when it sends frames of both forms, then each is acknowledged when its lines are kept', async () => {
      const stream = await open(byKey(sender.key.secret));

      stream.send([ENTRY, { ...ENTRY, severity: 9 }]);
      stream.send({ id: 42, entries: [{ ...ENTRY, text: 'second' }] });
      stream.send([]);

      expect(await stream.received(3)).toEqual([
        { ack: 1, accepted: 1, dropped: [{ index: 1, reason: expect.stringMatching(/severity/) }] },
        { ack: 42, accepted: 1, dropped: [] },
        { ack: 3, accepted: 0, dropped: [] },
      ]);
      expect(stream.client.protocol).toBe('logs.v1');
      expect((await keptLines(service(), guid)).slice(-2)).toMatchObject([
        { text: 'hello', key_id: sender.key.id },
        { text: 'second' },
      ]);
    });

    it('when it sends hundreds of frames at once, then all are acknowledged in order, and kept in order', async () => {
      const stream = await open(await byToken(sender.key.secret));
      const numbers = Array.from({ length: 300 }, (_, at) => at + 1);

      for (const id of numbers) stream.send({ id, entries: [{ ...ENTRY, text: `line ${id}` }] });

      const acknowledged = await stream.received(300);
      expect(acknowledged).toEqual(numbers.map((ack) => ({ ack, accepted: 1, dropped: [] })));
      const kept = await keptLines(service(), guid);
      expect(kept.slice(-300).map(({ text }) => text)).toEqual(numbers.map((id) => `line ${id}`));
    });

    it('when a frame is as large as may be, then it is taken', async () => {
      const stream = await open(byKey(sender.key.secret));
      const around = Buffer.byteLength(JSON.stringify([{ ...ENTRY, text: '' }]));

      stream.send([{ ...ENTRY, text: 'x'.repeat(LIMIT_BYTES - around) }]);

      expect(await stream.received(1)).toMatchObject([{ accepted: 1 }]);
    });

    it.each<[string, number, (stream: Stream) => void]>([
      ['too large', 4413, ({ client }) => client.send('x'.repeat(LIMIT_BYTES + 1))],
      ['of too many entries', 4413, (stream) => stream.send(Array.from({ length: 50_001 }, () => 0))],
      ['no JSON', 4400, ({ client }) => client.send('[{')],
      ['no array', 4400, (stream) => stream.send({ id: 1 })],
      ['binary', 4400, ({ client }) => client.send(Buffer.from('[]'))],
    ])(
      'when a frame is %s, then what came before is acknowledged, and the socket closed with %i',
      async (_what, code, send) => {
        const stream = await open(byKey(sender.key.secret));
        stream.send([ENTRY]);
        await stream.received(1);

        send(stream);
        stream.send([ENTRY]);

        expect(await ended(stream)).toBe(code);
        expect(stream.messages).toHaveLength(1);
      },
    );
  });

  describe('given an open socket', () => {
    async function givenOpen(how: 'key' | 'token') {
      const instance = await givenInstance(service());
      const own = await givenSender(service(), instance);
      const authorization = how === 'key' ? byKey(own.key.secret) : await byToken(own.key.secret);
      const stream = await open(authorization, instance);
      stream.send([ENTRY]);
      await stream.received(1);
      return { instance, own, stream, authorization };
    }

    it.each(['key', 'token'] as const)(
      'when its %s is taken away in any way, then it is closed with the code for that',
      async (how) => {
        const ways: Record<string, (given: Awaited<ReturnType<typeof givenOpen>>) => Promise<unknown>> = {
          'key deleted': ({ own }) => asOwner(service(), 'DELETE', `/v1/apikeys/${own.key.id}`),
          'key disabled': ({ own }) => asOwner(service(), 'POST', `/v1/apikeys/${own.key.id}/disable`),
          'service ID deleted': ({ own }) => asOwner(service(), 'DELETE', `/v1/serviceids/${own.id}`),
          'signed out': ({ own }) => asOwner(service(), 'POST', `/latchkey/v1/serviceids/${own.id}/sign_out`),
          'role removed': ({ own }) => sendingForbidden(service(), own),
          'instance deleted': ({ instance }) => deleted(service(), instance),
        };
        const seen = await Promise.all(
          Object.entries(ways).map(async ([name, takeAway]) => {
            const given = await givenOpen(how);
            await takeAway(given);
            return [name, await ended(given.stream)];
          }),
        );

        expect(Object.fromEntries(seen)).toEqual({
          ...{ 'key deleted': 4401, 'key disabled': 4401, 'service ID deleted': 4401, 'signed out': 4401 },
          ...{ 'role removed': 4403, 'instance deleted': 4403 },
        });
      },
    );

    it('when its token is revoked, then it is closed with 4401, and others of the same key stay', async () => {
      const { stream, authorization } = await givenOpen('token');
      const other = await open(byKey(sender.key.secret));
      const token = authorization.slice('Bearer '.length);

      await service().call('POST', '/identity/revoke', { form: { token }, token });

      expect(await ended(stream)).toBe(4401);
      other.send([ENTRY]);
      expect(await other.received(1)).toHaveLength(1);
    });

    it('when its user is suspended in the account, then it is closed with 4401', async () => {
      const user = await givenUser(service());
      await sendingAllowed(service(), user.iamId, guid);
      const stream = await open(byKey((await givenKeyOf(service(), user.iamId)).secret));

      await asOwner(service(), 'PATCH', `/v2/accounts/${user.key.accountId}/users/${user.iamId}`, {
        json: { state: 'SUSPENDED' },
      });

      expect(await ended(stream)).toBe(4401);
    });

    it('when its ingestion key is deleted, then it is closed with 4401', async () => {
      const listed = await asOwner(service(), 'GET', `/latchkey/v1/ingestion_keys?instance=${guid}`);
      const { id, key } = listed.body.ingestion_keys[0];
      const stream = await open(byKey(key));
      stream.send([ENTRY]);
      await stream.received(1);

      await asOwner(service(), 'DELETE', `/latchkey/v1/ingestion_keys/${id}`);

      expect(await ended(stream)).toBe(4401);
    });

    it('when its token reaches its end, then it is closed with 4401; one of a key stays', async () => {
      const { stream } = await givenOpen('token');
      const lasting = await open(byKey(sender.key.secret));

      service().clock.pass(3_601_000);

      expect(await ended(stream)).toBe(4401);
      lasting.send([ENTRY]);
      expect(await lasting.received(1)).toHaveLength(1);
    });

    it('when its account allows other addresses only, then it is closed with 4403', async () => {
      const { accountId, ownerSecret, ownerToken } = await givenOtherAccount(service());
      const stream = await open(byKey(ownerSecret), await givenInstance(service(), 'logs', await ownerToken()));

      await givenAccountSettings(service(), accountId, { allowedAddresses: '192.0.2.1' });

      expect(await ended(stream)).toBe(4403);
    });

    it('when it is one of a hundred of the same sender, then all end', async () => {
      const { own, instance } = await givenOpen('key');
      const many = await Promise.all(Array.from({ length: 100 }, () => open(byKey(own.key.secret), instance)));

      await asOwner(service(), 'DELETE', `/v1/apikeys/${own.key.id}`);

      expect(new Set(await Promise.all(many.map(ended)))).toEqual(new Set([4401]));
    });
  });

  it.each([
    ['no credential', async () => ['', guid], 401],
    ['a bad key', async () => ['ApiKey 0123', guid], 401],
    ['a revoked token', async () => [await revoked(), guid], 401],
    ['no role', async () => [byKey(sender.key.secret), await givenInstance(service())], 403],
    ['no such instance', async () => [byKey(sender.key.secret), crypto.randomUUID()], 404],
  ] as const)(
    'given a client with %s, when it connects, then the answer is plain HTTP',
    async (_what, given, status) => {
      const [authorization = '', instance = ''] = await given();

      await expect(open(authorization, instance)).rejects.toThrow(`Unexpected server response: ${status}`);
    },
  );
  async function revoked(): Promise<string> {
    const authorization = await byToken(sender.key.secret);
    const token = authorization.slice('Bearer '.length);
    await service().call('POST', '/identity/revoke', { form: { token }, token });
    return authorization;
  }

  it('given a request that is no upgrade, when it is sent, then the answer is 426 in the form of the door', async () => {
    const headers = { Authorization: byKey(sender.key.secret) };

    const answer = await service().call('GET', `/instances/${guid}/logs/v1/stream`, { headers });

    expect(answer).toMatchObject({ status: 426, body: { code: 'request_malformed' } });
    expect(answer.headers.get('sec-websocket-version')).toBe('13');
  });

  /** What a client does not take is not kept for it without bound: its frames are not read any more. */
  it('given a client that reads no acknowledgements, when it sends, then it is not read from for ever', async () => {
    const stream = await open(byKey(sender.key.secret));
    stream.client.pause();
    const dropped = Array.from({ length: 2_000 }, () => 0);

    for (let frame = 0; frame < 1_000; frame += 1) stream.send(dropped);
    await delay(300);
    for (let frame = 0; frame < 1_000; frame += 1) stream.send([{ ...ENTRY, text: 'x'.repeat(20_000) }]);
    await delay(300);

    expect(stream.client.bufferedAmount).toBeGreaterThan(1_000_000);
    stream.client.terminate();
  });

  it('given a client that vanishes in the middle of a frame, when others send, then they are served', async () => {
    const { port } = new URL(service().listenUrl);
    const socket = connect(Number(port), '127.0.0.1');
    socket.write(
      `GET /instances/${guid}/logs/v1/stream HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\nAuthorization: ${byKey(sender.key.secret)}\r\n\r\n`,
    );
    await once(socket, 'data');
    socket.write(Buffer.from([0x81, 0xfe, 0x40]));
    socket.resetAndDestroy();

    const stream = await open(byKey(sender.key.secret));
    stream.send([ENTRY]);

    expect(await stream.received(1)).toHaveLength(1);
  });
});
