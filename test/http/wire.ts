import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { PassThrough } from 'node:stream';
import type { OverloadGuard } from '../../src/http/overload-guard.ts';
import type { UnreadRequest } from '../../src/http/read-body.ts';
import { Problem } from '../../src/problems/problem.ts';

/** What came back over a raw connection, and whether the server closed it. */
export interface RawAnswer {
  readonly text: string;
  readonly status: number | undefined;
  readonly closed: boolean;
}

/** Sends bytes as they are and reads until the server closes, or for `milliseconds`. */
export function sendRaw(port: number, bytes: string | Buffer, milliseconds = 1500): Promise<RawAnswer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    const finish = (closed: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      const text = Buffer.concat(chunks).toString('latin1');
      const status = /^HTTP\/1\.1 (\d{3})/.exec(text)?.[1];
      resolve({ text, status: status === undefined ? undefined : Number(status), closed });
    };
    const timer = setTimeout(() => finish(false), milliseconds);
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', () => {});
    socket.on('close', () => finish(true));
  });
}

/** A plain server on a free port that answers with what `answer` returns, or with the code of the problem it throws. */
export async function servingProblems(
  answer: (request: UnreadRequest) => unknown,
): Promise<{ readonly url: string; readonly port: number; close(): Promise<void> }> {
  const onRequest: RequestListener = (request: IncomingMessage & { res?: ServerResponse }, response) => {
    request.res = response;
    void Promise.resolve()
      .then(() => answer(request))
      .then(
        (body) => response.end(JSON.stringify({ body })),
        (failure) => {
          response.statusCode = failure instanceof Problem ? 400 : 500;
          response.end(JSON.stringify(failureOf(failure)));
        },
      );
  };
  const server = createServer(onRequest);
  const port = await opened(server);
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** What a test looks at in a failure. */
export function failureOf(failure: unknown): object {
  if (!(failure instanceof Problem)) return { code: 'NOT A PROBLEM', message: String(failure) };
  const parameter = 'parameter' in failure ? failure.parameter : undefined;
  return { code: failure.code, message: failure.message, parameter };
}

/** Opens a server on a free port of the loopback and returns the port. */
export async function opened(server: Server): Promise<number> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  // Safe: a server that listens on a host and a port has an AddressInfo.
  return (server.address() as AddressInfo).port;
}

/** For a listener: tells 503 what the guard does not let in. */
export const shedBy =
  (guard: OverloadGuard) =>
  (request: IncomingMessage, response: ServerResponse): boolean => {
    if (!guard.isFull(request)) return false;
    response.writeHead(503, { 'Retry-After': '1' }).end();
    return true;
  };

/** A request that never was on a wire, for properties with many thousand bodies. */
export function requestOf(headers: Record<string, string>, body: Uint8Array = Buffer.alloc(0)): UnreadRequest {
  const stream = new PassThrough();
  stream.end(body);
  const rawHeaders = Object.entries(headers).flat();
  // Safe: the readers use the headers and the stream only.
  return Object.assign(stream, {
    headers: { 'content-length': String(body.length), ...headers },
    rawHeaders,
  }) as unknown as UnreadRequest;
}

/** Runs and returns the problem that is thrown; fails the test when none is. */
export async function problemOf(run: () => unknown): Promise<Problem> {
  try {
    await run();
  } catch (failure) {
    if (failure instanceof Problem) return failure;
    throw failure;
  }
  throw new Error('No problem was thrown.');
}
