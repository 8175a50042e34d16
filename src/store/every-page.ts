import type { Entity, IndexValue } from './collection.ts';
import type { Reader } from './store.ts';

/** Which rows are read, and how many at once. */
export interface EveryPageRequest {
  /** Values of the index's first fields; none: every row of the collection. */
  readonly equals: readonly IndexValue[];
  /** Rows of one read, 1 to 1,000. */
  readonly limit: number;
}

/**
 * Reads all rows of an index that begin with these values, page by page. A row that changes its place meanwhile may be
 * missed or come twice: what must not miss any asks for an index of values that never change.
 */
export async function* everyPage<T extends Entity, Index extends string>(
  reader: Pick<Reader<T, Index>, 'page'>,
  index: Index,
  request: EveryPageRequest,
): AsyncGenerator<readonly T[], void> {
  let after: readonly IndexValue[] | undefined;
  do {
    const page = await reader.page(index, { ...request, after });
    yield page.rows;
    after = page.next;
  } while (after !== undefined);
}

/** @returns all of them at once, for what is bounded */
export async function everyRow<T extends Entity, Index extends string>(
  ...asked: Parameters<typeof everyPage<T, Index>>
): Promise<readonly T[]> {
  const rows: T[] = [];
  for await (const page of everyPage<T, Index>(...asked)) rows.push(...page);
  return rows;
}
