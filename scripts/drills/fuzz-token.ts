import { readFile } from 'node:fs/promises';
import { Agent, request as httpRequest } from 'node:http';
import { newApiKeySecret } from '../../src/secrets/api-key-secret.ts';
import { settingsOf } from '../../test/harness/backends.ts';
import type { ServiceProcess } from '../../test/harness/service-process.ts';
import type { Drill, DrillParts } from './drill.ts';
import { type RandomRequest, randomRequests } from './random-bodies.ts';

const CONNECTIONS = 16;
/** Of all bodies: memory is compared between the second of these shares and the last. */
const SHARE = 0.2;
const SAMPLE_EVERY = 250;
const GROWTH_LIMIT_MEGABYTES = 20;

/** R26: the token endpoint against bodies that nobody should send. */
export const fuzzToken: Drill = {
  name: 'fuzz-token',
  sentence: `Sends random bodies to the token endpoint; none may be answered by 500 or a token, no connection may break, and between the second fifth and the last, memory may grow by ${GROWTH_LIMIT_MEGABYTES} MB at most.`,
  counted: 'bodies',
  fullCount: 100_000,
  async run(parts) {
    const { backend, count, processes } = parts;
    const service = await processes.start({
      settings: { ...settingsOf(backend), LATCHKEY_FAILED_EXCHANGES_PER_MINUTE: '0', LATCHKEY_LOG_LEVEL: 'error' },
    });
    const apikey = await service.adminKey();
    const { sent, statuses, memory, findings } = await sendBodies(service, parts);
    // It still does what it is for.
    await service.tokenOf(apikey);
    const { exitCode } = await service.stop();
    if (exitCode !== 0) findings.push(`the service ended with ${exitCode}`);

    // Medians: what is not yet collected comes and goes by tens of megabytes.
    const megabytesIn = (from: number, to: number): number =>
      median(memory.filter(([position]) => position > from * count && position <= to * count));
    const [early, late] = [megabytesIn(SHARE, 2 * SHARE), megabytesIn(1 - SHARE, 1)];
    if (late - early > GROWTH_LIMIT_MEGABYTES) findings.push(`memory has grown by ${late - early} MB`);
    const byStatus = [...statuses].sort(([a], [b]) => a - b).map(([status, number]) => `${status}: ${number}`);
    return {
      facts: {
        sent,
        answers: byStatus.join(', '),
        'resident MB in the second fifth': early,
        'resident MB in the last fifth': late,
        'resident MB at most': Math.max(...memory.map(([, megabytes]) => megabytes)),
      },
      findings,
    };
  },
};

/** Bodies sent so far, and the resident megabytes of the service then. */
type MemorySample = readonly [position: number, megabytes: number];

async function sendBodies(service: ServiceProcess, { count, seed, progress, mayGoOn }: DrillParts) {
  // Of the same shape as a real one; its check digits are right, so that it gets as far as the store.
  const made = Array.from({ length: 64 }, newApiKeySecret);
  let turn = 0;
  const requests = randomRequests(seed, () => made[turn++ % made.length] ?? '');
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const statuses = new Map<number, number>();
  const findings: string[] = [];
  const memory: MemorySample[] = [];
  let sent = 0;

  const work = async (): Promise<void> => {
    while (sent < count && mayGoOn()) {
      sent += 1;
      const position = sent;
      const next = requests.next().value;
      const answer = await send(`${service.url}/identity/token`, agent, next);
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
      findings.push(...faultsOf(answer, next, position, made));
      if (position % SAMPLE_EVERY === 0) memory.push([position, await residentMegabytes(service.pid)]);
      if (position % 20_000 === 0) progress(`${position} bodies, ${findings.length} findings`);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, work));
  agent.destroy();
  return { sent, statuses, memory, findings };
}

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

function median(samples: readonly MemorySample[]): number {
  const sorted = samples.map(([, megabytes]) => megabytes).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

async function residentMegabytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Math.round(Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? Number.NaN) / 1_024);
}
