import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { settingsOf } from '../../test/harness/backends.ts';
import type { ServiceProcess } from '../../test/harness/service-process.ts';
import { type Child, childOf } from '../benches/child.ts';
import type { Drill, DrillParts, DrillReport } from './drill.ts';
import type { OverloadAnswer, OverloadQuestion } from './overload-load.ts';

const HONEST = { from: ['127.0.0.2'], connections: 32 };
/** Thousands of connections of four clients. */
const FLOOD = { from: ['127.0.1.1', '127.0.1.2', '127.0.1.3', '127.0.1.4'], connections: 3_000 };
const TIMES_CAPACITY = 3;
const WARM_MILLISECONDS = 3_000;
const PEAK_MILLISECONDS = 5_000;
/** Of honest load before and after the flood. */
const MARGIN_MILLISECONDS = 6_000;
const QUARTER_MILLISECONDS = 250;

const LEAST_SHARE = 0.8;
const LONGEST_RECOVERY_SECONDS = 5;
const LONGEST_SERVED_MILLISECONDS = 200;

/** R39. */
export const overload: Drill = {
  name: 'overload',
  sentence: `Measures what the service can do, then asks it for ${TIMES_CAPACITY} times as much over ${FLOOD.connections} connections, beside ${HONEST.connections} honest ones; most of its work must still be done, the rest told 503 at once, and no honest one.`,
  counted: 'seconds of flood',
  fullCount: 30,
  async run(parts) {
    const service = await parts.processes.start({
      settings: { ...settingsOf(parts.backend), LATCHKEY_FAILED_EXCHANGES_PER_MINUTE: '0' },
    });
    const honest = childOf<OverloadQuestion, OverloadAnswer>('../drills/overload-load.ts');
    const flood = childOf<OverloadQuestion, OverloadAnswer>('../drills/overload-load.ts');
    try {
      return await flooded(parts, service, { honest, flood });
    } finally {
      honest.end();
      flood.end();
    }
  },
};

type LoadProcess = Child<OverloadQuestion, OverloadAnswer>;

async function flooded(
  { count, progress }: DrillParts,
  service: ServiceProcess,
  { honest, flood }: { readonly honest: LoadProcess; readonly flood: LoadProcess },
): Promise<DrillReport> {
  const core = divideCores(service.pid);
  const target = { port: Number(new URL(service.url).port), apiKey: await service.adminKey(), core };
  const meter = meterOf(service.pid);
  try {
    await honest.ask({ ...target, ...HONEST, milliseconds: WARM_MILLISECONDS });
    const peak = await honest.ask({ ...target, ...HONEST, milliseconds: PEAK_MILLISECONDS });
    const peakRate = peak.served / (PEAK_MILLISECONDS / 1_000);
    progress(`peak ${Math.round(peakRate)} a second, 99 % within ${peak.servedP99} ms`);

    const milliseconds = count * 1_000;
    const beside = honest.ask({ ...target, ...HONEST, milliseconds: milliseconds + 2 * MARGIN_MILLISECONDS });
    await pause(MARGIN_MILLISECONDS);
    const ratePerSecond = Math.round(TIMES_CAPACITY * peakRate);
    const asked = await flood.ask({ ...target, ...FLOOD, ratePerSecond, milliseconds });
    progress(`flood is over: ${asked.sent} sent, ${asked.served} served, ${asked.shed} shed`);
    return conclude({ peak, flood: asked, honest: await beside, milliseconds, cpuBetween: meter.between, core });
  } finally {
    meter.stop();
  }
}

/** The service on one core, all loads on another: neither takes what the other needs. @returns the loads' core */
function divideCores(pid: number): number | undefined {
  if (availableParallelism() < 2) return undefined;
  try {
    execFileSync('taskset', ['-a', '-c', '-p', '0', `${pid}`]);
    return 1;
  } catch {
    return undefined;
  }
}

interface Sample {
  readonly at: number;
  readonly cpu: number;
}

/** Looks at the CPU time of the service, all its threads together, every quarter of a second. */
function meterOf(pid: number): { between(from: number, to: number): number; stop(): void } {
  const samples: Sample[] = [];
  const look = (): void => void samples.push({ at: Date.now(), cpu: cpuMillisecondsOf(pid) });
  const timer = setInterval(look, QUARTER_MILLISECONDS);
  const nearest = (at: number): number =>
    samples.reduce<Sample | undefined>(
      (best, sample) => (best === undefined || Math.abs(sample.at - at) < Math.abs(best.at - at) ? sample : best),
      undefined,
    )?.cpu ?? 0;
  return { between: (from, to) => nearest(to) - nearest(from), stop: () => clearInterval(timer) };
}

interface Measured {
  readonly peak: OverloadAnswer;
  readonly flood: OverloadAnswer;
  readonly honest: OverloadAnswer;
  /** Of the flood. */
  readonly milliseconds: number;
  readonly cpuBetween: (from: number, to: number) => number;
  readonly core: number | undefined;
}

function conclude({ peak, flood, honest, milliseconds, cpuBetween, core }: Measured): DrillReport {
  const endedAt = flood.begunAt + milliseconds;
  const served = servedBetween(flood, flood.begunAt, endedAt) + servedBetween(honest, flood.begunAt, endedAt);
  const peakRate = peak.served / (PEAK_MILLISECONDS / 1_000);
  const share = served / (milliseconds / 1_000) / peakRate;
  const peakCpu = cpuBetween(peak.begunAt, peak.begunAt + PEAK_MILLISECONDS);
  const cpu = cpuBetween(flood.begunAt, endedAt);
  const recovery = recoverySeconds(honest, endedAt, peakRate);
  const facts = {
    'service and loads on a core each': core === undefined ? 'no' : 'yes',
    'peak, a second': Math.round(peakRate),
    'offered by the flood, a second': Math.round(flood.sent / (milliseconds / 1_000)),
    'served while it lasted, a second': Math.round(served / (milliseconds / 1_000)),
    'share of the peak': share.toFixed(2),
    'share of the peak for the same CPU time': (share / (cpu / milliseconds / (peakCpu / PEAK_MILLISECONDS))).toFixed(
      2,
    ),
    'CPU of the service, cores, at peak and in the flood': `${(peakCpu / PEAK_MILLISECONDS).toFixed(2)}, ${(cpu / milliseconds).toFixed(2)}`,
    'CPU of the flood, cores': (flood.cpuMilliseconds / milliseconds).toFixed(2),
    'told 503 with Retry-After': `${flood.shed} (99 % within ${flood.shedP99} ms)`,
    'other answers and failures of the flood': JSON.stringify(flood.others),
    'due and not sent': flood.unsent,
    'served to the flood, milliseconds (50 %, 99 %, 99 % after the first second)': `${flood.servedP50}, ${flood.servedP99}, ${flood.settledP99}`,
    'served to the honest, milliseconds (50 %, 99 %)': `${honest.servedP50}, ${honest.servedP99}`,
    'honest requests served, told 503': `${honest.served}, ${honest.shed}`,
    'recovered after, seconds': recovery,
  };
  const findings = [
    ...(share < LEAST_SHARE ? [`only ${Math.round(share * 100)} % of the peak were served`] : []),
    ...(honest.shed > 0 ? [`${honest.shed} honest requests were told 503`] : []),
    ...(recovery > LONGEST_RECOVERY_SECONDS ? [`recovery took ${recovery} s`] : []),
    ...(flood.servedP99 > LONGEST_SERVED_MILLISECONDS ? [`p99 of what was served was ${flood.servedP99} ms`] : []),
    ...(flood.unsent > flood.sent / 100 ? ['the load could not be sent: no connection was free'] : []),
    ...Object.entries({ ...flood.others, ...honest.others }).map(([name, times]) => `${name}: ${times} times`),
  ];
  return { facts, findings };
}

function servedBetween({ begunAt, quarters }: OverloadAnswer, from: number, to: number): number {
  const [first, last] = [from, to].map((at) => Math.max(0, Math.round((at - begunAt) / QUARTER_MILLISECONDS)));
  return quarters.slice(first, last).reduce((sum, one) => sum + one, 0);
}

/** Until the honest ones alone have what the service can do: the first quarter of a second in which they do. */
function recoverySeconds(honest: OverloadAnswer, endedAt: number, peakRate: number): number {
  const first = Math.ceil((endedAt - honest.begunAt) / QUARTER_MILLISECONDS);
  const enough = (LEAST_SHARE * peakRate * QUARTER_MILLISECONDS) / 1_000;
  const quarter = honest.quarters.slice(first).findIndex((served) => served >= enough);
  return quarter === -1 ? Number.POSITIVE_INFINITY : ((quarter + 1) * QUARTER_MILLISECONDS) / 1_000;
}

/** utime and stime (proc(5), fields 14 and 15) in hundredths of a second, whatever the kernel's own clock. */
function cpuMillisecondsOf(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
