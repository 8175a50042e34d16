import { randomBytes, randomUUID } from 'node:crypto';
import { ACCOUNTS, type Account } from '../../src/accounts/account.ts';
import type { ApiKey } from '../../src/api-keys/api-key.ts';
import { API_KEYS } from '../../src/api-keys/api-key.ts';
import { insert } from '../../src/store/changes.ts';
import { firstEntityTag } from '../../src/store/entity-tag.ts';
import { MEMBERSHIPS, membershipId, USER_REALM, USERS } from '../../src/users/user.ts';
import type { Sent } from './http-call.ts';
import type { RunningService } from './running-service.ts';

/** A key, as whoever has just made it knows it. */
export interface GivenKey {
  readonly id: string;
  readonly secret: string;
  readonly iamId: string;
  readonly accountId: string;
}

/** A service ID with one key. */
export interface GivenServiceId {
  /** `ServiceId-<uuid>`. */
  readonly id: string;
  readonly iamId: string;
  readonly key: GivenKey;
}

/** A user who is a member of an account, with one key. */
export interface GivenUser {
  readonly iamId: string;
  readonly email: string;
  readonly key: GivenKey;
}

/** What a key may be from the start. */
export interface KeyOptions {
  readonly expiresAt?: number;
  readonly disabled?: boolean;
  readonly locked?: boolean;
}

/** Makes a new service ID and a key of it, as the account's owner. */
export async function givenServiceId(
  service: RunningService,
  options: KeyOptions & { readonly uniqueInstanceCrns?: readonly string[] } = {},
): Promise<GivenServiceId> {
  const { uniqueInstanceCrns, ...keyOptions } = options;
  const made = await asOwner(service, 'POST', '/v1/serviceids', {
    json: { name: 'build server', unique_instance_crns: uniqueInstanceCrns },
  });
  const { id, iam_id: iamId } = made.body;
  return { id, iamId, key: await givenKeyOf(service, iamId, keyOptions) };
}

/** Makes a key of an identity of the first account, as the account's owner; a user's as the user, because nobody else may. */
export async function givenKeyOf(service: RunningService, iamId: string, options: KeyOptions = {}): Promise<GivenKey> {
  if (iamId.startsWith(`${USER_REALM}-`)) {
    return givenKeyOfUser(service, { ...options, iamId, accountId: await firstAccountId(service) });
  }
  const { expiresAt, disabled = false, locked = false } = options;
  const made = await asOwner(service, 'POST', '/v1/apikeys', {
    json: {
      name: 'a key',
      iam_id: iamId,
      ...(expiresAt !== undefined && { expires_at: new Date(expiresAt).toISOString() }),
    },
    headers: { 'Entity-Lock': String(locked), 'Entity-Disable': String(disabled) },
  });
  const { id, apikey: secret, account_id: accountId } = made.body;
  return { id, secret, iamId, accountId };
}

/** Makes a key of a user, who may have no key to ask with, in an account. */
export async function givenKeyOfUser(
  service: RunningService,
  chosen: KeyOptions & Pick<GivenKey, 'iamId' | 'accountId'>,
): Promise<GivenKey> {
  const { iamId, accountId } = chosen;
  const origin = { address: '127.0.0.1', requestId: randomUUID(), transactionId: randomUUID() };
  const user = { ...origin, iamId, accountId, apiKeyId: '' };
  const { apiKey, secret } = await service.domains.apiKeys.create(user, { name: 'a key', ...chosen });
  return { id: apiKey.id, secret, iamId, accountId };
}

/** Makes a user, active in the first account, with a key there. */
export async function givenUser(service: RunningService): Promise<GivenUser> {
  const iamId = `${USER_REALM}-${randomBytes(5).toString('hex').toUpperCase()}`;
  const email = `${iamId.toLowerCase()}@example.test`;
  const now = service.clock.now();
  const names = { name: 'Robin Example', givenName: 'Robin', familyName: 'Example' };
  const times = { createdAt: now, modifiedAt: now };
  await service.store.commit([
    insert(USERS, { id: iamId, entityTag: firstEntityTag(), email, ...names, generation: 1, ...times }),
  ]);
  await givenMembership(service, await firstAccountId(service), iamId);
  return { iamId, email, key: await givenKeyOf(service, iamId) };
}

/** Makes a user a member of an account. */
export async function givenMembership(service: RunningService, accountId: string, iamId: string): Promise<void> {
  const id = membershipId(accountId, iamId);
  const state = 'active' as const;
  const createdAt = service.clock.now();
  await service.store.commit([
    insert(MEMBERSHIPS, { id, entityTag: firstEntityTag(), accountId, iamId, state, generation: 1, createdAt }),
  ]);
}

/** Makes another account, owned by nobody who has a key. @returns its id */
export async function givenAccount(service: RunningService): Promise<string> {
  const now = service.clock.now();
  const account: Account = {
    id: randomBytes(16).toString('hex'),
    entityTag: firstEntityTag(),
    tenantId: randomUUID(),
    name: 'Another account',
    ownerIamId: `${USER_REALM}-NOBODY`,
    settings: {},
    generation: 1,
    createdAt: now,
    modifiedAt: now,
  };
  await service.store.commit([insert(ACCOUNTS, account)]);
  return account.id;
}

/** @returns the id of the account that the first start made */
export async function firstAccountId(service: RunningService): Promise<string> {
  const listed = await asOwner(service, 'GET', '/v1/apikeys');
  return listed.body.apikeys[0].account_id;
}

/** @returns the key as it is stored now */
export async function storedKey(service: RunningService, { id }: Pick<GivenKey, 'id'>): Promise<ApiKey> {
  const apiKey = await service.store.read(API_KEYS).get(id);
  if (apiKey === undefined) throw new Error(`there is no key ${id}`);
  return apiKey;
}

/** Sends an administrative call as the owner of the first account. @throws when it is refused */
export async function asOwner(service: RunningService, method: string, path: string, sent: Sent = {}) {
  const answer = await service.call(method, path, { token: await service.ownerToken(), ...sent });
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
  return answer;
}
