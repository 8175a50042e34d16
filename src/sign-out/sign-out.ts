import type { Caller } from '../access/caller.ts';
import { audited } from '../audit/audit-event.ts';
import type { Clock } from '../clock/clock.ts';
import { cutOff } from '../revocations/revocation.ts';
import { changeEntity } from '../store/change-entity.ts';
import {
  accountLevel,
  apiKeyLevel,
  type GenerationCarrier,
  installationLevel,
  type Level,
  type LevelParts,
  membershipLevel,
  serviceIdLevel,
  userLevel,
} from './levels.ts';

/** From when on which tokens of a subject are refused. */
export interface SignedOut {
  /** As `token-format/revocation-subjects.ts` names it: `key:ApiKey-…`, `account:…`, `installation`. */
  readonly subject: string;
  /** The first generation of tokens that is good again. */
  readonly generation: number;
  readonly at: number;
}

/**
 * "Sign out everywhere": ends all tokens, access and refresh, of one level of the chain behind them. Keys go on working,
 * and a new exchange succeeds at once: who must not come back needs a disabled key. This folder owns the six levels and the
 * right that each needs; what ends a key or an identity is theirs.
 *
 * Every function: durable before it returns, in one commit with its audit record; a repeat is harmless, and of many at once
 * each succeeds. @throws AccessDenied, NotFound (missing, or another account's)
 */
export interface SignOut {
  apiKey(caller: Caller, id: string): Promise<SignedOut>;
  /** Every key of the service ID. */
  serviceId(caller: Caller, id: string): Promise<SignedOut>;
  /** The user, in every account of which the user is a member. */
  user(caller: Caller, iamId: string): Promise<SignedOut>;
  /** The user, in this account alone. */
  membership(caller: Caller, accountId: string, iamId: string): Promise<SignedOut>;
  /** Everybody, in this account. */
  account(caller: Caller, accountId: string): Promise<SignedOut>;
  /** Everybody. */
  installation(caller: Caller): Promise<SignedOut>;
}

/** What signing out stands on. */
export interface SignOutParts extends LevelParts {
  readonly clock: Clock;
}

/** @returns the one way in which all tokens of something are ended and its keys are not */
export function signOutIn(parts: SignOutParts): SignOut {
  return {
    apiKey: (caller, id) => endTokens(parts, caller, apiKeyLevel(parts, caller, id)),
    serviceId: (caller, id) => endTokens(parts, caller, serviceIdLevel(parts, caller, id)),
    user: (caller, iamId) => endTokens(parts, caller, userLevel(parts, caller, iamId)),
    membership: (caller, accountId, iamId) =>
      endTokens(parts, caller, membershipLevel(parts, caller, { accountId, iamId })),
    account: (caller, accountId) => endTokens(parts, caller, accountLevel(parts, caller, accountId)),
    installation: (caller) => endTokens(parts, caller, installationLevel(parts, caller)),
  };
}

async function endTokens<T extends GenerationCarrier>(
  { store, clock }: SignOutParts,
  caller: Caller,
  { collection, action, read, bumped, named }: Level<T>,
): Promise<SignedOut> {
  const at = clock.now();
  const after = await changeEntity<T>({
    store,
    collection,
    read,
    ifMatch: '*',
    next: (before) => bumped(before, at),
    also(before, { generation }) {
      const { subject, ...name } = named(before);
      const states = { before: { generation: before.generation }, after: { generation } };
      return [cutOff(subject, generation, name.accountId, at), audited(caller, { at, action, ...name, ...states })];
    },
  });
  return { subject: named(after).subject, generation: after.generation, at };
}
