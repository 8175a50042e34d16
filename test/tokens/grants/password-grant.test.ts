import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { AccountMismatch, PasswordWrong } from '../../../src/problems/credential-problems.ts';
import { insert } from '../../../src/store/changes.ts';
import { anyCollection } from '../../../src/store/collection.ts';
import { firstEntityTag } from '../../../src/store/entity-tag.ts';
import type { Store } from '../../../src/store/store.ts';
import { openSqliteStore } from '../../../src/store-sqlite/open-sqlite-store.ts';
import { passwordGrant } from '../../../src/tokens/grants/password-grant.ts';
import { MEMBERSHIPS, type MembershipState, membershipId } from '../../../src/users/user.ts';

const iamId = 'IBMid-ROBIN';
const clock = { now: () => 1_800_000_000_000 };
const origin = { address: '192.0.2.1', requestId: 'r', transactionId: 't' };
const asked = {
  grant: 'password',
  offered: ['password'],
  person: { email: 'robin@example.test', password: 'x' },
} as const;

describe('the account of a log-in with a password that names none', () => {
  let folder: string;
  let store: Store;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'latchkey-password-grant-'));
    store = await openSqliteStore({ file: join(folder, 's.sqlite'), clock, collections: [anyCollection(MEMBERSHIPS)] });
  });
  afterEach(async () => {
    await store.close();
    await rm(folder, { recursive: true });
  });

  /** Puts the user into accounts, in the order of their ids. */
  async function givenMemberships(states: readonly MembershipState[]): Promise<readonly string[]> {
    const accountIds = states.map(() => randomBytes(16).toString('hex')).toSorted();
    const rows = accountIds.map((accountId, index) =>
      insert(MEMBERSHIPS, {
        ...{ id: membershipId(accountId, iamId), entityTag: firstEntityTag(), accountId, iamId },
        ...{ state: states[index] ?? 'active', generation: 1, createdAt: clock.now() + index },
      }),
    );
    await store.commit(rows);
    return accountIds;
  }
  const proven = () => {
    const verify = async () => ({ id: `Password-${iamId}`, iamId, generation: 1 });
    return passwordGrant({ store, clock, verify }).prove(asked, origin);
  };

  it('when one membership is active, then it is that account, whatever others there were', async () => {
    const [, accountId] = await givenMemberships(['removed', 'active', 'suspended', 'pending']);

    expect((await proven()).accountId).toBe(accountId);
  });

  it('when none is active, then it is as with a wrong password', async () => {
    await givenMemberships(['removed', 'suspended', 'pending']);

    await expect(proven()).rejects.toThrow(PasswordWrong);
  });

  it('when there are more than are looked at, then none is taken for the only one', async () => {
    await givenMemberships(['active', ...Array.from({ length: 101 }, () => 'removed' as const), 'active']);

    await expect(proven()).rejects.toThrow(AccountMismatch);
  });
});
