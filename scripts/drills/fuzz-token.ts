import { readFile } from 'node:fs/promises';
import { Agent, request as httpRequest } from 'node:http';
import { newApiKeySecret } from '../../src/secrets/api-key-secret.ts';
import { settingsOf } from '../../test/harness/backends.ts';
import type { Drill } from './drill.ts';
import { type RandomRequest, randomRequests } from './random-bodies.ts';

const CONNECTIONS = 16;
const WARM_UP_SHARE = 0.2;
const GROWTH_LIMIT_MEGABYTES = 20;

/** R26: the token endpoint against bodies that nobody should send. */
export const fuzzToken: Drill = {
  name: 'fuzz-token',
  sentence: `Sends random bodies to the token endpoint; none may be answered by 500 or a token, no connection may break, and memory may grow by ${GROWTH_LIMIT_MEGABYTES} MB at most after the first fifth.`,
  counted: 'bodies',
  fullCount: 100_000,
  async run({ backend, count, seed, processes, progress, mayGoOn }) {
    const service = await processes.start({
      settings: { ...settingsOf(backend), LATCHKEY_FAILED_EXCHANGES_PER_MINUTE: '0', LATCHKEY_LOG_LEVEL: 'error' },
    });
    const apikey = await service.adminKey();
    // Of the same shape as a real one; its check digits are right, so that it gets as far as the store.
    const made = Array.from({ length: 64 }, newApiKeySecret);
    let turn = 0;
    const requests = randomRequests(seed, () => made[turn++ % made.length] ?? '');
    const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
    const statuses = new Map<number, number>();
    const findings: string[] = [];
    const warmUp = Math.floor(count * WARM_UP_SHARE);
    const memory = { warm: 0, highest: 0 };
    let sent = 0;

    const work = async (): Promise<void> => {
      while (sent < count && mayGoOn()) {
        sent += 1;
        const position = sent;
        const next = requests.next().value;
        const answer = await send(`${service.url}/identity/token`, agent, next);
        statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
        findings.push(...faultsOf(answer, next, position, made));
        if (position === warmUp) memory.warm = await residentMegabytes(service.pid);
        if (position > warmUp && position % 1_000 === 0) {
          memory.highest = Math.max(memory.highest, await residentMegabytes(service.pid));
        }
        if (position % 20_000 === 0) progress(`${position} bodies, ${findings.length} findings`);
      }
    };
    await Promise.all(Array.from({ length: CONNECTIONS }, work));
    agent.destroy();
    const end = await residentMegabytes(service.pid);
    // It still does what it is for.
    await service.tokenOf(apikey);
    const { exitCode } = await service.stop();
    if (exitCode !== 0) findings.push(`the service ended with ${exitCode}`);
    const growth = end - memory.warm;
    if (growth > GROWTH_LIMIT_MEGABYTES) findings.push(`memory has grown by ${growth} MB`);
    const byStatus = [...statuses].sort(([a], [b]) => a - b).map(([status, number]) => `${status}: ${number}`);
    return {
      facts: {
        seed,
        sent,
        answers: byStatus.join(', '),
        'resident MB after the warm-up': memory.warm,
        'resident MB at most': memory.highest,
        'resident MB at the end': end,
      },
      findings,
    };
  },
};

interface Received {
  /** 0: the connection broke. */
  readonly status: number;
  readonly text: string;
}

function faultsOf(
  { status, text }: Received,
  { body }: RandomRequest,
  position: number,
  made: readonly string[],
): string[] {
  const faults: string[] = [];
  if (status === 0) faults.push(`body ${position}: ${text}`);
  else if (status >= 500 && status !== 503) faults.push(`body ${position}: ${status} ${text.slice(0, 200)}`);
  else if (status < 400) faults.push(`body ${position}: was given a token`);
  // Only where a key was sent can it come back.
  const sentText = body.toString('latin1');
  if (made.some((key) => sentText.includes(key) && text.includes(key)))
    faults.push(`body ${position}: a key is echoed`);
  return faults;
}

function send(url: string, agent: Agent, { body, contentType }: RandomRequest): Promise<Received> {
  return new Promise((resolve) => {
    const type = contentType === undefined ? {} : { 'Content-Type': contentType };
    const headers = { ...type, 'Content-Length': body.length };
    const request = httpRequest(url, { method: 'POST', agent, headers, timeout: 20_000 });
    request.once('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.once('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    request.once('timeout', () => request.destroy(new Error('no answer in 20 s')));
    request.once('error', (error) => resolve({ status: 0, text: error.message }));
    request.end(body);
  });
}

async function residentMegabytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Math.round(Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? Number.NaN) / 1_024);
}
