import { connect } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { describeOnEveryBackend } from '../../harness/running-service.ts';
import { expectTokenRefusal } from '../../harness/token-refusal.ts';
import { sendRaw } from '../../http/wire.ts';

describeOnEveryBackend('methods and times at the token door', (service) => {
  const port = () => Number(new URL(service().publicUrl).port);
  const raw = (line: string) => sendRaw(port(), `${line} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);

  /** Cross-site tracing (R32): TRACE would show a page what a proxy has added to its request. */
  it.each(['/', '/nothing', '/identity/nothing', '/v1/nothing', '/identity/token'])(
    'when TRACE is sent to %s, then 405 says what is allowed, and nothing of the request comes back',
    async (path) => {
      const { status, text } = await raw(`TRACE ${path}`);

      expect(status).toBe(405);
      expect(text).toMatch(/^Allow: \S/im);
      expect(text).not.toContain('Host: a');
    },
  );

  it.each([
    ['GET', 404],
    ['TRACE', 405],
  ])('when %s is sent to where no door is, then the %s names the transaction and is not kept', async (method, code) => {
    const { status, text } = await sendRaw(
      port(),
      `${method} /v1/nothing HTTP/1.1\r\nHost: a\r\nTransaction-Id: my-call\r\nConnection: close\r\n\r\n`,
    );

    expect(status).toBe(code);
    expect(text).toMatch(/^Transaction-Id: my-call\r$/im);
    expect(text).toMatch(/^X-Request-Id: \S+\r$/im);
    expect(text).toMatch(/^Cache-Control: no-store\r$/im);
  });

  it.each(['GET', 'OPTIONS', 'DELETE', 'TRACE'])(
    'when %s is sent to the token endpoint with an escaped #, then 405 allows POST',
    async (method) => {
      const { status, text } = await raw(`${method} /identity/token%23apikey`);

      expect([status, /^Allow: (.*)\r$/im.exec(text)?.[1]]).toEqual([405, 'POST']);
    },
  );

  it.each([
    ['/identity/keys', 'GET, HEAD'],
    ['/identity/introspect', 'POST'],
    ['/identity/.well-known/openid-configuration', 'GET, HEAD'],
    ['/v1/apikeys', 'GET, HEAD, POST'],
  ])('when OPTIONS is sent to %s, then 405 allows %s', async (path, allowed) => {
    const { status, headers } = await service().call('OPTIONS', path);

    expect([status, headers.get('allow')]).toEqual([405, allowed]);
  });

  describe('given a refusal whose request took a while', () => {
    it('when its context is read, then it says when the request began, when it ended and how long it took', async () => {
      const form = 'grant_type=apikey&apikey=lk_any';
      const head = `POST /identity/token HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: ${form.length}\r\n`;
      const begunAt = Date.now();

      const text = await new Promise<string>((resolve) => {
        let received = '';
        const socket = connect(port(), '127.0.0.1', () => {
          socket.write(`${head}Content-Type: application/x-www-form-urlencoded\r\n\r\n`);
          setTimeout(() => socket.write(form), 120);
        });
        socket.on('data', (chunk) => {
          received += String(chunk);
        });
        socket.on('close', () => resolve(received));
      });

      // Safe: the answer of the token door is JSON with a context; a missing one fails the expectations.
      const { context } = JSON.parse(text.slice(text.indexOf('\r\n\r\n'))) as {
        context: { startTime: string; endTime: string; elapsedTime: string };
      };
      const [startedAt, endedAt] = [instantOf(context.startTime), instantOf(context.endTime)];
      expect(Number(context.elapsedTime)).toBeGreaterThanOrEqual(100);
      expect(endedAt - startedAt).toBe(Number(context.elapsedTime));
      expect(startedAt).toBeGreaterThanOrEqual(begunAt);
      expect(endedAt).toBeLessThanOrEqual(Date.now());
    });

    it('when it was refused at once, then its form is that of every refusal', async () => {
      const answer = await service().call('GET', '/identity/token');

      expectTokenRefusal(answer, { status: 405, errorCode: 'BXNIM0060E', details: /^HTTP 405/ });
      expect(answer.body.context.elapsedTime).toMatch(/^\d+$/);
    });
  });
});

/** Of `21.11.2026 11:47:03:250 UTC`. */
function instantOf(text: string): number {
  const [, day, month, year, time, milliseconds] = /^(\d\d)\.(\d\d)\.(\d{4}) (\S{8}):(\d{3}) UTC$/.exec(text) ?? [];
  return Date.parse(`${year}-${month}-${day}T${time}.${milliseconds}Z`);
}
