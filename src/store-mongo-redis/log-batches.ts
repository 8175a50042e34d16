import type { mongo } from 'mongoose';

/** A batch of log lines as it is kept. */
export interface LogBatch extends LogBatchKey {
  readonly instance: string;
  /** The lines with a line end between each. */
  readonly text: string;
}

/** What is known of a batch without its text: from the index alone. */
export interface LogBatchKey {
  readonly writer: string;
  /** Where it ends in all that its writer wrote for the instance, so the difference of two is what is kept between them. */
  readonly number: number;
  readonly at: number;
  readonly bytes: number;
  readonly lines: number;
}

/** Batches of one writer that follow each other. */
export interface KeyRange {
  readonly writer: string;
  /** Not this one. */
  readonly after: number;
  readonly to: number;
}

/** What to look at of each writer. */
export interface KeyBounds {
  readonly after?: Readonly<Record<string, number>> | undefined;
  /** Nothing after it, of any writer; absent: anything. */
  readonly upTo?: Readonly<Record<string, number>> | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

/** Keys of one writer that are fetched at once. */
const KEYS = 500;
const KEY_FIELDS = { _id: 0, writer: 1, number: 1, at: 1, bytes: 1, lines: 1 } as const;

/** @returns the first, or the last, batch of each writer of an instance */
export async function endsOf(
  batches: mongo.Collection<LogBatch>,
  instance: string,
  direction: 1 | -1,
): Promise<readonly LogBatchKey[]> {
  const order = { instance: direction, writer: direction, number: direction } as const;
  const first = (field: string) => ({ $first: `$${field}` });
  const grouped = {
    _id: '$writer',
    number: first('number'),
    at: first('at'),
    bytes: first('bytes'),
    lines: first('lines'),
  };
  const found = await batches
    .aggregate<Omit<LogBatchKey, 'writer'> & { _id: string }>([
      { $match: { instance } },
      { $sort: order },
      { $group: grouped },
    ])
    .toArray();
  return found.map(({ _id: writer, number, at, bytes, lines }) => ({ writer, number, at, bytes, lines }));
}

/**
 * @param wants is asked of each batch, the oldest first, whether it is wanted; with the first that is not it ends
 * @returns what is wanted, as ranges, in what order they come, and whether there is more
 */
export async function oldestBatches(
  batches: mongo.Collection<LogBatch>,
  instance: string,
  writers: readonly string[],
  bounds: KeyBounds,
  wants: (key: LogBatchKey) => boolean,
): Promise<{ readonly keys: readonly LogBatchKey[]; readonly ranges: readonly KeyRange[]; readonly hasMore: boolean }> {
  const found = await Promise.all(writers.map((writer) => keysOf(batches, instance, writer, bounds)));
  const keys: LogBatchKey[] = [];
  const ranges = new Map<string, KeyRange>();
  let hasMore = false;
  for (const key of found.flat().sort(byAge)) {
    hasMore = !wants(key);
    if (hasMore) break;
    keys.push(key);
    const { writer, number } = key;
    ranges.set(writer, { writer, after: ranges.get(writer)?.after ?? bounds.after?.[writer] ?? -1, to: number });
    // What this writer has after it was not looked at: it may be older than what the others have.
    hasMore = found.some((own) => own.length === KEYS && own.at(-1) === key);
    if (hasMore) break;
  }
  return { keys, ranges: [...ranges.values()], hasMore };
}

async function keysOf(
  batches: mongo.Collection<LogBatch>,
  instance: string,
  writer: string,
  { after, upTo, from, to }: KeyBounds,
): Promise<readonly LogBatchKey[]> {
  const number = {
    $gt: after?.[writer] ?? -1,
    ...(upTo !== undefined && { $lte: upTo[writer] ?? -1 }),
  };
  const at = { ...(from !== undefined && { $gte: from }), ...(to !== undefined && { $lt: to }) };
  const filter = { instance, writer, number, ...(Object.keys(at).length > 0 && { at }) };
  return batches
    .find(filter)
    .project<LogBatchKey>(KEY_FIELDS)
    .sort({ instance: 1, writer: 1, number: 1 })
    .limit(KEYS)
    .toArray();
}

const byAge = (a: LogBatchKey, b: LogBatchKey): number => {
  if (a.writer === b.writer) return a.number - b.number;
  return a.at - b.at || (a.writer < b.writer ? -1 : 1);
};
