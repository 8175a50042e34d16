import { API_KEY_ORDERS, API_KEYS, type ApiKey, purgeInstant } from '../../src/api-keys/api-key.ts';
import { newServiceId } from '../../src/service-ids/new-service-id.ts';
import { SERVICE_ID_ORDERS, SERVICE_IDS, type ServiceId } from '../../src/service-ids/service-id.ts';
import { insert } from '../../src/store/changes.ts';
import { anyCollection, type IndexValue } from '../../src/store/collection.ts';
import { firstEntityTag } from '../../src/store/entity-tag.ts';
import type { Page, PageRequest, Store } from '../../src/store/store.ts';

const ACCOUNT = 'a'.repeat(32);
const IDENTITY = 'iam-ServiceId-lists';
const AT = 1_800_000_000_000;

/** One order in which a client may list something: how its pages are read from the store. */
export interface ListedOrder {
  readonly name: string;
  page(store: Store, request: Omit<PageRequest, 'equals'>): Promise<Page<unknown>>;
}

const keyOrders = Object.entries(API_KEY_ORDERS).flatMap(([order, indexes]): ListedOrder[] => [
  {
    name: `keys of an account by ${order}`,
    page: (store, request) => store.read(API_KEYS).page(indexes.account, { ...request, equals: [ACCOUNT] }),
  },
  {
    name: `keys of an identity by ${order}`,
    page: (store, request) => store.read(API_KEYS).page(indexes.identity, { ...request, equals: [ACCOUNT, IDENTITY] }),
  },
]);
const serviceIdOrders = Object.entries(SERVICE_ID_ORDERS).map(
  ([order, index]): ListedOrder => ({
    name: `service IDs by ${order}`,
    page: (store, request) => store.read(SERVICE_IDS).page(index, { ...request, equals: [ACCOUNT, 'active'] }),
  }),
);

/** Every order that the lists of keys and service IDs have. */
export const LISTED_ORDERS: readonly ListedOrder[] = [...keyOrders, ...serviceIdOrders];

/** The collections that are listed. */
export const LISTED_COLLECTIONS = [anyCollection(API_KEYS), anyCollection(SERVICE_IDS)];

/** Puts rows in, many of which are alike in what they are ordered by: the worst that a cursor can stand in. */
export async function givenListedRows(store: Store, count: number): Promise<void> {
  for (let from = 0; from < count; from += 100) {
    const numbers = Array.from({ length: Math.min(100, count - from) }, (_, row) => from + row);
    await store.commit(
      numbers.flatMap((number) => [insert(API_KEYS, keyOf(number)), insert(SERVICE_IDS, serviceIdOf(number))]),
    );
  }
}

/** @returns where the last page of `limit` rows begins, as a cursor in the order's own direction */
export async function lastPlace(
  order: ListedOrder,
  store: Store,
  { limit, descending }: { readonly limit: number; readonly descending: boolean },
): Promise<readonly IndexValue[]> {
  const { next } = await order.page(store, { limit, descending: !descending });
  if (next === undefined) throw new RangeError('there are too few rows');
  return next;
}

function keyOf(number: number): ApiKey {
  return {
    ...{ id: `ApiKey-${String(number).padStart(6, '0')}`, entityTag: firstEntityTag(), kind: 'platform' },
    ...{ accountId: ACCOUNT, iamId: IDENTITY, name: `key ${number % 3}`, description: '', digest: `p1:${number}` },
    ...{ pepperId: 'p1', disabled: false, locked: false, supportSessions: false, actionWhenLeaked: 'disable' },
    ...{ generation: 1, createdAt: AT + (number % 5), createdBy: 'IBMid-1', modifiedAt: AT },
    purgeAt: purgeInstant(undefined, AT),
  };
}

const serviceIdOf = (number: number): ServiceId =>
  newServiceId({ accountId: ACCOUNT, name: `service ${number % 3}` }, 'IBMid-1', AT + (number % 5));
