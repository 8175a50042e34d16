import type { Worker } from 'node:cluster';
import type { NewsAmongWorkers } from './news-among-workers.ts';
import { type Order, type Report, reportOf, type Subject } from './worker-messages.ts';

/** What became of the start of a worker. */
export type StartReport = Extract<Report, { readonly kind: 'serving' | 'failed' }>;

/** The process of one worker, as the first process knows it. */
export interface WorkerChild {
  /** Its number among its siblings; its successor has the same. */
  readonly worker: number;
  readonly pid: number | undefined;
  readonly begun: Promise<StartReport>;
  /** Resolves with how it ended: the reason that it gave, its signal or its exit code. */
  readonly ended: Promise<string>;
  /** For how long it has served, in milliseconds; `undefined` before it does. */
  servedMilliseconds(): number | undefined;
  /** @returns its answer, or `undefined` when there is none in time */
  ask(about: Subject, limitMilliseconds: number): Promise<unknown>;
  signal(name: NodeJS.Signals): void;
}

/** Who the process is to be, and what it shares with the others. */
export interface WorkerChildParts {
  readonly worker: number;
  readonly port: number;
  readonly among: NewsAmongWorkers;
}

/** Tells a process that was just forked who it is, and listens to it. */
export function workerChild(child: Worker, { worker, port, among }: WorkerChildParts): WorkerChild {
  const begun = Promise.withResolvers<StartReport>();
  const questions = newQuestions();
  const news = among.join({ worker, pid: child.process.pid, send: (order) => send(child, order) });
  let servingSince: number | undefined;
  let reason: string | undefined;

  child.on('message', (message: unknown) => {
    const report = reportOf(message);
    if (report === undefined) return;
    if (report.kind === 'answer') {
      questions.answered(report.question, report.answer);
      return;
    }
    if (report.kind === 'news') return news.spread(report.number, report.news);
    if (report.kind === 'heard' || report.kind === 'beat') return news[report.kind](report.number);
    if (report.kind === 'serving') servingSince = performance.now();
    else reason = report.sentence;
    begun.resolve(report);
  });
  const ended = endOf(child).then((how) => {
    news.left();
    const sentence = reason ?? `A worker ended with ${how}.`;
    begun.resolve({ kind: 'failed', sentence });
    return sentence;
  });
  send(child, { kind: 'begin', worker, port });

  return {
    worker,
    pid: child.process.pid,
    begun: begun.promise,
    ended,
    servedMilliseconds: () => (servingSince === undefined ? undefined : performance.now() - servingSince),
    ask(about, limitMilliseconds) {
      const { question, answer } = questions.asked(limitMilliseconds);
      send(child, { kind: 'ask', question, about });
      return answer;
    },
    signal: (name) => void child.process.kill(name),
  };
}

/** To a process that is gone nothing is sent; its end is told by `ended`. */
function send(child: Worker, order: Order): void {
  if (child.isConnected()) child.send(order, () => {});
}

function endOf(child: Worker): Promise<string> {
  return new Promise((resolve) => {
    child.once('exit', (exitCode: number, signal: string | null) => resolve(signal ?? `exit code ${exitCode}`));
    // What could not be made a process has no exit.
    child.on('error', (cause) => {
      if (child.process.pid === undefined) resolve(cause.message);
    });
  });
}

function newQuestions() {
  const open = new Map<number, (answer: unknown) => void>();
  let last = 0;
  return {
    asked(limitMilliseconds: number) {
      last += 1;
      const question = last;
      const { promise, resolve } = Promise.withResolvers<unknown>();
      const late = setTimeout(() => resolve(undefined), limitMilliseconds).unref();
      open.set(question, resolve);
      const answer = promise.finally(() => {
        clearTimeout(late);
        open.delete(question);
      });
      return { question, answer };
    },
    answered: (question: number, answer: unknown): void => open.get(question)?.(answer),
  };
}
