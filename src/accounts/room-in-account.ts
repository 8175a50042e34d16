import { LimitReached, NotFound } from '../problems/entity-problems.ts';
import { type Change, replace } from '../store/changes.ts';
import { nextEntityTag } from '../store/entity-tag.ts';
import type { Store } from '../store/store.ts';
import { ACCOUNTS } from './account.ts';

/** How many of something an account may have. */
export interface RoomInAccount {
  readonly most: number;
  /** What it is called in an answer. */
  readonly things: string;
  /** @returns how many there are now */
  readonly count: () => Promise<number>;
}

/**
 * Looks whether an account has room for one more of what is seldom made.
 * @returns what is to be committed with it: a change of the account, so that of many who make one at once each counts those of the
 *   others; to be asked anew when others were faster
 * @throws LimitReached
 */
export async function roomInAccount(
  store: Store,
  accountId: string,
  { most, things, count }: RoomInAccount,
): Promise<Change> {
  // First the account: who makes one between the two looks changes it.
  const account = await store.read(ACCOUNTS).get(accountId);
  if (account === undefined) throw new NotFound('The account could not be found.');
  if ((await count()) >= most) {
    throw new LimitReached(`An account may have ${most} ${things}.`, {
      details: 'Delete one that is not used any more.',
    });
  }
  return replace(ACCOUNTS, { ...account, entityTag: nextEntityTag(account.entityTag) }, account.entityTag);
}
