import { setTimeout as pause } from 'node:timers/promises';
import type { Access } from '../access/access.ts';
import type { Caller } from '../access/caller.ts';
import type { Clock } from '../clock/clock.ts';
import { AccessDenied } from '../problems/entity-problems.ts';
import type { Store } from '../store/store.ts';
import type { LogEntry, LogEntryKind } from './log-entry.ts';
import { type LogPage, logPage, type MadePage } from './log-page.ts';
import { type LogPlace, SETTLED_MILLISECONDS } from './log-place.ts';
import { rowsInOrder } from './rows-in-order.ts';

/** What is wanted of a log, in lines of the reader's own form. */
export interface LogRequest<Line> {
  readonly place: LogPlace;
  /** Lines at most. */
  readonly limit: number;
  /** The kinds of which any line is made. */
  readonly kinds: ReadonlySet<LogEntryKind>;
  /** Only entries of this transaction. Default: of all. */
  readonly transactionId?: string | undefined;
  /** The lines that are made of an entry and wanted: the same in the same order whenever it is asked for one place. */
  readonly linesOf: (entry: LogEntry) => readonly Line[];
}

/**
 * What was done in an account and with its keys: changes, refused and successful exchanges, lines taken in, as one stream. Who goes on
 * from place to place gets each line once, although lines become visible late and out of order.
 */
export interface AccountLog {
  /** @throws AccessDenied */
  read<Line>(caller: Caller, request: LogRequest<Line>): Promise<LogPage<Line>>;
}

/** What the log stands on. */
export interface AccountLogParts {
  readonly store: Store;
  readonly access: Access;
  readonly clock: Clock;
  /** When the service stops. */
  readonly stopping: AbortSignal;
  /** Default: 5,000 ms. */
  readonly waitMilliseconds?: number;
  /** Entries that one call looks at, because no filter may hold up the store. Default: 10,000. */
  readonly scannedEntries?: number;
}

const ACTION = 'iam-identity.log.read';
const SCANNED_ENTRIES = 10_000;
const WAIT_MILLISECONDS = 5_000;
/** Who waits holds one of the few hundred places of the overload guard. */
const MOST_WAITING = 16;

/** @returns the logs of the accounts in `store` */
export function accountLogIn(parts: AccountLogParts): AccountLog {
  const { access, stopping, waitMilliseconds = WAIT_MILLISECONDS } = parts;
  let waiting = 0;

  return {
    async read(caller, request) {
      const target = { accountId: caller.accountId, service: 'iam-identity', resourceType: 'log' };
      if (!(await access.allowsLately(caller, ACTION, target))) {
        throw new AccessDenied('You are not authorized to perform this action.', {
          details: `Missing right: ${ACTION}.`,
        });
      }
      const page = await readPage(parts, caller.accountId, request);
      if (page.lines.length > 0 || !page.isFull || waiting >= MOST_WAITING) return page;
      // Nothing more can be given until what was given has settled. Clients that read on at once would ask hundreds of times.
      waiting += 1;
      await pause(waitMilliseconds, undefined, { signal: stopping }).catch(() => undefined);
      waiting -= 1;
      return readPage(parts, caller.accountId, { ...request, place: page.place });
    },
  };
}

async function readPage<Line>(
  { store, clock, scannedEntries = SCANNED_ENTRIES }: AccountLogParts,
  accountId: string,
  request: LogRequest<Line>,
): Promise<MadePage<Line>> {
  const { place, limit, kinds, transactionId, linesOf } = request;
  // The instant is taken before anything is read: what becomes visible meanwhile is younger.
  const page = logPage<Line>(place, limit, clock.now() - SETTLED_MILLISECONDS);
  const rows = { accountId, after: place.upTo, to: place.to, kinds, transactionId, first: limit + 1 };
  let scanned = 0;
  for await (const entry of rowsInOrder(store, rows)) {
    scanned += 1;
    if (scanned > scannedEntries) return page.stoppedBefore(entry);
    const isWanted = transactionId === undefined || entry.row.transactionId === transactionId;
    if (!page.take(entry, isWanted ? linesOf(entry) : [])) return page.stoppedBefore(entry);
  }
  return page.ended();
}
