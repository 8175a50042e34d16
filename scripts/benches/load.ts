/**
 * The load: exchanges over connections that stay open, the next request of a connection when its answer is complete.
 * Raw sockets and no more reading than an answer's length: it must need much less CPU than the service.
 */
import { connect, type Socket } from 'node:net';
import { answerParent } from './child.ts';

/** How much to ask for. */
export interface LoadQuestion {
  readonly port: number;
  readonly apiKey: string;
  readonly connections: number;
  readonly count: number;
  /** The run is given up after this time. */
  readonly limitMilliseconds: number;
}

/** What came of it. */
export interface LoadAnswer {
  readonly milliseconds: number;
  readonly answered: number;
  /** Answers other than 200. */
  readonly refused: number;
}

const GRANT_TYPE = encodeURIComponent('urn:ibm:params:oauth:grant-type:apikey');
const END_OF_HEAD = '\r\n\r\n';
const CONTENT_LENGTH = /\r\ncontent-length: (\d+)/i;

answerParent<LoadQuestion, LoadAnswer>(async ({ port, apiKey, connections, count, limitMilliseconds }) => {
  const request = requestBytes(port, apiKey);
  const progress = { left: count, answered: 0, refused: 0 };
  const begunAt = performance.now();
  const sockets = Array.from({ length: connections }, () => connect({ port, host: '127.0.0.1', noDelay: true }));
  const limit = setTimeout(() => {
    for (const socket of sockets) socket.destroy(new Error('the load was not answered in time'));
  }, limitMilliseconds);
  await Promise.all(sockets.map((socket) => askOver(socket, request, progress)));
  clearTimeout(limit);
  return { milliseconds: performance.now() - begunAt, answered: progress.answered, refused: progress.refused };
});

/** Resolves when nothing is left to ask, or when the connection has ended. */
function askOver(socket: Socket, request: Buffer, progress: { left: number; answered: number; refused: number }) {
  return new Promise<void>((resolve) => {
    let received = '';
    const ask = (): void => {
      if (progress.left === 0) {
        socket.end();
        return;
      }
      progress.left -= 1;
      socket.write(request);
    };
    socket.setEncoding('latin1');
    socket.on('connect', ask).on('error', () => {});
    socket.on('close', () => resolve());
    socket.on('data', (chunk: string) => {
      received += chunk;
      const head = received.indexOf(END_OF_HEAD);
      if (head === -1) return;
      const length = Number(CONTENT_LENGTH.exec(received)?.[1] ?? Number.NaN);
      if (received.length < head + END_OF_HEAD.length + length) return;
      progress.answered += 1;
      if (!received.startsWith('HTTP/1.1 200')) progress.refused += 1;
      received = '';
      ask();
    });
  });
}

function requestBytes(port: number, apiKey: string): Buffer {
  const form = `grant_type=${GRANT_TYPE}&apikey=${apiKey}`;
  const head = [
    'POST /identity/token HTTP/1.1',
    `Host: 127.0.0.1:${port}`,
    'Accept: application/json',
    'User-Agent: latchkey-bench',
    'Content-Type: application/x-www-form-urlencoded',
    `Content-Length: ${form.length}`,
  ];
  return Buffer.from(`${head.join('\r\n')}${END_OF_HEAD}${form}`);
}
