import { type AskedList, pageAddress } from '../../http/page-address.ts';
import type { SealedCursors } from '../../http/sealed-cursors.ts';
import { ParameterInvalid } from '../../problems/request-problems.ts';
import type { IndexValue } from '../../store/collection.ts';
import type { Listing } from '../../store/listing.ts';

/** A list, as one request asks for it. */
export interface ListAddress extends AskedList {
  readonly cursors: SealedCursors;
  /** Everything that shapes the list: a page token works for no other account, filter or order. */
  readonly context: readonly (string | undefined)[];
}

/** What of the query says which page is wanted. */
export interface PageQuery {
  readonly pagesize: number;
  readonly pagetoken?: string | undefined;
  readonly order: 'asc' | 'desc';
}

/** Where a page is, in the words of the domains. */
export interface PagePlace {
  /** True: it was come to by `previous`, and is read from its end to its beginning. */
  readonly backwards: boolean;
  /** Rows before its beginning; before its end, when read backwards. */
  readonly offset: number;
  readonly asked: {
    readonly descending: boolean;
    readonly limit: number;
    readonly after: readonly IndexValue[] | undefined;
  };
}

/**
 * @returns where the page is that the query asks for
 * @throws ParameterInvalid  the page token was not made here, or for another list
 */
export function readPagePlace(address: ListAddress, { pagesize, pagetoken, order }: PageQuery): PagePlace {
  const descending = order === 'desc';
  if (pagetoken === undefined) {
    return { backwards: false, offset: 0, asked: { descending, limit: pagesize, after: undefined } };
  }
  const [backwards, offset, ...after] = address.cursors.open(pagetoken, contextOf(address), 'pagetoken');
  if (typeof backwards !== 'boolean' || typeof offset !== 'number') {
    throw new ParameterInvalid('pagetoken', 'is not a page token of this list');
  }
  const asked = {
    descending: descending !== backwards,
    limit: pagesize,
    after: after.length === 0 ? undefined : after,
  };
  return { backwards, offset, asked };
}

/** The page as it is written: its rows in the order of the list, and the links around them. */
export interface WrittenPage<T> {
  readonly rows: readonly T[];
  readonly envelope: {
    readonly offset: number;
    readonly limit: number;
    readonly first: string;
    readonly previous?: string;
    readonly next?: string;
  };
}

/** Turns what the domain read into the page of the identity API: `next` is absent on the last page. */
export function writtenPage<T>(address: ListAddress, place: PagePlace, listing: Listing<T>): WrittenPage<T> {
  const { backwards, asked } = place;
  const { rows, first, next } = listing;
  const offset = offsetOf(place, listing);
  const link = (goesBack: boolean, at: number, position: readonly IndexValue[] = []): string =>
    pageAddress(address, { pagetoken: address.cursors.seal([goesBack, at, ...position], contextOf(address)) });
  // Read backwards, the listing's first row is the last of the page, and what follows in it comes before.
  const before = backwards ? next : offset > 0 ? first : undefined;
  const behind = backwards ? first : next;
  return {
    rows: backwards ? rows.toReversed() : rows,
    envelope: {
      offset,
      limit: asked.limit,
      first: link(false, 0),
      ...(before !== undefined && { previous: link(true, offset, before) }),
      ...(behind !== undefined && { next: link(false, offset + rows.length, behind) }),
    },
  };
}

/** Rows that come and go between two pages make the number inexact; the cursors stay exact. */
function offsetOf({ backwards, offset }: PagePlace, { rows, next }: Listing<unknown>): number {
  if (!backwards) return offset;
  return next === undefined ? 0 : Math.max(0, offset - rows.length);
}

const contextOf = ({ path, context }: ListAddress): string =>
  JSON.stringify([path, ...context.map((part) => part ?? '')]);
