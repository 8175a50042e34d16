import { randomBytes } from 'node:crypto';
import type { Origin } from '../access/caller.ts';
import type { Clock } from '../clock/clock.ts';
import { firstEntityTag } from '../store/entity-tag.ts';
import type { Store } from '../store/store.ts';
import { ACCOUNT_EVENTS, type AccountEvent, type AccountEventDetails, type AccountEventKind } from './account-event.ts';

/** What was done in an account that asks for single records. */
export interface NewAccountEvent {
  readonly kind: AccountEventKind;
  readonly accountId: string;
  readonly apiKeyId: string;
  readonly iamId: string;
  readonly grant: string;
  /** Few and short: they are kept as they are. */
  readonly details?: AccountEventDetails;
}

/** Events on their way to the store: single up to a rate per account and for all, then counted as "n more". */
export interface AccountEventLog {
  add(origin: Origin, event: NewAccountEvent): void;
  /** Writes what waits. @throws what the store throws; nothing is lost by it */
  flush(): Promise<void>;
  /** Ends every open count, so that the next flush writes it. */
  settle(): void;
}

/** Without the instant at which it is about to be written. */
type WaitingEvent = Omit<AccountEvent, 'recordedAt'>;

interface Window {
  readonly event: Pick<NewAccountEvent, 'kind' | 'accountId'>;
  readonly startedAt: number;
  single: number;
  more: number;
}

const MINUTE = 60_000;
const KEEP_MILLISECONDS = 30 * 24 * 60 * MINUTE;
/** Single events of one kind that an account may cause in a minute, here: 26 million rows of 0.5 kB a process in 30 days at most. */
const EVENTS_PER_ACCOUNT_AND_MINUTE = 600;
/** Single events a second, whoever causes them. */
const EVENTS_PER_SECOND = 200;
/** Bounds memory while the store is away: past it, events are only counted. */
const WAITING_EVENTS = 5_000;
/** Accounts and kinds of which is counted; who comes after that in the same minute goes unrecorded, but for the counts of exchanges. */
const TRACKED_WINDOWS = 10_000;
/** What the store writes in one go, so that each row is stamped immediately before its own write. */
const ROWS_PER_WRITE = 250;
/** Of many events: where it comes from what none of them alone has caused. */
const OF_MANY: Origin = { address: '', requestId: '', transactionId: '' };
/** No window is open any more by then. */
const END = Number.POSITIVE_INFINITY;

/** @returns an empty log that writes to `store` */
export function accountEventLog({ store, clock }: { readonly store: Store; readonly clock: Clock }): AccountEventLog {
  let made = 0;
  /** In the order in which they came: those of one write have the same `recordedAt`. */
  const newId = (at: number): string => {
    made = (made + 1) % IDS_IN_ORDER;
    return `${inBase36(at, 9)}-${inBase36(made, 5)}-${randomBytes(9).toString('hex')}`;
  };
  const windows = new Map<string, Window>();
  let waiting: WaitingEvent[] = [];
  /** Taken by a flush and not yet written; they may come back. */
  let underWay = 0;
  const second = { at: 0, events: 0 };

  const isRoom = (): boolean => waiting.length + underWay < WAITING_EVENTS;
  const isRate = (now: number): boolean => {
    const at = Math.floor(now / 1_000);
    if (at !== second.at) Object.assign(second, { at, events: 0 });
    return second.events < EVENTS_PER_SECOND;
  };

  const windowOf = (event: NewAccountEvent, now: number): Window | undefined => {
    const name = `${event.kind} ${event.accountId}`;
    const known = windows.get(name);
    if (known !== undefined || windows.size >= TRACKED_WINDOWS) return known;
    const { kind, accountId } = event;
    const window: Window = { event: { kind, accountId }, startedAt: now, single: 0, more: 0 };
    windows.set(name, window);
    return window;
  };

  const closeWindows = (now: number): void => {
    for (const [name, window] of windows) {
      if (now - window.startedAt < MINUTE) continue;
      // Counted on, while the store is away: one more row at each attempt to write would be without bound.
      if (window.more > 0 && !isRoom() && now !== END) continue;
      windows.delete(name);
      if (window.more > 0) waiting.push(summaryOf(newId(window.startedAt), window));
    }
  };

  const write = async (events: readonly WaitingEvent[]): Promise<void> => {
    for (let start = 0; start < events.length; start += ROWS_PER_WRITE) {
      const chunk = events.slice(start, start + ROWS_PER_WRITE);
      const recordedAt = clock.now();
      try {
        await store.append(
          ACCOUNT_EVENTS,
          chunk.map((event) => ({ ...event, recordedAt })),
        );
      } catch (cause) {
        // The store passes over ids that it has, so events whose outcome is unknown may come again.
        waiting = [...events.slice(start), ...waiting];
        throw cause;
      }
    }
  };

  return {
    add(origin, event) {
      const now = clock.now();
      const window = windowOf(event, now);
      if (window === undefined) return;
      if (window.single < EVENTS_PER_ACCOUNT_AND_MINUTE && isRate(now) && isRoom()) {
        window.single += 1;
        second.events += 1;
        waiting.push(eventOf(newId(now), origin, event, now));
      } else {
        window.more += 1;
      }
    },

    async flush() {
      closeWindows(clock.now());
      const events = waiting;
      if (events.length === 0) return;
      waiting = [];
      underWay += events.length;
      try {
        await write(events);
      } finally {
        underWay -= events.length;
      }
    },

    settle: () => closeWindows(END),
  };
}

/** Until it begins anew: 60 million. */
const IDS_IN_ORDER = 36 ** 5;
const inBase36 = (number: number, digits: number): string => number.toString(36).padStart(digits, '0');

function eventOf(
  id: string,
  { address, requestId, transactionId }: Origin,
  event: NewAccountEvent,
  at: number,
): WaitingEvent {
  const { kind, accountId, apiKeyId, iamId, grant, details } = event;
  return {
    ...{ id, entityTag: firstEntityTag(), accountId, kind, at, apiKeyId, iamId },
    ...{ address, requestId, transactionId, grant },
    ...(details !== undefined && { details }),
    expiresAt: at + KEEP_MILLISECONDS,
  };
}

function summaryOf(id: string, { event, startedAt, more }: Window): WaitingEvent {
  return { ...eventOf(id, OF_MANY, { ...event, apiKeyId: '', iamId: '', grant: '' }, startedAt), more };
}
