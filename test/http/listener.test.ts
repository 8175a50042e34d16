import type { RequestListener } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type Listener, type ListenerParts, listen } from '../../src/http/listener.ts';
import { readForm } from '../../src/http/read-form.ts';
import { sendRaw } from './wire.ts';

const open: Listener[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((listener) => listener.stop(0)));
});

/** Answers with the number of the request and what came, so that a test sees how many there were. */
async function givenListener(parts: Partial<ListenerParts> = {}) {
  const seen: string[] = [];
  const echo: RequestListener = (request, response) => {
    seen.push(`${request.method} ${request.url}`);
    request.on('data', () => {}).on('end', () => response.end(`seen ${seen.length}`));
    request.on('error', () => {});
  };
  const listener = await listen({ handler: echo, host: '127.0.0.1', port: 0, ...parts });
  open.push(listener);
  return { ...listener, seen };
}

const HEAD = 'POST /x HTTP/1.1\r\nHost: a\r\n';
const NEXT = 'GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n';

/** Request smuggling (R28, ASVS 4.2.1): two readers of one connection must not see two different requests. */
describe('listen, given bytes that two readers could understand differently', () => {
  it.each([
    ['CL and TE', `${HEAD}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${NEXT}`],
    ['TE and CL', `${HEAD}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n${NEXT}`],
    ['two lengths', `${HEAD}Content-Length: 0\r\nContent-Length: 36\r\n\r\n${NEXT}`],
    ['two equal lengths', `${HEAD}Content-Length: 0\r\nContent-Length: 0\r\n\r\n${NEXT}`],
    ['a list of lengths', `${HEAD}Content-Length: 0, 0\r\n\r\n${NEXT}`],
    ['a signed length', `${HEAD}Content-Length: +0\r\n\r\n${NEXT}`],
    ['an unknown transfer coding', `${HEAD}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${NEXT}`],
    [
      'two transfer codings',
      `${HEAD}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n${NEXT}`,
    ],
    ['chunks in HTTP/1.0', `POST /x HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${NEXT}`],
    ['a folded header', `${HEAD}X-A: b\r\n  c\r\nContent-Length: 0\r\n\r\n${NEXT}`],
    ['a folded coding', `${HEAD}Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n${NEXT}`],
    ['a space before the colon', `${HEAD}Content-Length : 0\r\n\r\n${NEXT}`],
    ['a bare CR', `${HEAD}X-A: a\rContent-Length: 9\r\n\r\n${NEXT}`],
    ['bare LFs', `POST /x HTTP/1.1\nHost: a\nContent-Length: 0\n\n${NEXT}`],
    ['a NUL in a header', `${HEAD}X-A: a\0b\r\n\r\n${NEXT}`],
    ['two hosts', `GET /x HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n${NEXT}`],
    ['no host', `GET /x HTTP/1.1\r\n\r\n${NEXT}`],
  ])(
    'when it is %s, then the answer is 400, the connection ends, and nothing after it is served',
    async (_what, bytes) => {
      const listener = await givenListener();

      const answer = await sendRaw(listener.port, bytes);

      expect(answer).toMatchObject({ status: 400, closed: true });
      expect(answer.text).toMatch(/connection: close/i);
      expect(listener.seen).not.toContain('GET /smuggled');
    },
  );

  it.each([
    'ZZ\r\nabc\r\n0\r\n\r\n',
    '3;\nabc\r\n0\r\n\r\n',
    '-1\r\n',
    '3\r\nabcd\r\n0\r\n\r\n',
    `${'f'.repeat(17)}\r\n`,
  ])('when the chunks are %j, then the answer is 400 and the connection ends', async (chunks) => {
    const listener = await givenListener();

    const answer = await sendRaw(listener.port, `${HEAD}Transfer-Encoding: chunked\r\n\r\n${chunks}${NEXT}`);

    expect(answer).toMatchObject({ status: 400, closed: true });
    expect(listener.seen).toEqual(['POST /x']);
  });

  /** Response confusion: an answer to the broken request must not be taken for that of the one before it. */
  it('when it follows a request that is being served, then that one’s answer comes first', async () => {
    const handler: RequestListener = (_request, response) => void setTimeout(() => response.end('slow answer'), 100);
    const listener = await givenListener({ handler });

    const answer = await sendRaw(listener.port, `${NEXT}GET / HTTP/1.1\r\nNo colon\r\n\r\n`);

    expect(answer.text).toMatch(/^HTTP\/1\.1 200 [\s\S]*slow answerHTTP\/1\.1 400 /);
    expect(answer.closed).toBe(true);
  });
});

describe('listen, given requests over its limits', () => {
  it.each([
    ['one long header', `X-A: ${'a'.repeat(17_000)}\r\n`, 431],
    ['many bytes of headers', Array.from({ length: 100 }, (_, n) => `X-${n}: ${'a'.repeat(200)}\r\n`).join(''), 431],
    ['many headers', Array.from({ length: 128 }, (_, n) => `X-${n}: a\r\n`).join(''), 431],
    ['just enough headers', Array.from({ length: 126 }, (_, n) => `X-${n}: a\r\n`).join(''), 200],
  ])('when it has %s, then the answer is as it should be', async (_what, headers, status) => {
    const listener = await givenListener();

    const answer = await sendRaw(listener.port, `GET / HTTP/1.1\r\nHost: a\r\n${headers}Connection: close\r\n\r\n`);

    expect(answer).toMatchObject({ status, closed: true });
  });

  it('when the method is unknown, then the answer is 405 in the form that the server chose', async () => {
    const refusalBodyOf = ({ status }: { status: number }) => ({
      contentType: 'application/json',
      body: `{"s":${status}}`,
    });
    const listener = await givenListener({ refusalBodyOf });

    const answer = await sendRaw(listener.port, 'FOO / HTTP/1.1\r\nHost: a\r\n\r\n');
    const tunnel = await sendRaw(listener.port, 'CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n');

    expect(answer).toMatchObject({ status: 405, closed: true });
    expect(answer.text).toMatch(/Allow: GET[\s\S]*application\/json|application\/json[\s\S]*Allow: GET/);
    expect(answer.text.endsWith('{"s":405}')).toBe(true);
    expect(tunnel).toMatchObject({ status: 405, closed: true });
  });

  /** Pipelining a thousand requests would make a thousand answers that nobody reads. */
  it('when too many are sent ahead on one connection, then the rest is refused and the connection ends', async () => {
    let running = 0;
    let most = 0;
    const handler: RequestListener = (_request, response) => {
      running += 1;
      most = Math.max(most, running);
      setTimeout(() => {
        running -= 1;
        response.end('ok');
      }, 50);
    };
    const listener = await givenListener({ handler });

    const answer = await sendRaw(listener.port, NEXT.repeat(500));

    expect(most).toBeLessThanOrEqual(32);
    expect(answer.closed).toBe(true);
    expect(answer.text).toContain('HTTP/1.1 503 ');
  });

  it('when there are more connections than are allowed, then further ones are closed at once', async () => {
    const listener = await givenListener({ limits: { connections: 1 } });
    const first = connect(listener.port, '127.0.0.1');
    await new Promise((resolve) => first.once('connect', resolve));

    expect(await sendRaw(listener.port, NEXT)).toMatchObject({ text: '', closed: true });
    first.destroy();
  });
});

/** Slow loris (R28): a thousand connections that each send a byte a second. The limits are shortened, the way is the same. */
describe('listen, given a client that is slow', () => {
  const limits = { headersMilliseconds: 300, requestMilliseconds: 600 };

  it.each([
    ['nothing', ''],
    ['half a head', 'GET / HTTP/1.1\r\nHost: a\r\nX-A'],
    ['half a body', `${HEAD}Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 10\r\n\r\na=1`],
  ])('when it sends %s, then the answer is 408 and the connection ends', async (_what, bytes) => {
    const problems: unknown[] = [];
    const handler: RequestListener = (request) => void readForm(request).catch((problem) => problems.push(problem));
    const listener = await givenListener({ handler, limits });

    const answer = await sendRaw(listener.port, bytes, 5000);

    expect(answer).toMatchObject({ status: 408, closed: true });
  });
});

it('given a listener, when a request is answered, then it tells so once, with the time it took', async () => {
  const answered: [string | undefined, number, boolean][] = [];
  const listener = await givenListener({
    onAnswered: (request, response, milliseconds) =>
      answered.push([request.url, response.statusCode, milliseconds >= 0]),
  });

  await (await fetch(`${listener.url}/a`)).text();

  expect(answered).toEqual([['/a', 200, true]]);
});

it('given a port that is taken, when it is opened again, then that is an error', async () => {
  const { port } = await givenListener();

  await expect(listen({ handler: () => {}, host: '127.0.0.1', port })).rejects.toThrow(/EADDRINUSE/);
});
