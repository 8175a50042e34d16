import { setTimeout as pause } from 'node:timers/promises';
import type { ServiceProcess } from './service-process.ts';

/** A worker that serves, as the metrics of its service tell of it. */
export interface ServingWorker {
  readonly worker: number;
  readonly pid: number;
  /** Answers since its start. */
  readonly answers: number;
}

/** @returns the workers that serve now, by their numbers; empty for a service of one process */
export async function workersOf({ operations }: Pick<ServiceProcess, 'operations'>): Promise<readonly ServingWorker[]> {
  const { text } = await operations('GET', '/metrics');
  return [...text.matchAll(/^latchkey_worker_answers\{worker="(\d+)",pid="(\d+)"\} (\d+)$/gm)]
    .map(([, worker, pid, answers]) => ({ worker: Number(worker), pid: Number(pid), answers: Number(answers) }))
    .sort((one, other) => one.worker - other.worker);
}

/** Waits until so many workers are ready. @returns them @throws when it takes longer than 20 s */
export async function untilReady(service: ServiceProcess, workers: number): Promise<readonly ServingWorker[]> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const { body } = await service.operations('GET', '/readyz');
    if (body.workers?.ready === workers) return workersOf(service);
    if (Date.now() > deadline) throw new Error(`not ${workers} workers: ${JSON.stringify(body)}\n${service.output()}`);
    await pause(10);
  }
}
