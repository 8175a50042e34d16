import { ACCOUNTS } from '../accounts/account.ts';
import { API_KEYS } from '../api-keys/api-key.ts';
import type { KeyKindName } from '../api-keys/key-kinds.ts';
import { LimitReached, NotFound } from '../problems/entity-problems.ts';
import { type Change, replace } from '../store/changes.ts';
import { nextEntityTag } from '../store/entity-tag.ts';
import type { Store } from '../store/store.ts';

/** Most keys of one kind of an account. */
export const MOST_TENANT_KEYS = 1_000;

/** So many below the limit keys begin to be made one after the other: two at once would both find room for one. */
const MADE_ONE_BY_ONE = 100;

/** For which key, and with what else it is to be committed. */
export interface RoomForOne {
  readonly accountId: string;
  readonly kind: KeyKindName;
  /** Made before this is asked: a change of the account that is among it tells as well that nobody else has changed it. */
  readonly more: readonly Change[];
}

/**
 * Looks whether an account has room for one more key of a kind.
 * @returns what is to be committed with the key; far below the limit nothing, so that the account's entity tag stays
 * @throws LimitReached
 */
export async function expectRoomForOne(
  store: Store,
  { accountId, kind, more }: RoomForOne,
): Promise<readonly Change[]> {
  // First the account: who makes a key between the two looks changes it.
  const account = await store.read(ACCOUNTS).get(accountId);
  if (account === undefined) throw new NotFound('The account could not be found.');
  const known = await store.read(API_KEYS).count('ofAccountByKind', [accountId, kind], MOST_TENANT_KEYS);
  if (known >= MOST_TENANT_KEYS) {
    throw new LimitReached(`An account may have ${MOST_TENANT_KEYS} keys of this kind.`, {
      details: 'Delete one that is not used any more.',
    });
  }
  const isChanged = more.some((change) => change.kind === 'replace' && change.entity.id === accountId);
  if (isChanged || known < MOST_TENANT_KEYS - MADE_ONE_BY_ONE) return [];
  return [replace(ACCOUNTS, { ...account, entityTag: nextEntityTag(account.entityTag) }, account.entityTag)];
}
