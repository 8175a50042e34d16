import { ACCOUNT_EVENTS } from '../audit/account-event.ts';
import { AUDIT_EVENTS } from '../audit/audit-event.ts';
import { EXCHANGE_FAILURES } from '../audit/exchange-failure.ts';
import type { Entity, IndexValue } from '../store/collection.ts';
import type { Reader, Store } from '../store/store.ts';
import { type EntryPlace, isBefore, type LogEntry, type LogEntryKind } from './log-entry.ts';

/** Which entries are wanted. */
export interface RowsRequest {
  readonly accountId: string;
  /** Behind this place. */
  readonly after: EntryPlace;
  /** Before this instant; `undefined`: to the newest. */
  readonly to: number | undefined;
  readonly kinds: ReadonlySet<LogEntryKind>;
  /** How many the first read of each kind asks for: no more than are wanted if every one of them is. */
  readonly first: number;
  /** Of events only those of this transaction; the other kinds have no order of their own for it. Default: all. */
  readonly transactionId?: string | undefined;
}

type Feed = AsyncGenerator<LogEntry, void>;

/** All entries of the kinds, each kind read piece by piece, in the one order of all of them. */
export async function* rowsInOrder(store: Store, request: RowsRequest): Feed {
  const feeds = [...request.kinds].map((kind) => feedOf(store, kind, request));
  const heads = await Promise.all(feeds.map(async (feed) => ({ feed, entry: await nextOf(feed) })));
  for (;;) {
    let nearest: (typeof heads)[number] | undefined;
    for (const head of heads) {
      if (head.entry === undefined) continue;
      if (nearest?.entry === undefined || isBefore(head.entry, nearest.entry)) nearest = head;
    }
    if (nearest?.entry === undefined || nearest.entry.time >= (request.to ?? Number.POSITIVE_INFINITY)) return;
    yield nearest.entry;
    nearest.entry = await nextOf(nearest.feed);
  }
}

const nextOf = async (feed: Feed): Promise<LogEntry | undefined> => {
  const { value, done } = await feed.next();
  return done === true ? undefined : (value ?? undefined);
};

function feedOf(store: Store, kind: LogEntryKind, request: RowsRequest): Feed {
  const { accountId, transactionId } = request;
  switch (kind) {
    case 'change': {
      const asked = { reader: store.read(AUDIT_EVENTS), index: 'byAccount', equals: [accountId] } as const;
      return feed(asked, request, (row) => ({ kind, time: row.at, id: row.id, row }));
    }
    case 'refusal': {
      const asked = { reader: store.read(EXCHANGE_FAILURES), index: 'byRecord', equals: [accountId] } as const;
      // By this index no row comes that lacks the field.
      return feed(asked, request, (row) => ({ kind, time: row.recordedAt ?? 0, id: row.id, row }));
    }
    case 'event': {
      const reader = store.read(ACCOUNT_EVENTS);
      const asked =
        transactionId === undefined
          ? ({ reader, index: 'byAccount', equals: [accountId] } as const)
          : ({ reader, index: 'byTransaction', equals: [accountId, transactionId] } as const);
      return feed(asked, request, (row) => ({ kind, time: row.recordedAt, id: row.id, row }));
    }
  }
}

interface Asked<T extends Entity, Index extends string> {
  readonly reader: Reader<T, Index>;
  readonly index: Index;
  readonly equals: readonly IndexValue[];
}

const CHUNK_ROWS = 500;

async function* feed<T extends Entity, Index extends string>(
  { reader, index, equals }: Asked<T, Index>,
  { after, first, to }: RowsRequest,
  entryOf: (row: T) => LogEntry,
): Feed {
  let from: readonly IndexValue[] | undefined = [after.time, after.id];
  for (let limit = Math.min(first, CHUNK_ROWS); from !== undefined; limit = CHUNK_ROWS) {
    const page = await reader.page(index, { equals, after: from, limit });
    for (const row of page.rows) yield entryOf(row);
    // What comes after the range is not read.
    from = to !== undefined && Number(page.next?.[0]) >= to ? undefined : page.next;
  }
}
