/**
 * The load of the overload drill, in a process of its own: raw sockets and no more reading than an answer's length, so that
 * it needs much less CPU than the service.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { answerParent } from '../benches/child.ts';

/** How much to ask for. */
export interface OverloadQuestion {
  readonly port: number;
  readonly apiKey: string;
  /** Loopback addresses from which the connections come, in turn. */
  readonly from: readonly string[];
  /** Open at once; without a rate each asks again as soon as it is answered. */
  readonly connections: number;
  /** Requests a second, whether or not earlier ones are answered. Default: as fast as answers come. */
  readonly ratePerSecond?: number;
  readonly milliseconds: number;
  /** To run on this core alone. Default: on any. */
  readonly core?: number | undefined;
}

/** What came of it. */
export interface OverloadAnswer {
  readonly sent: number;
  /** Due, and not sent, because every connection was waiting: then the load is no longer open. */
  readonly unsent: number;
  readonly served: number;
  /** 503 with `Retry-After`. */
  readonly shed: number;
  /** Other answers, by status; broken connections and what was not answered, by name. */
  readonly others: Readonly<Record<string, number>>;
  /** Of what was served, milliseconds: from the moment it was due. */
  readonly servedP50: number;
  readonly servedP99: number;
  /** Of what was served after the first second, when a burst is worked off. */
  readonly settledP99: number;
  readonly shedP99: number;
  /** When all connections stood and the asking began, milliseconds since the epoch. */
  readonly begunAt: number;
  /** Served in each quarter of a second since then. */
  readonly quarters: readonly number[];
  readonly cpuMilliseconds: number;
}

interface Progress {
  sent: number;
  unsent: number;
  readonly served: number[];
  readonly settled: number[];
  readonly shed: number[];
  readonly others: Record<string, number>;
  readonly quarters: number[];
  begunAt: number;
  isOver: boolean;
}

/** One connection: asks, and calls back when the answer is complete or the connection has ended. */
interface Asker {
  ask(dueAt: number): void;
  readonly socket: Socket;
}

const GRANT_TYPE = encodeURIComponent('urn:ibm:params:oauth:grant-type:apikey');
const END_OF_HEAD = '\r\n\r\n';
const CONTENT_LENGTH = /\r\ncontent-length: (\d+)/i;
const QUARTER = 250;
const BURST_QUARTERS = 4;
const TURN_MILLISECONDS = 2;
/** For answers that are still to come at the end. */
const LAST_ANSWERS_MILLISECONDS = 3_000;
const LONGEST_ACCEPT_MILLISECONDS = 20_000;

answerParent<OverloadQuestion, OverloadAnswer>(async (question) => {
  if (question.core !== undefined) execFileSync('taskset', ['-a', '-c', '-p', `${question.core}`, `${process.pid}`]);
  const before = process.cpuUsage();
  const progress: Progress = {
    ...{ sent: 0, unsent: 0, served: [], settled: [], shed: [], others: {}, quarters: [] },
    begunAt: performance.now(),
    isOver: false,
  };
  await (question.ratePerSecond === undefined ? closedLoop(question, progress) : openLoop(question, progress));
  const { user, system } = process.cpuUsage(before);
  const { sent, unsent, served, settled, shed, others, quarters } = progress;
  return {
    ...{ sent, unsent, others, served: served.length, shed: shed.length },
    servedP50: percentile(served, 0.5),
    servedP99: percentile(served, 0.99),
    settledP99: percentile(settled, 0.99),
    shedP99: percentile(shed, 0.99),
    begunAt: performance.timeOrigin + progress.begunAt,
    quarters: Array.from(quarters, (count) => count ?? 0),
    cpuMilliseconds: (user + system) / 1_000,
  };
});

async function closedLoop(question: OverloadQuestion, progress: Progress): Promise<void> {
  const askers = await connected(question, progress, (asker) => {
    if (!progress.isOver) asker.ask(performance.now());
  });
  progress.begunAt = performance.now();
  for (const asker of askers) asker.ask(performance.now());
  await pause(question.milliseconds);
  await endOf(askers, progress);
}

/** Every request has its time; it is sent then over the connection that has been free for the longest. */
async function openLoop(question: OverloadQuestion, progress: Progress): Promise<void> {
  const { ratePerSecond = 0, milliseconds } = question;
  const free: Asker[] = [];
  let oldest = 0;
  const askers = await connected(question, progress, (asker) => free.push(asker));
  free.push(...askers);
  await accepted(question.port);
  const begunAt = performance.now();
  progress.begunAt = begunAt;
  let due = 0;
  while (performance.now() - begunAt < milliseconds) {
    const now = performance.now();
    for (; due < ((now - begunAt) * ratePerSecond) / 1_000; due += 1) {
      const asker = free[oldest];
      if (asker === undefined) progress.unsent += 1;
      else {
        oldest += 1;
        asker.ask(begunAt + (due * 1_000) / ratePerSecond);
      }
    }
    if (oldest > 10_000) {
      free.splice(0, oldest);
      oldest = 0;
    }
    await pause(TURN_MILLISECONDS);
  }
  await endOf(askers, progress);
}

/**
 * Waits until the service has taken over every connection that the kernel has made for it. libuv takes one a turn of the event
 * loop, so that under a flood the last of these would be heard of when it is over; that is not what is looked at.
 */
async function accepted(port: number): Promise<void> {
  const endsAt = performance.now() + LONGEST_ACCEPT_MILLISECONDS;
  while (waitingAt(port) > 0 && performance.now() < endsAt) await pause(50);
}

/** The queue of a listening socket, from /proc/net/tcp: `local_address`, `st` 0A, and `rx_queue`, in hexadecimal. */
function waitingAt(port: number): number {
  const local = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  for (const line of readFileSync('/proc/net/tcp', 'utf8').split('\n')) {
    const [, address, , state, queues] = line.trim().split(/\s+/);
    if (state === '0A' && address?.endsWith(local)) return Number.parseInt(queues?.split(':')[1] ?? '0', 16);
  }
  return 0;
}

async function connected(
  { port, apiKey, from, connections }: OverloadQuestion,
  progress: Progress,
  onFree: (asker: Asker) => void,
): Promise<readonly Asker[]> {
  const request = requestBytes(port, apiKey);
  const askers: Asker[] = [];
  while (askers.length < connections) {
    // A few at a time: how many handshakes the kernel keeps waiting is not what is looked at.
    const some = Array.from({ length: Math.min(100, connections - askers.length) }, (_, position) => {
      const localAddress = from[(askers.length + position) % from.length] ?? '127.0.0.1';
      return connect({ port, host: '127.0.0.1', localAddress, noDelay: true });
    });
    await Promise.all(some.map((socket) => new Promise((resolve) => socket.once('connect', resolve))));
    askers.push(...some.map((socket) => askerOver(socket, request, progress, onFree)));
  }
  return askers;
}

function askerOver(socket: Socket, request: Buffer, progress: Progress, onFree: (asker: Asker) => void): Asker {
  let received = '';
  let dueAt: number | undefined;
  const asker: Asker = {
    socket,
    ask(at) {
      dueAt = at;
      progress.sent += 1;
      socket.write(request);
    },
  };
  socket.setEncoding('latin1');
  socket.on('error', () => {});
  socket.on('close', () => {
    if (dueAt !== undefined) count(progress.others, progress.isOver ? 'not answered in time' : 'broken');
  });
  socket.on('data', (chunk: string) => {
    received = received === '' ? chunk : received + chunk;
    const head = received.indexOf(END_OF_HEAD);
    if (head === -1) return;
    const length = Number(CONTENT_LENGTH.exec(received)?.[1] ?? Number.NaN);
    if (received.length < head + END_OF_HEAD.length + length) return;
    note(progress, received, performance.now() - (dueAt ?? performance.now()));
    received = '';
    dueAt = undefined;
    onFree(asker);
  });
  return asker;
}

function note(progress: Progress, answer: string, milliseconds: number): void {
  const status = answer.slice(9, 12);
  if (status === '200') {
    progress.served.push(milliseconds);
    const quarter = Math.floor((performance.now() - progress.begunAt) / QUARTER);
    if (quarter >= BURST_QUARTERS) progress.settled.push(milliseconds);
    progress.quarters[quarter] = (progress.quarters[quarter] ?? 0) + 1;
  } else if (status === '503' && /\r\nretry-after: \d+/i.test(answer)) progress.shed.push(milliseconds);
  else count(progress.others, status === '503' ? '503 without Retry-After' : status);
}

async function endOf(askers: readonly Asker[], progress: Progress): Promise<void> {
  progress.isOver = true;
  const { sent, others, served, shed } = progress;
  const answered = (): number => served.length + shed.length + Object.values(others).reduce((sum, one) => sum + one, 0);
  const endsAt = performance.now() + LAST_ANSWERS_MILLISECONDS;
  while (answered() < sent && performance.now() < endsAt) await pause(10);
  const closed = askers.map(({ socket }) => new Promise((resolve) => socket.once('close', resolve)));
  for (const { socket } of askers) socket.destroy();
  await Promise.race([Promise.all(closed), pause(1_000)]);
}

function count(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}

function percentile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).toSorted();
  return Math.round((sorted[Math.floor(sorted.length * share)] ?? 0) * 10) / 10;
}

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

function requestBytes(port: number, apiKey: string): Buffer {
  const form = `grant_type=${GRANT_TYPE}&apikey=${apiKey}`;
  const head = [
    'POST /identity/token HTTP/1.1',
    `Host: 127.0.0.1:${port}`,
    'Accept: application/json',
    'User-Agent: latchkey-drill',
    'Content-Type: application/x-www-form-urlencoded',
    `Content-Length: ${form.length}`,
  ];
  return Buffer.from(`${head.join('\r\n')}${END_OF_HEAD}${form}`);
}
