import type { Config } from '../../config/config.ts';
import type { OpenNewsWay } from '../../store-mongo-redis/news-way.ts';
import { newLogger } from '../../telemetry/logger.ts';
import { failureSentence } from '../failure-sentence.ts';
import { type ServingProcess, serveAsWorker } from '../serve.ts';
import { siblingNews } from './sibling-news.ts';
import { type Order, orderOf, type Report, type Subject } from './worker-messages.ts';

/**
 * Serves as one of several processes until the first process, or SIGTERM, ends it. Who loses the first process ends at
 * once, which Node.js sees to: a worker alone would be looked after by nobody.
 * @returns the exit code
 */
export async function runWorker(config: Config): Promise<number> {
  // Ctrl-C goes to every process of the terminal; the first one decides what comes of it.
  process.on('SIGINT', () => {});
  const { worker, port } = await begun();
  const logger = newLogger({ level: config.logLevel, worker });
  try {
    const serving = await serveAsWorker({ config: { ...config, port }, logger, worker, siblings: siblings() });
    const ending = sigterm();
    answerQuestions(serving);
    await tell({ kind: 'serving', publicUrl: serving.publicUrl, back: serving.back });
    await ending;
    await serving.stop();
    return 0;
  } catch (failure) {
    // Told by the first process, and by it alone: else each worker would say the same.
    await tell({ kind: 'failed', sentence: failureSentence(failure) });
    return 1;
  } finally {
    process.channel?.unref();
  }
}

function begun(): Promise<Extract<Order, { kind: 'begin' }>> {
  return new Promise((resolve) => {
    const onMessage = (message: unknown): void => {
      const order = orderOf(message);
      if (order?.kind !== 'begin') return;
      process.off('message', onMessage);
      resolve(order);
    };
    process.on('message', onMessage);
  });
}

/** The listener stays to the end: who stops still answers, and nobody is to wait for it. */
function siblings(): OpenNewsWay {
  return siblingNews({
    report: (report) => void tell(report),
    onOrder(listener) {
      process.on('message', (message: unknown) => {
        const order = orderOf(message);
        if (order !== undefined) listener(order);
      });
    },
  });
}

/** The listener stays: of two signals, one from the first process and one from whoever ends them all, one is enough. */
function sigterm(): Promise<void> {
  return new Promise((resolve) => {
    process.on('SIGTERM', () => resolve());
  });
}

function answerQuestions(serving: ServingProcess): void {
  process.on('message', (message: unknown) => {
    const order = orderOf(message);
    if (order?.kind !== 'ask') return;
    const { question, about } = order;
    answerTo(about, serving).then(
      (answer) => tell({ kind: 'answer', question, answer }),
      // Not answered in time is what the first process reads from it.
      () => undefined,
    );
  });
}

async function answerTo(about: Subject, { readiness, metrics }: ServingProcess): Promise<unknown> {
  const ready = await readiness();
  return about === 'readiness' ? ready : metrics.asJson();
}

/** Ends when it is on its way; a first process that is gone hears nothing, and this one ends for that reason. */
function tell(report: Report): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined || !process.connected) resolve();
    else process.send(report, () => resolve());
  });
}
