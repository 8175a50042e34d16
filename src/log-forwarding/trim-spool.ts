import type { Clock } from '../clock/clock.ts';
import type { Spool } from '../spool/spool.ts';
import type { Lease } from '../store/store.ts';
import type { HandOvers } from './hand-over.ts';

/** What is trimmed, and to what. */
export interface TrimSpoolParts {
  readonly spool: Pick<Spool, 'instances' | 'trim'>;
  readonly clock: Clock;
  readonly retentionMilliseconds: number;
  readonly limitBytes: number;
  /** Absent: nobody waits for the lines. */
  readonly handOvers: HandOvers | undefined;
}

/** For one run; the next goes on where it stopped. */
const BUDGET_MILLISECONDS = 1_000;

/** @returns background work: removes lines that are too old or too many, instance by instance */
export function spoolTrimming(parts: TrimSpoolParts): (under: Lease) => Promise<void> {
  const { spool, clock, retentionMilliseconds, limitBytes, handOvers } = parts;
  let waiting: string[] = [];
  return async (under) => {
    const endsAt = performance.now() + BUDGET_MILLISECONDS;
    if (waiting.length === 0) {
      const instances = await spool.instances();
      await handOvers?.forgetAllBut(new Set(instances), under);
      waiting = [...instances];
    }
    for (let instanceId = waiting.shift(); instanceId !== undefined; instanceId = waiting.shift()) {
      const handedOver = await handOvers?.positionOf(instanceId);
      await spool.trim(instanceId, { before: clock.now() - retentionMilliseconds, bytes: limitBytes, handedOver });
      if (performance.now() > endsAt) return;
    }
  };
}
