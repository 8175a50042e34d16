import { Agent, request } from 'node:http';
import type { Socket } from 'node:net';

/** One TCP connection: whichever process took it answers everything that is sent through it. */
export interface Connection {
  /** Sends a form, or without one a GET. One request at a time. @throws when the connection is lost */
  send(path: string, sent?: Sent): Promise<Answer>;
  /** False once it is closed, or was replaced by another one, which another process may have taken. */
  isSame(): boolean;
  close(): void;
}

/** What a request carries. */
export interface Sent {
  readonly form?: Readonly<Record<string, string>>;
  readonly bearer?: string;
}

/** An answer, read whole. */
export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** Longer than any answer of a service that lives. */
const ANSWER_MILLISECONDS = 5_000;

/** @returns a connection to the service at `url`, opened by its first request */
export function newConnection(url: string): Connection {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const sockets = new Set<Socket>();
  return {
    send: (path, { form, bearer } = {}) =>
      new Promise((resolve, reject) => {
        const body = form === undefined ? undefined : new URLSearchParams(form).toString();
        const headers = {
          ...(body !== undefined && { 'Content-Type': 'application/x-www-form-urlencoded' }),
          ...(bearer !== undefined && { Authorization: `Bearer ${bearer}` }),
        };
        const asking = request(`${url}${path}`, {
          ...{ agent, headers, method: body === undefined ? 'GET' : 'POST' },
          signal: AbortSignal.timeout(ANSWER_MILLISECONDS),
        });
        asking.once('socket', (socket) => sockets.add(socket));
        asking.once('error', reject);
        asking.once('response', (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (chunk: string) => {
            text += chunk;
          });
          response.once('error', reject);
          response.once('end', () => resolve({ status: response.statusCode ?? 0, text }));
        });
        asking.end(body);
      }),
    isSame: () => sockets.size === 1 && ![...sockets].some(({ destroyed }) => destroyed),
    close: () => agent.destroy(),
  };
}
