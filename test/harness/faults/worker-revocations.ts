import { setTimeout as pause } from 'node:timers/promises';
import { overFreshConnection } from '../fresh-connection.ts';
import type { ServiceProcess } from '../service-process.ts';

/** What many revocations come to, on a service of several workers. */
export interface WorkerRevocations {
  readonly rounds: number;
  /** Checks that a worker answered with "active" after the revocation was answered. */
  readonly acceptances: number;
  /** From the answer of a revocation until every worker refused, at worst. */
  readonly slowestMilliseconds: number;
}

/** What the rounds need. */
export interface WorkerRevocationParts {
  readonly service: ServiceProcess;
  readonly apikey: string;
  readonly workers: number;
  readonly rounds: number;
}

const GIVE_UP_MILLISECONDS = 5_000;

/**
 * Revokes a token over one connection and asks about it at once over fresh ones, twice as many as there are workers: each
 * connection goes to the next worker. Goes on to ask until all of them refuse.
 */
export async function revokeAcrossWorkers(parts: WorkerRevocationParts): Promise<WorkerRevocations> {
  const { service, apikey, workers, rounds } = parts;
  let acceptances = 0;
  let slowestMilliseconds = 0;
  for (let round = 0; round < rounds; round += 1) {
    const token = await service.tokenOf(apikey);
    // Known to be good by each of them: what they keep in memory must not outlive the revocation.
    const before = await isActiveAt(service, token, workers);
    if (before.includes(false)) throw new Error('a fresh token was refused');
    const { status } = await service.call('POST', '/identity/revoke', { form: { token } });
    if (status !== 200) throw new Error(`a revocation was answered ${status}`);
    const answeredAt = performance.now();
    for (;;) {
      const accepted = (await isActiveAt(service, token, 2 * workers)).filter((active) => active).length;
      const milliseconds = performance.now() - answeredAt;
      acceptances += accepted;
      if (accepted === 0) break;
      if (milliseconds > GIVE_UP_MILLISECONDS) throw new Error('a revoked token is still accepted');
      slowestMilliseconds = Math.max(slowestMilliseconds, Math.round(milliseconds));
      await pause(5);
    }
  }
  return { rounds, acceptances, slowestMilliseconds };
}

function isActiveAt({ url }: ServiceProcess, token: string, connections: number): Promise<boolean[]> {
  const ask = async (): Promise<boolean> => {
    const { status, text } = await overFreshConnection(`${url}/identity/introspect`, { token });
    if (status !== 200) throw new Error(`an introspection was answered ${status}`);
    return JSON.parse(text).active;
  };
  return Promise.all(Array.from({ length: connections }, ask));
}
