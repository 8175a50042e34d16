/**
 * The load: requests over connections that stay open, the next request of a connection when its answer is complete.
 * Raw sockets and no more reading than an answer's length: it must need much less CPU than what it measures.
 */
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { answerParent } from './child.ts';

/** How much to ask for, and of whom. */
export interface LoadQuestion {
  /** The connections are shared out among these ports. */
  readonly ports: readonly number[];
  readonly request: LoadRequest;
  readonly connections: number;
  readonly count: number;
  /** The run is given up after this time. */
  readonly limitMilliseconds: number;
}

/** A form that is posted, another body, or with `GET` none. */
export interface LoadRequest {
  /** Default: `POST`. */
  readonly method?: 'GET' | 'POST';
  readonly path: string;
  readonly headers: readonly string[];
  /** Default: a form. */
  readonly mediaType?: string;
  /** Default: empty. */
  readonly body?: string;
  /** A file with one secret a line, all of one length; a random one comes behind the body of each request. */
  readonly secretsFile?: string | undefined;
}

/** What came of it. */
export interface LoadAnswer {
  readonly milliseconds: number;
  readonly answered: number;
  /** Answers other than 200. */
  readonly refused: number;
  /** Milliseconds from the sending of a request to the end of its answer: of a hundred, 99 took no longer. */
  readonly p99: number;
  /** The same of half of them. */
  readonly p50: number;
}

interface Progress {
  left: number;
  answered: number;
  refused: number;
  readonly latencies: Float64Array;
}

const END_OF_HEAD = '\r\n\r\n';
const CONTENT_LENGTH = /\r\ncontent-length: (\d+)/i;

answerParent<LoadQuestion, LoadAnswer>(async ({ ports, request, connections, count, limitMilliseconds }) => {
  const nextRequest = requestsOf(request);
  const progress: Progress = { left: count, answered: 0, refused: 0, latencies: new Float64Array(count) };
  const begunAt = performance.now();
  const sockets = Array.from({ length: connections }, (_, number) =>
    connect({ port: ports[number % ports.length] ?? 0, host: '127.0.0.1', noDelay: true }),
  );
  const limit = setTimeout(() => {
    for (const socket of sockets) socket.destroy(new Error('the load was not answered in time'));
  }, limitMilliseconds);
  await Promise.all(sockets.map((socket) => askOver(socket, nextRequest, progress)));
  clearTimeout(limit);
  const milliseconds = performance.now() - begunAt;
  const { answered, refused } = progress;
  const sorted = progress.latencies.subarray(0, answered).sort();
  const quantile = (part: number) => sorted[Math.ceil(answered * part) - 1] ?? Number.NaN;
  return { milliseconds, answered, refused, p99: quantile(0.99), p50: quantile(0.5) };
});

/** Resolves when nothing is left to ask, or when the connection has ended. */
function askOver(socket: Socket, nextRequest: () => Buffer, progress: Progress): Promise<void> {
  return new Promise<void>((resolve) => {
    let received = '';
    let sentAt = 0;
    const ask = (): void => {
      if (progress.left === 0) {
        socket.end();
        return;
      }
      progress.left -= 1;
      sentAt = performance.now();
      socket.write(nextRequest());
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
      progress.latencies[progress.answered] = performance.now() - sentAt;
      progress.answered += 1;
      if (!received.startsWith('HTTP/1.1 200')) progress.refused += 1;
      received = '';
      ask();
    });
  });
}

/** @returns what makes the bytes of the next request: always the same ones, or each with a secret of its own */
function requestsOf({ method = 'POST', path, headers, mediaType, body = '', secretsFile }: LoadRequest): () => Buffer {
  const secrets = secretsFile === undefined ? Buffer.alloc(0) : readFileSync(secretsFile);
  const lineLength = secrets.indexOf('\n') + 1;
  const secretLength = Math.max(0, lineLength - 1);
  const head = [
    `${method} ${path} HTTP/1.1`,
    'Host: 127.0.0.1',
    'Accept: application/json',
    'User-Agent: latchkey-bench',
    ...(method === 'GET' ? [] : bodyHeaders(mediaType, body.length + secretLength)),
    ...headers,
  ];
  const fixed = Buffer.from(`${head.join('\r\n')}${END_OF_HEAD}${body}`);
  if (lineLength === 0) return () => fixed;
  return () => {
    const at = Math.floor(Math.random() * (secrets.length / lineLength)) * lineLength;
    return Buffer.concat([fixed, secrets.subarray(at, at + secretLength)]);
  };
}

const bodyHeaders = (mediaType = 'application/x-www-form-urlencoded', length: number): readonly string[] => [
  `Content-Type: ${mediaType}`,
  `Content-Length: ${length}`,
];
