import type { Origin } from '../access/caller.ts';
import type { Clock } from '../clock/clock.ts';
import type { Store } from '../store/store.ts';
import { AUDIT_EVENTS, type AuditEvent, auditEvent } from './audit-event.ts';

/** No token was given. What is not known of the credential is absent. */
export interface FailedExchange {
  readonly problem: string;
  readonly action: string;
  readonly accountId?: string | undefined;
  readonly apiKeyId?: string | undefined;
  readonly iamId?: string | undefined;
}

/** Failures on their way to the audit log: single up to a rate per address, then counted with "n suppressed". */
export interface FailureLog {
  add(origin: Origin, failure: FailedExchange): void;
  /** Writes what waits. @throws what the store throws; nothing is lost by it */
  flush(): Promise<void>;
  /** Ends every open count, so that the next flush writes it. */
  settle(): void;
}

interface Window {
  readonly startedAt: number;
  events: number;
  suppressed: number;
  last: { readonly origin: Origin; readonly failure: FailedExchange } | undefined;
}

const MINUTE = 60_000;
/** Single failure events an address may cause per minute. */
const EVENTS_PER_ADDRESS_AND_MINUTE = 30;
/** Bounds memory while the store is away: past it, failures are only counted. */
const WAITING_EVENTS = 5_000;
const TRACKED_ADDRESSES = 10_000;

/** @returns an empty log that writes to `store` */
export function failureLog({ store, clock }: { readonly store: Store; readonly clock: Clock }): FailureLog {
  const windows = new Map<string, Window>();
  let waiting: AuditEvent[] = [];
  /** Taken by a flush and not yet written; they may come back. */
  let underWay = 0;

  const windowOf = (address: string): Window => {
    // One shared window past the bound: an attacker with many addresses must not grow memory.
    const name = windows.has(address) || windows.size < TRACKED_ADDRESSES ? address : 'others';
    const known = windows.get(name);
    if (known !== undefined) return known;
    const window: Window = { startedAt: clock.now(), events: 0, suppressed: 0, last: undefined };
    windows.set(name, window);
    return window;
  };

  const closeWindows = (now: number): void => {
    for (const [address, { startedAt, suppressed, last }] of windows) {
      if (now - startedAt < MINUTE) continue;
      windows.delete(address);
      if (last !== undefined) waiting.push(failureEvent(last.origin, last.failure, startedAt, suppressed));
    }
  };

  return {
    add(origin, failure) {
      const window = windowOf(origin.address);
      if (window.events < EVENTS_PER_ADDRESS_AND_MINUTE && waiting.length + underWay < WAITING_EVENTS) {
        window.events += 1;
        waiting.push(failureEvent(origin, failure, clock.now()));
      } else {
        window.suppressed += 1;
        window.last = { origin, failure };
      }
    },

    async flush() {
      closeWindows(clock.now());
      const events = waiting;
      if (events.length === 0) return;
      waiting = [];
      underWay += events.length;
      try {
        await store.append(AUDIT_EVENTS, events);
      } catch (cause) {
        // The store passes over ids that it has, so events whose outcome is unknown may come again.
        waiting = [...events, ...waiting];
        throw cause;
      } finally {
        underWay -= events.length;
      }
    },

    settle: () => closeWindows(Number.POSITIVE_INFINITY),
  };
}

function failureEvent(origin: Origin, failure: FailedExchange, at: number, suppressed?: number): AuditEvent {
  const { action, problem, accountId = '', apiKeyId, iamId } = failure;
  return auditEvent(origin, {
    at,
    action,
    accountId,
    target: '',
    targetId: apiKeyId ?? '',
    outcome: 'failure',
    actor: { ...(iamId !== undefined && { iamId }), ...(apiKeyId !== undefined && { apiKeyId }) },
    problem,
    suppressed,
  });
}
