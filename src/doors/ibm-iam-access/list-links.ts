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

/** Where a page is, in the words of the domains. */
export interface PagePlace {
  /** True: it was come to by `previous`, and is read from its end to its beginning. */
  readonly backwards: boolean;
  readonly isFirst: boolean;
  readonly asked: {
    readonly descending: boolean;
    readonly limit: number;
    readonly after: readonly IndexValue[] | undefined;
  };
}

/** What of the query says which page is wanted. */
export interface PageQuery {
  readonly limit: number;
  readonly start?: string | undefined;
  readonly descending: boolean;
}

/**
 * @returns where the page is that the query asks for
 * @throws ParameterInvalid  the page token was not made here, or for another list
 */
export function readPagePlace(address: ListAddress, { limit, start, descending }: PageQuery): PagePlace {
  if (start === undefined) {
    return { backwards: false, isFirst: true, asked: { descending, limit, after: undefined } };
  }
  const [backwards, ...after] = address.cursors.open(start, contextOf(address), 'start');
  if (typeof backwards !== 'boolean' || after.length === 0) {
    throw new ParameterInvalid('start', 'is not a page token of this list');
  }
  return { backwards, isFirst: false, asked: { descending: descending !== backwards, limit, after } };
}

/** A link to another page, and the token in it. */
interface Link {
  readonly href: string;
  readonly start: string;
}

/** The page as it is written: its rows in the order of the list, and the links around them. */
export interface WrittenPage<T> {
  readonly rows: readonly T[];
  readonly envelope: {
    readonly limit: number;
    readonly first: { readonly href: string };
    readonly next?: Link;
    readonly previous?: Link;
  };
}

/** Turns what the domain read into the page of the policy API: `next` is absent on the last page, `previous` on the first. */
export function writtenPage<T>(address: ListAddress, place: PagePlace, listing: Listing<T>): WrittenPage<T> {
  const { backwards, isFirst, asked } = place;
  const { rows, first, next } = listing;
  const link = (goesBack: boolean, position: readonly IndexValue[]): Link => {
    const start = address.cursors.seal([goesBack, ...position], contextOf(address));
    return { href: pageAddress(address, { start }), start };
  };
  // Read backwards, the listing's first row is the last of the page, and what follows in it comes before.
  const before = backwards ? next : isFirst ? undefined : first;
  const behind = backwards ? first : next;
  return {
    rows: backwards ? rows.toReversed() : rows,
    envelope: {
      limit: asked.limit,
      first: { href: pageAddress(address, { start: undefined }) },
      ...(behind !== undefined && { next: link(false, behind) }),
      ...(before !== undefined && { previous: link(true, before) }),
    },
  };
}

const contextOf = ({ path, context }: ListAddress): string =>
  JSON.stringify([path, ...context.map((part) => part ?? '')]);
