import { randomBytes, randomUUID } from 'node:crypto';
import { ACCOUNTS } from '../../src/accounts/account.ts';
import { insert } from '../../src/store/changes.ts';
import { firstEntityTag } from '../../src/store/entity-tag.ts';
import { MEMBERSHIPS, membershipId, USER_REALM, USERS } from '../../src/users/user.ts';
import type { RunningService } from './running-service.ts';

/** A second tenant of the same installation, whose owner has a key. */
export interface OtherAccount {
  readonly accountId: string;
  readonly ownerIamId: string;
  readonly ownerKeyId: string;
  readonly ownerSecret: string;
  /** A fresh access token of its owner. */
  ownerToken(): Promise<string>;
}

/** Makes another account with an owner, a membership and the owner's first key. */
export async function givenOtherAccount(service: RunningService): Promise<OtherAccount> {
  const accountId = randomBytes(16).toString('hex');
  const ownerIamId = `${USER_REALM}-${randomBytes(5).toString('hex').toUpperCase()}`;
  const now = service.clock.now();
  const common = { generation: 1, createdAt: now };
  const person = { email: `${ownerIamId.toLowerCase()}@example.test`, name: 'Kim Example', givenName: 'Kim' };
  await service.store.commit([
    insert(ACCOUNTS, {
      ...{ id: accountId, entityTag: firstEntityTag(), tenantId: randomUUID(), name: 'Other account', ownerIamId },
      ...{ settings: {}, modifiedAt: now, ...common },
    }),
    insert(USERS, {
      ...{ id: ownerIamId, entityTag: firstEntityTag(), ...person, familyName: 'Example', modifiedAt: now, ...common },
    }),
    insert(MEMBERSHIPS, {
      ...{ id: membershipId(accountId, ownerIamId), entityTag: firstEntityTag(), accountId, iamId: ownerIamId },
      ...{ state: 'active' as const, ...common },
    }),
  ]);
  // The owner's first key, as the owner: nobody else may make it, and without a key there is no token to ask with.
  const origin = { address: '127.0.0.1', requestId: randomUUID(), transactionId: randomUUID() };
  const owner = { ...origin, iamId: ownerIamId, accountId, apiKeyId: '' };
  const chosen = { accountId, iamId: ownerIamId, name: 'first key of the other account' };
  const { apiKey, secret } = await service.domains.apiKeys.create(owner, chosen);
  const ownerToken = () => service.tokenOf(secret);
  return { accountId, ownerIamId, ownerKeyId: apiKey.id, ownerSecret: secret, ownerToken };
}
