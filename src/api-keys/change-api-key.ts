import { ParameterInvalid } from '../problems/request-problems.ts';
import { LONGEST_TOKEN_LIFE_MILLISECONDS } from '../revocations/revocation.ts';
import { isUser } from '../users/is-user.ts';
import type { ActionWhenLeaked, ApiKey } from './api-key.ts';

/** What may be changed later; an absent field stays as it is. */
export interface ApiKeyChange {
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly supportSessions?: boolean | undefined;
  readonly actionWhenLeaked?: ActionWhenLeaked | undefined;
  readonly expiresAt?: number | undefined;
}

/** Whether the change is more than a name, a description and an earlier end. */
export function widensKey(before: ApiKey, change: ApiKeyChange): boolean {
  const { supportSessions = before.supportSessions, actionWhenLeaked = before.actionWhenLeaked } = change;
  if (supportSessions !== before.supportSessions || actionWhenLeaked !== before.actionWhenLeaked) return true;
  return endOfLife(chosenEnd(before, change)) > endOfLife(before.expiresAt);
}

/**
 * @returns what of the key is another after the change; a generation that grew ends its tokens
 * @throws ParameterInvalid  its identity may not have such a key
 */
export function changedKey(before: ApiKey, change: ApiKeyChange, now: number): Partial<ApiKey> {
  const { name, description, supportSessions, actionWhenLeaked } = change;
  if (supportSessions === true && !isUser(before.iamId)) {
    throw new ParameterInvalid('support_sessions', 'must be false for a service ID');
  }
  const expiresAt = chosenEnd(before, change);
  const endsSooner = expiresAt !== undefined && expiresAt < endOfLife(before.expiresAt);
  // A token never outlives its key (R6): an end that moves before the tokens' own ends them now.
  const endsTokens = endsSooner && expiresAt < now + LONGEST_TOKEN_LIFE_MILLISECONDS;
  return {
    name: name ?? before.name,
    description: description ?? before.description,
    supportSessions: supportSessions ?? before.supportSessions,
    actionWhenLeaked: actionWhenLeaked ?? before.actionWhenLeaked,
    ...(expiresAt !== undefined && { expiresAt }),
    generation: before.generation + (endsTokens ? 1 : 0),
  };
}

const endOfLife = (expiresAt: number | undefined): number => expiresAt ?? Number.POSITIVE_INFINITY;

const MINUTE_MILLISECONDS = 60_000;

/** Doors write instants to the minute: who sends back the end that was read has not asked for a sooner one. */
function chosenEnd(before: ApiKey, { expiresAt = before.expiresAt }: ApiKeyChange): number | undefined {
  if (before.expiresAt === undefined) return expiresAt;
  const asWritten = Math.floor(before.expiresAt / MINUTE_MILLISECONDS) * MINUTE_MILLISECONDS;
  return asWritten === expiresAt ? before.expiresAt : expiresAt;
}
