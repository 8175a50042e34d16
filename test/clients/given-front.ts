import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, request, type ServerResponse } from 'node:http';

/** A front between a client and the service, as a load balancer would be: it counts, and may answer in its place. */
export interface Front {
  readonly url: string;
  /** `POST /identity/token` and so on, in the order in which they came. */
  readonly requests: readonly string[];
  /** Answers this many of the next requests by a handler; they do not reach the service. */
  answerNext(count: number, handler: RequestListener): void;
  close(): Promise<void>;
}

/** Starts a front on a free port of loopback. Whoever starts it closes it. */
export async function givenFront(serviceUrl: string): Promise<Front> {
  const requests: string[] = [];
  let replaced: { count: number; handler: RequestListener } = { count: 0, handler: () => undefined };
  const server = createServer((incoming, outgoing) => {
    requests.push(`${incoming.method} ${incoming.url}`);
    if (replaced.count > 0) {
      replaced.count -= 1;
      replaced.handler(incoming, outgoing);
      return;
    }
    forward(serviceUrl, incoming, outgoing);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the system gave no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    requests,
    answerNext(count, handler) {
      replaced = { count, handler };
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function forward(serviceUrl: string, incoming: IncomingMessage, outgoing: ServerResponse): void {
  const { method, headers, url } = incoming;
  // Without an agent no idle connection stays behind, on which the service would wait when it is stopped.
  const asked = request(`${serviceUrl}${url}`, { method, headers, agent: false }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
    answer.pipe(outgoing);
  });
  asked.on('error', (error) => outgoing.destroy(error));
  incoming.pipe(asked);
}
