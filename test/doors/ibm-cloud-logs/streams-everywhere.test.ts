import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BACKENDS, settingsOf } from '../../harness/backends.ts';
import { asOwner } from '../../harness/given-credentials.ts';
import { type RunningService, runningService } from '../../harness/running-service.ts';
import { withinASecond } from '../../harness/within-a-second.ts';
import { type SelfSigned, selfSigned } from '../../http/self-signed-certificate.ts';
import {
  deleted,
  ENTRY,
  givenInstance,
  givenSender,
  keptLines,
  type Stream,
  sendingForbidden,
  streaming,
} from './given-sender.ts';

/** One node takes away, the other has the sockets, and speaks TLS. */
describe.each(BACKENDS)('streams at a node that another one tells [%s]', (backend) => {
  let folder: string;
  let certificate: SelfSigned;
  let first: RunningService;
  let second: RunningService;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'latchkey-two-'));
    certificate = selfSigned('a');
    const tls = {
      LATCHKEY_TLS_CERTIFICATE_FILE: join(folder, 'cert.pem'),
      LATCHKEY_TLS_KEY_FILE: join(folder, 'key.pem'),
    };
    await writeFile(tls.LATCHKEY_TLS_CERTIFICATE_FILE, certificate.cert);
    await writeFile(tls.LATCHKEY_TLS_KEY_FILE, certificate.key);
    const settings = { ...settingsOf(backend), LATCHKEY_PUBLIC_URL: 'http://keys.test', LATCHKEY_PORT: '0' };
    first = await runningService({ backend, settings, dataFolder: folder });
    second = await runningService({ backend, settings: { ...settings, ...tls }, dataFolder: folder });
  }, 60_000);
  afterAll(async () => {
    await second.dispose();
    await first.dispose();
    await rm(folder, { recursive: true });
  });

  const opened = (guid: string, authorization: string): Promise<Stream> =>
    streaming(second.listenUrl, guid, { authorization, ca: certificate.cert });
  async function given(how: 'key' | 'token') {
    const guid = await givenInstance(first);
    const sender = await givenSender(first, guid);
    const { secret } = sender.key;
    const token = await first.tokenOf(secret);
    const authorization = how === 'key' ? `ApiKey ${secret}` : `Bearer ${token}`;
    // Made at the other node a moment ago.
    const connect = () => opened(guid, authorization).catch((refusal: Error) => refusal.message);
    let stream = await connect();
    await withinASecond(async () => {
      if (typeof stream === 'string') stream = await connect();
      return typeof stream;
    }, 'object');
    if (typeof stream === 'string') throw new Error(stream);
    stream.send([ENTRY]);
    await stream.received(1);
    return { guid, sender, token, authorization, stream };
  }

  it('given sockets over TLS, when key, token, role or instance is taken away elsewhere, then each is closed within a second, and none is opened', async () => {
    const ways = {
      key: async ({ sender }) => asOwner(first, 'DELETE', `/v1/apikeys/${sender.key.id}`),
      token: async ({ token }) => first.call('POST', '/identity/revoke', { form: { token }, token }),
      role: async ({ sender }) => sendingForbidden(first, sender),
      instance: async ({ guid }) => deleted(first, guid),
    } satisfies Record<string, (made: Awaited<ReturnType<typeof given>>) => Promise<unknown>>;
    const seen: Record<string, unknown> = {};
    for (const [name, takeAway] of Object.entries(ways)) {
      const made = await given(name === 'token' ? 'token' : 'key');
      expect(await keptLines(second, made.guid)).toHaveLength(1);

      await takeAway(made);

      const how = await Promise.race([made.stream.closed, delay(1_000, { code: 'late' })]);
      const again = await opened(made.guid, made.authorization).catch(({ message }: Error) => message);
      seen[name] = [how.code, String(again).slice(-3)];
    }
    expect(seen).toEqual({ key: [4401, '401'], token: [4401, '401'], role: [4403, '403'], instance: [4403, '404'] });
  });

  it('given frames under way, when the node stops, then what it read is acknowledged, and the sockets closed with 1001', async () => {
    const { guid, sender, stream } = await given('key');
    const authorization = `ApiKey ${sender.key.secret}`;
    const more = await Promise.all(Array.from({ length: 20 }, () => opened(guid, authorization)));
    for (let frame = 0; frame < 100; frame += 1) stream.send([ENTRY]);
    await stream.received(2);
    const begunAt = performance.now();

    await second.stop();

    expect(performance.now() - begunAt).toBeLessThan(6_000);
    const codes = await Promise.all([stream, ...more].map(({ closed }) => closed));
    expect(new Set(codes.map(({ code }) => code))).toEqual(new Set([1001]));
    // Durable before it is acknowledged; nothing that was kept by a graceful stop goes unacknowledged.
    expect(await keptLines(first, guid)).toHaveLength(stream.messages.length);
  });
});
