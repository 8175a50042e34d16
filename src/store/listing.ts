import type { Collection, Entity, IndexValue } from './collection.ts';
import type { Page, PageRequest, Reader } from './store.ts';

/** A page that also knows where it begins, so that the page before it can be asked for. */
export interface Listing<T> extends Page<T> {
  /** The position of the first row: as `after`, in the other direction, it begins the page before. */
  readonly first: readonly IndexValue[] | undefined;
}

/** Which rows are wanted. */
export interface ListingParts<T extends Entity, Index extends string> {
  readonly reader: Reader<T, Index>;
  readonly collection: Collection<T, Index>;
  readonly index: Index;
  readonly request: PageRequest;
  /** What no index can tell; absent: every row. */
  readonly matches?: ((row: T) => boolean) | undefined;
}

const SCANNED_ROWS = 10_000;
const CHUNK_ROWS = 500;

/**
 * Reads one page; `next` is there when a row follows. With `matches` at most 10,000 rows are looked at: then the page may
 * be short, even empty, and have a `next` that nothing follows, so that no filter can hold up the store.
 */
export async function readListing<T extends Entity, Index extends string>(
  parts: ListingParts<T, Index>,
): Promise<Listing<T>> {
  const { reader, index, request, matches } = parts;
  const page = matches === undefined ? await reader.page(index, request) : await scan(parts, matches);
  const [first] = page.rows;
  return { ...page, first: first && positionOf(parts, first) };
}

async function scan<T extends Entity, Index extends string>(
  parts: ListingParts<T, Index>,
  matches: (row: T) => boolean,
): Promise<Page<T>> {
  const { reader, index, request } = parts;
  const rows: T[] = [];
  let after = request.after;
  // First no more than a page needs if every row matches, as where hardly any is left out.
  let limit = Math.min(request.limit + 1, CHUNK_ROWS);
  for (let scanned = 0; scanned < SCANNED_ROWS; ) {
    const chunk = await reader.page(index, { ...request, after, limit });
    scanned += limit;
    limit = Math.min(CHUNK_ROWS, SCANNED_ROWS - scanned);
    // One match more than is asked for: a `next` that leads to an empty page would make clients ask in vain.
    rows.push(...chunk.rows.filter(matches).slice(0, request.limit + 1 - rows.length));
    const last = rows[request.limit - 1];
    if (rows.length > request.limit && last !== undefined) {
      return { rows: rows.slice(0, request.limit), next: positionOf(parts, last) };
    }
    if (chunk.next === undefined) return { rows, next: undefined };
    after = chunk.next;
  }
  return { rows, next: after };
}

/** What follows the equality prefix in the index: enough to go on from this row. */
function positionOf<T extends Entity, Index extends string>(
  { collection, index, request }: ListingParts<T, Index>,
  row: T,
): readonly IndexValue[] {
  const fields = collection.indexes[index].fields.slice(request.equals.length);
  // Safe: the fields of an index that is not unique are never absent, and never of kind `json`.
  return fields.map((field) => row[field] as IndexValue);
}
