import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An HTTP server that log lines are posted to. */
export interface GivenSink {
  readonly url: string;
  /** Every post, also those that were not taken. */
  readonly posts: { readonly headers: IncomingHttpHeaders; readonly lines: readonly string[] }[];
  /** Lines of the posts that were answered 2xx. */
  readonly taken: string[];
  /** What the next posts are answered: a status, or nothing at all. */
  answer: (post: { readonly lines: readonly string[] }) => number | 'never' | Promise<number>;
  close(): Promise<void>;
}

/** @param onTaken is told of lines that were taken; they, and the posts, are then not kept */
export async function givenSink(onTaken?: (lines: readonly string[]) => void): Promise<GivenSink> {
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', async () => {
      const lines = Buffer.concat(chunks)
        .toString('utf8')
        .split('\n')
        .filter((line) => line !== '');
      if (onTaken === undefined) sink.posts.push({ headers: request.headers, lines });
      const status = await sink.answer({ lines });
      if (status === 'never') return;
      if (status < 300) (onTaken ?? keep)(lines);
      response.writeHead(status).end();
    });
  });
  const keep = (lines: readonly string[]): void => void sink.taken.push(...lines);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // What listens on TCP has such an address.
  const { port: taken } = server.address() as AddressInfo;
  const sink: GivenSink = {
    url: `http://127.0.0.1:${taken}/lines`,
    posts: [],
    taken: [],
    answer: () => 204,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return sink;
}
