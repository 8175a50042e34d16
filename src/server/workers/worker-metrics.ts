import { AggregatorRegistry, Gauge, type Registry } from 'prom-client';
import { isRecord } from './worker-messages.ts';
import type { WorkerAnswer } from './worker-pool.ts';

/** The metrics of all workers as one service's. */
export interface WorkerMetrics {
  /** @param answers  of everyone who serves, to the question about metrics */
  render(
    answers: readonly WorkerAnswer[],
    counts: WorkerCounts,
  ): Promise<{ readonly contentType: string; readonly body: string }>;
}

/** What the first process knows by itself. */
export interface WorkerCounts {
  readonly of: number;
  readonly ends: number;
  readonly lateNews: number;
}

/** One metric in the form that prom-client gives and aggregates. */
interface MetricJson {
  readonly name: string;
  readonly type: string;
  readonly aggregator: string;
  readonly values: readonly { readonly value: number; readonly metricName?: string }[];
}

interface Remembered {
  readonly worker: number;
  readonly metrics: readonly MetricJson[];
}

/** Nothing is known yet. */
export function workerMetrics(): WorkerMetrics {
  const lastOf = new Map<number, Remembered>();
  // A sum that falls when a worker ends would look to Prometheus like a new start, and count everything a second time.
  let past: readonly MetricJson[] = [];
  let remembered: Promise<void> = Promise.resolve();

  const rememberNow = async (answers: readonly WorkerAnswer[]): Promise<void> => {
    for (const { worker, pid, answer } of answers) {
      if (pid !== undefined && isMetrics(answer)) lastOf.set(pid, { worker, metrics: answer });
    }
    const gone = [...lastOf.keys()].filter((pid) => !answers.some((answer) => answer.pid === pid));
    if (gone.length === 0) return;
    const counted = gone.map((pid) => lastOf.get(pid)?.metrics.filter(isCounted) ?? []);
    const summed: unknown = await aggregate([past, ...counted]).getMetricsAsJSON();
    for (const pid of gone) lastOf.delete(pid);
    if (isMetrics(summed)) past = summed;
  };
  // One after the other: two scrapes at once would each add to the same sum, and one of them would be lost.
  const remember = (answers: readonly WorkerAnswer[]): Promise<void> => {
    remembered = remembered.catch(() => undefined).then(() => rememberNow(answers));
    return remembered;
  };

  return {
    async render(answers, counts) {
      await remember(answers);
      const registry = aggregate([past, ...[...lastOf.values()].map(({ metrics }) => metrics)]);
      addOwn(registry, lastOf, { ...counts, serving: answers.length });
      return { contentType: registry.contentType, body: await registry.metrics() };
    },
  };
}

const isCounted = ({ type }: MetricJson): boolean => type === 'counter' || type === 'histogram';

// Copies: prom-client may order and change what it is given.
const aggregate = (all: readonly (readonly MetricJson[])[]): Registry =>
  AggregatorRegistry.aggregate(all.map((metrics) => [...metrics]));

function addOwn(
  registry: Registry,
  workers: ReadonlyMap<number, Remembered>,
  counts: WorkerCounts & { readonly serving: number },
) {
  const registers = [registry];
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name, help, labelNames, registers });
  gauge('latchkey_workers_configured', 'Processes that are to serve.').set(counts.of);
  gauge('latchkey_workers_serving', 'Processes that serve.').set(counts.serving);
  gauge('latchkey_worker_ends', 'Processes that ended, and that others took the place of.').set(counts.ends);
  gauge('latchkey_worker_late_news', 'Commits answered before a worker had heard of them.').set(counts.lateNews);
  const labels = ['worker', 'pid'];
  const answers = gauge('latchkey_worker_answers', 'Answers of each worker since its start.', labels);
  const cpu = gauge('latchkey_worker_cpu_seconds', 'CPU time of each worker since its start.', labels);
  const memory = gauge('latchkey_worker_resident_memory_bytes', 'Resident memory of each worker.', labels);
  for (const [pid, { worker, metrics }] of workers) {
    const of = { worker: String(worker), pid: String(pid) };
    const sum = (name: string, part?: string): number => sumOf(metrics, name, part);
    answers.set(of, sum('latchkey_http_request_duration_seconds', 'latchkey_http_request_duration_seconds_count'));
    cpu.set(of, sum('process_cpu_seconds_total'));
    memory.set(of, sum('process_resident_memory_bytes'));
  }
}

function sumOf(metrics: readonly MetricJson[], name: string, part: string | undefined): number {
  const values = metrics.find((metric) => metric.name === name)?.values ?? [];
  return values.reduce(
    (sum, { metricName, value }) => (part === undefined || metricName === part ? sum + value : sum),
    0,
  );
}

function isMetrics(answer: unknown): answer is readonly MetricJson[] {
  return Array.isArray(answer) && answer.every(isMetric);
}

function isMetric(metric: unknown): metric is MetricJson {
  if (!isRecord(metric)) return false;
  const { name, type, aggregator, values } = metric;
  const areTexts = [name, type, aggregator].every((text) => typeof text === 'string');
  return areTexts && Array.isArray(values) && values.every(isRecord);
}
