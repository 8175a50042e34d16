import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { settingsOf } from '../../test/harness/backends.ts';
import {
  type LineLedger,
  type LogTarget,
  lineLedger,
  logTarget,
  readAllLines,
  sendLines,
} from '../../test/harness/faults/log-churn.ts';
import { givenSink } from '../../test/harness/given-sink.ts';
import type { ServiceProcess } from '../../test/harness/service-process.ts';
import type { Drill } from './drill.ts';
import { randomNumbers } from './random-numbers.ts';

const REPORT_EVERY = 20;
const SENDERS = 4;
const LINES_EACH = 20;
const LONGEST_LIFE_MILLISECONDS = 500;
const FIRST_MILLISECONDS = 10_000;
/** After the kills: a million with the full count. */
const STEADY_LINES_PER_KILL = 5_000;
const STEADY_LINES_EACH = 500;
const MOST_GROWTH_BYTES = 64 * 1024 * 1024;
/** So long nothing more comes to the sink: what is missing then is lost. */
const HAND_OVER_MILLISECONDS = 60_000;
/** Of the posts to the sink, so many in a hundred are refused. */
const REFUSED_PERCENT = 10;

/** Accepted lines through `kill -9`, as the senders, a reader and the sink see them. */
export const ingestion: Drill = {
  name: 'ingestion',
  sentence:
    'Kills the service (SIGKILL) at random instants while log lines are sent and handed over to a sink that refuses some posts; every acknowledged line must be readable afterwards, once, and reach the sink. Then 5,000 lines for each kill with the memory watched.',
  counted: 'kills',
  fullCount: 200,
  async run({ backend, count, seed, processes, progress, mayGoOn }) {
    const below = randomNumbers(seed);
    const ledger = lineLedger(LINES_EACH);
    const sunk = { steady: 0 };
    const sink = await givenSink((lines) => {
      const texts = lines.map((line) => String(JSON.parse(line).text));
      sunk.steady += texts.filter((text) => text.startsWith('steady')).length;
      ledger.seen(
        'sink',
        texts.filter((text) => !text.startsWith('steady')),
      );
    });
    sink.answer = () => (below(100) < REFUSED_PERCENT ? 500 : 204);
    const settings = {
      ...settingsOf(backend),
      LATCHKEY_PUBLIC_URL: 'http://keys.test',
      LATCHKEY_LOG_LEVEL: 'error',
      LATCHKEY_LOG_SINK: sink.url,
      LATCHKEY_LOG_MEGABYTES_PER_INSTANCE: '2048',
    };
    const dataFolder = join(await processes.folder(), 'data');
    const start = () => processes.start({ settings, dataFolder });
    try {
      const findings: string[] = [];
      const first = await start();
      const target = await logTarget(first);
      await first.stop();
      let kills = 0;
      for (; kills < count && mayGoOn(); kills += 1) {
        const service = await start();
        const sending = sendLines({
          service,
          target,
          ledger,
          linesEach: LINES_EACH,
          senders: SENDERS,
          goesOn: () => true,
        });
        // What is loaded for the first request of a process takes longer than most lives.
        await acknowledgedMore(ledger);
        await pause(below(LONGEST_LIFE_MILLISECONDS));
        await service.kill();
        findings.push(...(await sending));
        if ((kills + 1) % REPORT_EVERY === 0) progress(`${kills + 1} kills, ${findings.length} findings`);
      }
      const last = await start();
      await readAllLines(last, target, ledger);
      const begunAt = performance.now();
      const waiting = await handedOver(ledger);
      const seconds = Math.round((performance.now() - begunAt) / 1_000);
      findings.push(...ledger.findings('read'), ...ledger.findings('sink'));
      progress(`everything is read, ${findings.length} findings; now steady lines`);
      const steady = await steadyLines(last, await logTarget(last), kills * STEADY_LINES_PER_KILL);
      const { exitCode } = await last.stop();
      if (exitCode !== 0) findings.push(`the service ends with ${exitCode}`);
      return {
        facts: {
          kills,
          ...ledger.facts(),
          'lines that waited for the sink after the last kill': `${waiting}, handed over within ${seconds} s`,
          ...steady.facts,
          'of them handed over meanwhile': sunk.steady,
        },
        findings: [...findings, ...steady.findings],
      };
    } finally {
      await sink.close();
    }
  },
};

async function acknowledgedMore(ledger: LineLedger): Promise<void> {
  const before = ledger.count();
  const endsAt = performance.now() + FIRST_MILLISECONDS;
  while (ledger.count() === before && performance.now() < endsAt) await pause(5);
}

/** Waits until the sink has everything, or what is missing does not come. @returns how many lines waited at first */
async function handedOver(ledger: LineLedger): Promise<number> {
  const waiting = ledger.missing('sink');
  let missing = waiting;
  let movedAt = performance.now();
  while (missing > 0 && performance.now() - movedAt < HAND_OVER_MILLISECONDS) {
    await pause(500);
    const now = ledger.missing('sink');
    if (now < missing) movedAt = performance.now();
    missing = now;
  }
  return waiting;
}

/** Sends many lines, and looks at the memory of the process at a fifth of them and at the end. */
async function steadyLines(service: ServiceProcess, target: LogTarget, count: number) {
  const requests = Math.ceil(count / STEADY_LINES_EACH);
  const findings: string[] = [];
  const bytes: number[] = [];
  let sent = 0;
  const fifth = Math.max(1, Math.floor(requests / 5));
  const send = async (): Promise<void> => {
    while (sent < requests) {
      sent += 1;
      const number = sent;
      const lines = Array.from({ length: STEADY_LINES_EACH }, (_, n) => ({
        ...{ line: `steady ${number}:${n}`, app: 'drill', level: 'INFO', timestamp: Date.now() },
      }));
      const headers = { apikey: target.key };
      const answer = await service.call('POST', '/logs/ingest?hostname=drill', { headers, json: { lines } });
      if (answer.status !== 200) findings.push(`steady lines are answered ${answer.status} ${answer.text}`);
      if (number % fifth === 0) bytes.push(await residentBytes(service));
    }
  };
  const begunAt = performance.now();
  await Promise.all(Array.from({ length: SENDERS }, send));
  const seconds = (performance.now() - begunAt) / 1_000;
  bytes.push(await residentBytes(service));
  const [early = 0] = bytes;
  const late = bytes.at(-1) ?? 0;
  if (late - early > MOST_GROWTH_BYTES) findings.push(`memory grew by ${megabytes(late - early)} over ${count} lines`);
  return {
    facts: {
      'steady lines': count,
      'steady lines a second': Math.round(count / seconds),
      'memory, in fifths': bytes.map(megabytes).join(', '),
    },
    findings: findings.slice(0, 10),
  };
}

async function residentBytes(service: ServiceProcess): Promise<number> {
  const { text } = await service.operations('GET', '/metrics');
  return Number(/^process_resident_memory_bytes (\S+)/m.exec(text)?.[1] ?? 0);
}

const megabytes = (bytes: number): string => `${Math.round(bytes / 1_048_576)} MB`;
