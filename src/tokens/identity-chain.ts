import { ACCOUNTS, type Account, INSTALLATION_ID, INSTALLATIONS, type Installation } from '../accounts/account.ts';
import { AccountMismatch, ApiKeyUnknown, IdentityInactive } from '../problems/credential-problems.ts';
import { SERVICE_IDS, type ServiceId } from '../service-ids/service-id.ts';
import type { Store } from '../store/store.ts';
import type { TokenGenerations } from '../token-format/token-claims.ts';
import { isUser } from '../users/is-user.ts';
import { MEMBERSHIPS, type Membership, type MembershipState, membershipId, USERS, type User } from '../users/user.ts';
import type { Credential } from './credential.ts';

/** Everything whose end ends the token, as it is now. */
export interface IdentityChain {
  readonly installation: Installation;
  readonly account: Account;
  readonly credential: Credential;
  readonly identity: ChainedUser | ChainedServiceId;
}

/** A user, in one account. */
export interface ChainedUser {
  readonly kind: 'user';
  readonly user: User;
  readonly membership: Membership;
}

/** A service ID, in its account. */
export interface ChainedServiceId {
  readonly kind: 'service-id';
  readonly serviceId: ServiceId;
}

/**
 * Reads the chain of a credential: its identity, the account in which it acts, the installation.
 * @param accountId the account asked for; `undefined`: the key's own
 * @throws ApiKeyUnknown     the key's owner was removed, and the key with it
 * @throws IdentityInactive  the user is suspended in the account, gone from it, or has not come to it yet
 * @throws AccountMismatch   the identity does not act in this account
 */
export type LoadIdentityChain = (credential: Credential, accountId: string | undefined) => Promise<IdentityChain>;

/** @returns the loader over `store` */
export function identityChainsIn(store: Store): LoadIdentityChain {
  const installations = store.readRecent(INSTALLATIONS);
  const accounts = store.readRecent(ACCOUNTS);
  const userIn = usersIn(store);
  const serviceIdIn = serviceIdsIn(store);

  return async (credential, accountId = credential.accountId) => {
    const [installation, account, identity] = await Promise.all([
      installations.get(INSTALLATION_ID),
      accounts.get(accountId),
      isUser(credential.iamId) ? userIn(credential, accountId) : serviceIdIn(credential.iamId, accountId),
    ]);
    if (account === undefined) throw foreignAccount();
    if (installation === undefined) throw new Error('the store holds keys, but no installation');
    return { installation, account, credential, identity };
  };
}

function usersIn(store: Store): (credential: Credential, accountId: string) => Promise<ChainedUser> {
  const users = store.readRecent(USERS);
  const memberships = store.readRecent(MEMBERSHIPS);
  return async ({ iamId, accountId: accountOfKey }, accountId) => {
    const [user, membership] = await Promise.all([users.get(iamId), memberships.get(membershipId(accountId, iamId))]);
    // Not a member is told apart from suspended: the holder of the right secret may know what is wrong with it. Only
    // members make keys in an account, so whoever has one of its keys and is no member is gone from it.
    if (membership === undefined && accountOfKey === accountId) throw inactive('removed');
    if (user === undefined || membership === undefined) throw foreignAccount();
    if (membership.state !== 'active') throw inactive(membership.state);
    return { kind: 'user', user, membership };
  };
}

const WAYS_BACK: Readonly<Record<Exclude<MembershipState, 'active'>, string>> = {
  pending: 'The user was invited, and has not used the activation code yet.',
  suspended: 'An administrator of the account can make the user active again.',
  removed: 'The user was removed from the account, and can be invited again.',
};

const inactive = (state: keyof typeof WAYS_BACK): IdentityInactive =>
  new IdentityInactive('The user is not active in the account.', { details: WAYS_BACK[state] });

function serviceIdsIn(store: Store): (iamId: string, accountId: string) => Promise<ChainedServiceId> {
  const serviceIds = store.readRecent(SERVICE_IDS);
  return async (iamId, accountId) => {
    const serviceId = await serviceIds.find('byIamId', [iamId]);
    // A removed service ID has taken its keys with it, also those that the background job has not reached yet.
    if (serviceId === undefined || serviceId.state === 'deleted') throw new ApiKeyUnknown();
    if (serviceId.accountId !== accountId) throw foreignAccount();
    return { kind: 'service-id', serviceId };
  };
}

const foreignAccount = (): AccountMismatch =>
  new AccountMismatch('The identity is not a member of the account.', {
    details: 'Ask for an account in which the identity is active, or leave the account out.',
  });

/** @returns whether nothing of the chain was cut off since a token was made that carries these generations */
export function isSameChain(chain: IdentityChain, then: TokenGenerations): boolean {
  const current = new Map<string, number>(Object.entries(generationsOf(chain)));
  const carried = Object.entries(then);
  return carried.length === current.size && carried.every(([name, generation]) => current.get(name) === generation);
}

/** @returns the generations of the whole chain, as the token carries them */
export function generationsOf({ installation, account, credential, identity }: IdentityChain): TokenGenerations {
  const common = { installation: installation.generation, account: account.generation, key: credential.generation };
  return identity.kind === 'user'
    ? { ...common, identity: identity.user.generation, membership: identity.membership.generation }
    : { ...common, identity: identity.serviceId.generation };
}
