import { type Access, INSTALLATION_SCOPE } from '../access/access.ts';
import type { Caller } from '../access/caller.ts';
import { ACCOUNTS, type Account, INSTALLATION_ID, INSTALLATIONS, type Installation } from '../accounts/account.ts';
import { API_KEYS, type ApiKey } from '../api-keys/api-key.ts';
import { actsAsIdentity } from '../api-keys/key-kinds.ts';
import { apiKeyCrn } from '../api-keys/new-api-key.ts';
import { withLivingOwner } from '../api-keys/owners.ts';
import type { AuditedChange } from '../audit/audit-event.ts';
import { accountCrn, formatCrn } from '../crn/crn.ts';
import { NotFound } from '../problems/entity-problems.ts';
import { serviceIdCrn } from '../service-ids/new-service-id.ts';
import { SERVICE_IDS, type ServiceId } from '../service-ids/service-id.ts';
import type { Collection, Entity } from '../store/collection.ts';
import type { Store } from '../store/store.ts';
import {
  accountSubject,
  INSTALLATION_SUBJECT,
  identitySubject,
  keySubject,
  membershipSubject,
} from '../token-format/revocation-subjects.ts';
import { MEMBERSHIPS, type Membership, membershipId, USERS, type User } from '../users/user.ts';

/** What stands in the chain behind a token. */
export type GenerationCarrier = Entity & { readonly generation: number };

/** One thing of one level, all tokens of which are to be ended. */
export interface Level<T extends GenerationCarrier> {
  readonly collection: Collection<T>;
  /** The right it needs, and the name of the change in the audit record. */
  readonly action: string;
  /** Reads it as it is now. @throws AccessDenied, NotFound */
  readonly read: () => Promise<T>;
  /** What the next generation changes in it. */
  readonly bumped: (before: T, at: number) => Partial<T>;
  /** Its name in the live set and in the audit record. */
  readonly named: (
    entity: T,
  ) => Pick<AuditedChange, 'accountId' | 'target' | 'targetId'> & { readonly subject: string };
}

/** What the levels stand on. */
export interface LevelParts {
  readonly store: Store;
  readonly access: Access;
}

const next = ({ generation }: GenerationCarrier) => ({ generation: generation + 1 });
const nextModified = ({ generation }: GenerationCarrier, at: number) => ({
  generation: generation + 1,
  modifiedAt: at,
});

/** The holder of the key, and the owner of the account. A lock does not hinder it: incident first. */
export function apiKeyLevel({ store, access }: LevelParts, caller: Caller, id: string): Level<ApiKey> {
  const action = 'iam-identity.apikey.sign-out';
  return {
    collection: API_KEYS,
    action,
    async read() {
      const apiKey = await store.read(API_KEYS).get(id);
      // Keys of instances give no tokens that could be ended.
      const isIdentityKey = apiKey !== undefined && actsAsIdentity(apiKey);
      const [living] = isIdentityKey ? await withLivingOwner(store, [apiKey]) : [];
      // One answer for "missing" and "another account's": ids of other tenants cannot be probed.
      if (living?.accountId !== caller.accountId) throw new NotFound('The API key could not be found.');
      const { accountId, iamId: ownerIamId } = living;
      const target = { accountId, service: 'iam-identity', resourceType: 'apikey', resource: id, ownerIamId };
      await access.require(caller, action, target);
      return living;
    },
    bumped: nextModified,
    named: (apiKey) => ({
      ...{ subject: keySubject(apiKey.id), accountId: apiKey.accountId },
      ...{ target: apiKeyCrn(apiKey), targetId: apiKey.id },
    }),
  };
}

/** The service ID itself, and the owner of the account. */
export function serviceIdLevel({ store, access }: LevelParts, caller: Caller, id: string): Level<ServiceId> {
  const action = 'iam-identity.serviceid.sign-out';
  return {
    collection: SERVICE_IDS,
    action,
    async read() {
      const serviceId = await store.read(SERVICE_IDS).get(id);
      // One answer for "missing", "removed" and "another account's": ids of other tenants cannot be probed.
      if (serviceId?.accountId !== caller.accountId || serviceId.state === 'deleted') {
        throw new NotFound('The service ID could not be found.');
      }
      const { accountId, iamId: ownerIamId } = serviceId;
      const target = { accountId, service: 'iam-identity', resourceType: 'serviceid', resource: id, ownerIamId };
      await access.require(caller, action, target);
      return serviceId;
    },
    bumped: nextModified,
    named: (serviceId) => ({
      ...{ subject: identitySubject(serviceId.iamId), accountId: serviceId.accountId },
      ...{ target: serviceIdCrn(serviceId), targetId: serviceId.id },
    }),
  };
}

/** The user, whichever account the user's token is for, and the operator. */
export function userLevel({ store, access }: LevelParts, caller: Caller, iamId: string): Level<User> {
  const action = 'iam-identity.user.sign-out';
  return {
    collection: USERS,
    action,
    async read() {
      const target = { accountId: INSTALLATION_SCOPE, service: 'iam-identity', resourceType: 'user' };
      // Before anything is read: who may not ask is told the same of a user who exists and of one who does not.
      await access.require(caller, action, { ...target, resource: iamId, ownerIamId: iamId });
      return found(await store.read(USERS).get(iamId), 'user');
    },
    bumped: nextModified,
    named: ({ id }) => ({
      ...{ subject: identitySubject(id), accountId: INSTALLATION_ID },
      ...{ target: formatCrn({ service: 'iam-identity', resourceType: 'user', resource: id }), targetId: id },
    }),
  };
}

/** The user, with a token for the account, and the owner of the account. */
export function membershipLevel(
  { store, access }: LevelParts,
  caller: Caller,
  { accountId, iamId }: Pick<Membership, 'accountId' | 'iamId'>,
): Level<Membership> {
  const action = 'iam-identity.membership.sign-out';
  return {
    collection: MEMBERSHIPS,
    action,
    async read() {
      refuseOtherAccount(caller, accountId);
      const target = { accountId, service: 'iam-identity', resourceType: 'membership' };
      await access.require(caller, action, { ...target, resource: iamId, ownerIamId: iamId });
      const membership = await store.read(MEMBERSHIPS).get(membershipId(accountId, iamId));
      // A tombstone is no membership; and its generation is where that of the next one begins.
      return found(membership?.state === 'removed' ? undefined : membership, 'user');
    },
    bumped: next,
    named: () => ({
      ...{ subject: membershipSubject(accountId, iamId), accountId },
      ...{ target: accountCrn('iam-identity', accountId, 'membership', iamId), targetId: iamId },
    }),
  };
}

/** The owner of the account. */
export function accountLevel({ store, access }: LevelParts, caller: Caller, accountId: string): Level<Account> {
  const action = 'iam-identity.account.sign-out';
  return {
    collection: ACCOUNTS,
    action,
    async read() {
      refuseOtherAccount(caller, accountId);
      await access.require(caller, action, { accountId, service: 'iam-identity', resourceType: 'account' });
      return found(await store.read(ACCOUNTS).get(accountId), 'account');
    },
    bumped: nextModified,
    named: () => ({
      ...{ subject: accountSubject(accountId), accountId },
      ...{ target: accountCrn('iam-identity', accountId, 'account', accountId), targetId: accountId },
    }),
  };
}

/** The operator. */
export function installationLevel({ store, access }: LevelParts, caller: Caller): Level<Installation> {
  const action = 'latchkey.installation.sign-out';
  return {
    collection: INSTALLATIONS,
    action,
    async read() {
      const target = { accountId: INSTALLATION_SCOPE, service: 'latchkey', resourceType: 'installation' };
      await access.require(caller, action, target);
      return found(await store.read(INSTALLATIONS).get(INSTALLATION_ID), 'installation');
    },
    bumped: next,
    named: ({ installationId }) => ({
      ...{ subject: INSTALLATION_SUBJECT, accountId: INSTALLATION_ID, targetId: installationId },
      target: formatCrn({ service: 'latchkey', resourceType: 'installation', resource: installationId }),
    }),
  };
}

/** The answer for an account that is not the token's own is that for one that does not exist. */
function refuseOtherAccount(caller: Caller, accountId: string): void {
  if (caller.accountId !== accountId) throw missing('account');
}

function found<T>(entity: T | undefined, word: string): T {
  if (entity === undefined) throw missing(word);
  return entity;
}

const missing = (word: string): NotFound => new NotFound(`The ${word} could not be found.`);
