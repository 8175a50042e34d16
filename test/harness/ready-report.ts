import { setTimeout as after } from 'node:timers/promises';
import type { Answer, Sent } from './http-call.ts';
import type { RunningService } from './running-service.ts';

const LONGEST_WAIT_MILLISECONDS = 20_000;

/** Asks for a report until it is ready. @returns the answer that has it */
export async function readyReport(service: RunningService, path: string, sent: Sent): Promise<Answer> {
  const deadline = performance.now() + LONGEST_WAIT_MILLISECONDS;
  for (;;) {
    const answer = await service.call('GET', path, sent);
    if (answer.status !== 204) return answer;
    if (performance.now() > deadline) throw new Error(`no report at ${path}`);
    await after(50);
  }
}
