import { setTimeout as pause } from 'node:timers/promises';
import { overFreshConnection } from '../fresh-connection.ts';
import type { ServiceProcess } from '../service-process.ts';
import { untilReady } from '../service-workers.ts';

/** What it comes to when workers are killed under load. */
export interface WorkerKills {
  readonly kills: number;
  /** Revocations that were answered. */
  readonly revoked: number;
  /** Requests whose connection broke: those that a killed worker held. */
  readonly broken: number;
  /** Longest time in which nobody was answered. */
  readonly longestSilenceMilliseconds: number;
  /** A sentence for everything that must not be; empty when all is well. */
  readonly findings: readonly string[];
}

/** What the kills need. */
export interface WorkerKillsParts {
  readonly service: ServiceProcess;
  readonly apikey: string;
  readonly workers: number;
  readonly kills: number;
}

const CLIENTS = 6;
const LONGEST_PAUSE_MILLISECONDS = 100;

/** Exchanges and revokes without end while one worker after the other is killed; then asks about all that was revoked. */
export async function killWorkersUnderLoad(parts: WorkerKillsParts): Promise<WorkerKills> {
  const { service, apikey, workers, kills } = parts;
  const revoked: string[] = [];
  const findings: string[] = [];
  const state = { isOver: false, broken: 0, answeredAt: performance.now(), longestSilence: 0 };

  const live = async (): Promise<void> => {
    while (!state.isOver) {
      try {
        const token = await service.tokenOf(apikey);
        const { status, text } = await service.call('POST', '/identity/revoke', { form: { token } });
        if (status === 200) revoked.push(token);
        else findings.push(`a revocation was answered ${status}: ${text}`);
        state.longestSilence = Math.max(state.longestSilence, performance.now() - state.answeredAt);
        state.answeredAt = performance.now();
      } catch (error) {
        if (!isBrokenConnection(error)) findings.push(String(error));
        state.broken += 1;
      }
    }
  };
  const clients = Array.from({ length: CLIENTS }, live);
  let done = 0;
  for (; done < kills; done += 1) {
    const serving = await untilReady(service, workers);
    await pause(Math.random() * LONGEST_PAUSE_MILLISECONDS);
    const victim = serving[done % serving.length];
    if (victim !== undefined) process.kill(victim.pid, 'SIGKILL');
    await pause(LONGEST_PAUSE_MILLISECONDS);
  }
  await untilReady(service, workers);
  state.isOver = true;
  await Promise.all(clients);
  for (const token of revoked) {
    const { text } = await overFreshConnection(`${service.url}/identity/introspect`, { token });
    if (JSON.parse(text).active !== false) findings.push('an acknowledged revocation is lost');
  }
  const { broken, longestSilence } = state;
  return {
    kills: done,
    revoked: revoked.length,
    broken,
    longestSilenceMilliseconds: Math.round(longestSilence),
    findings,
  };
}

/** What `fetch` fails with. By name: inside jest its TypeError is another class than the global one. */
function isBrokenConnection(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'name' in error && error.name === 'TypeError';
}
