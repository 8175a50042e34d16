import { Agent, request as httpRequest } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

/** What a load came to. */
export interface LoadReport {
  readonly answered: number;
  /** Connections that were refused, so that nothing was sent; the request went to another target. */
  readonly turnedAway: number;
  /** Why each failed request failed: broken after it was sent, or another answer than 200. */
  readonly failures: readonly string[];
  readonly slowestMilliseconds: number;
}

/** A load that is on. */
export interface Load {
  /** Requests answered so far. */
  answered(): number;
  /** Ends after the requests under way. */
  stop(): Promise<LoadReport>;
}

/** What a load is made of. */
export interface LoadParts {
  /** Addresses of services that may be asked, the best first; asked before each request, as a load balancer does. */
  readonly targets: () => readonly string[];
  readonly apikey: string;
  readonly requestsPerSecond: number;
  /** Default: 16. */
  readonly connections?: number;
}

/**
 * Exchanges a key over connections that are kept, as a well-behaved client does: it goes elsewhere when it is told
 * `Connection: close`, or when a connection is refused. A request that was sent is never sent again.
 */
export function keepAliveLoad({ targets, apikey, requestsPerSecond, connections = 16 }: LoadParts): Load {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const body = new URLSearchParams({ grant_type: 'apikey', apikey }).toString();
  const report = { answered: 0, turnedAway: 0, failures: [] as string[], slowestMilliseconds: 0 };
  const period = (1_000 * connections) / requestsPerSecond;
  let isOver = false;

  // Who has said `Connection: close` is about to end.
  const ending = new Set<string>();

  const ask = async (): Promise<void> => {
    for (let attempt = 0; attempt < 50; attempt += 1) {
      const all = targets().filter((target) => !ending.has(target));
      const target = all[attempt % Math.max(1, all.length)];
      const outcome = await exchangeAt(target, agent, body, () => target !== undefined && ending.add(target));
      if (outcome === 'answered') {
        report.answered += 1;
        return;
      }
      if (outcome !== 'refused') {
        report.failures.push(outcome);
        return;
      }
      report.turnedAway += 1;
      await pause(10);
    }
    report.failures.push('no service took a connection');
  };

  const work = async (): Promise<void> => {
    while (!isOver) {
      const begunAt = performance.now();
      await ask();
      const milliseconds = performance.now() - begunAt;
      report.slowestMilliseconds = Math.max(report.slowestMilliseconds, Math.round(milliseconds));
      await pause(Math.max(0, period - milliseconds));
    }
  };
  const workers = Promise.all(Array.from({ length: connections }, work));

  return {
    answered: () => report.answered,
    async stop() {
      isOver = true;
      await workers;
      agent.destroy();
      return report;
    },
  };
}

type Outcome = 'answered' | 'refused' | `${string}:${string}`;

function exchangeAt(target: string | undefined, agent: Agent, body: string, onEnding: () => void): Promise<Outcome> {
  if (target === undefined) return Promise.resolve('refused');
  return new Promise((resolve) => {
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded', 'Content-Length': body.length };
    const request = httpRequest(`${target}/identity/token`, { method: 'POST', agent, headers, timeout: 10_000 });
    request.once('response', (response) => {
      response.resume();
      if (response.headers.connection === 'close') onEnding();
      response.once('end', () => {
        resolve(response.statusCode === 200 ? 'answered' : `status: ${response.statusCode}`);
      });
      response.once('error', (error) => resolve(`answer: ${error.message}`));
    });
    request.once('timeout', () => request.destroy(new Error('no answer in 10 s')));
    request.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code === 'ECONNREFUSED' ? 'refused' : `${error.code ?? 'error'}: ${error.message}`);
    });
    request.end(body);
  });
}
