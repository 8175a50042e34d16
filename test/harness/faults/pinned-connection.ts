import { Agent, request as httpRequest } from 'node:http';
import type { Answer, Call } from '../http-call.ts';

/** One connection that is kept: all its requests are answered by the same process. */
export interface PinnedConnection {
  /** The port of this side. */
  readonly clientPort: number;
  readonly serverPort: number;
  /** Requests wait for each other. @throws when the connection has been closed: another process might answer the next one */
  readonly call: Call;
  close(): void;
}

const REQUEST_MILLISECONDS = 10_000;

/** Opens a connection by asking for something that every service answers. */
export async function pinnedConnection(baseUrl: string): Promise<PinnedConnection> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1, maxFreeSockets: 1 });
  const place = { clientPort: 0 };
  const call: Call = (method, path, { token, headers = {}, form, json } = {}) => {
    const body =
      (form && new URLSearchParams(form).toString()) ?? (json === undefined ? undefined : JSON.stringify(json));
    const type = form === undefined ? 'application/json' : 'application/x-www-form-urlencoded';
    return exchange(place, baseUrl, {
      ...{ agent, method, path, body },
      headers: {
        ...(body !== undefined && { 'Content-Type': type, 'Content-Length': String(Buffer.byteLength(body)) }),
        ...(token !== undefined && { Authorization: `Bearer ${token}` }),
        ...headers,
      },
    });
  };
  await call('GET', '/identity/keys');
  return {
    clientPort: place.clientPort,
    serverPort: Number(new URL(baseUrl).port),
    call,
    close: () => agent.destroy(),
  };
}

interface Asked {
  readonly agent: Agent;
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string | undefined;
}

function exchange(place: { clientPort: number }, baseUrl: string, asked: Asked): Promise<Answer> {
  const { body, path, ...options } = asked;
  return new Promise((resolve, reject) => {
    const request = httpRequest(`${baseUrl}${path}`, { ...options, timeout: REQUEST_MILLISECONDS });
    request.once('response', (response) => {
      const chunks: Buffer[] = [];
      const { localPort = 0 } = response.socket;
      if (place.clientPort === 0) place.clientPort = localPort;
      if (place.clientPort !== localPort) reject(new Error('the connection was closed, and another one opened'));
      response.on('data', (chunk: Buffer) => void chunks.push(chunk));
      response.once('error', reject);
      response.once('end', () => resolve(answerOf(response.statusCode ?? 0, response.headers, chunks)));
    });
    request.once('timeout', () => request.destroy(new Error('no answer in 10 s')));
    request.once('error', reject);
    request.end(body);
  });
}

function answerOf(status: number, headers: NodeJS.Dict<string | string[]>, chunks: readonly Buffer[]): Answer {
  const text = Buffer.concat(chunks).toString();
  const isJson = String(headers['content-type']).includes('json') && text !== '';
  const pairs = Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]);
  return { status, headers: new Headers(pairs), text, body: isJson ? JSON.parse(text) : {} };
}
