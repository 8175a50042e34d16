import type { Caller, Origin } from '../access/caller.ts';
import { API_KEYS } from '../api-keys/api-key.ts';
import {
  type ApiKeyMakerParts,
  apiKeyCrn,
  auditedApiKey,
  type IssuedApiKey,
  newApiKey,
} from '../api-keys/new-api-key.ts';
import { AUDIT_EVENTS, type AuditedChange, auditEvent } from '../audit/audit-event.ts';
import type { ExchangeRecorder } from '../audit/record-exchanges.ts';
import type { Clock } from '../clock/clock.ts';
import { addressBucketOf, type FailedAttempts } from '../limits/failed-attempts.ts';
import { ActivationCodeInvalid } from '../problems/credential-problems.ts';
import { ParameterInvalid } from '../problems/request-problems.ts';
import { activationCodeDigest, isWellFormedActivationCode } from '../secrets/activation-code.ts';
import { type Change, insert, remove, replace } from '../store/changes.ts';
import { nextEntityTag } from '../store/entity-tag.ts';
import type { Store } from '../store/store.ts';
import { untilUndisturbed } from '../store/until-undisturbed.ts';
import { commitPlan } from '../users/commit-plan.ts';
import { INVITATIONS, type Invitation } from '../users/invitation.ts';
import { type AccountUser, auditedTarget, auditedUser } from '../users/new-user.ts';
import { type Passwords, refuseUnfitPassword } from '../users/passwords.ts';
import { MEMBERSHIPS, type Membership, USERS, type User } from '../users/user.ts';

/**
 * How people and tenants come in: the use of activation codes, and new accounts with their owners. It owns no collection:
 * it makes what accounts, users and API keys own, together or not at all.
 */
export interface Activation {
  /**
   * Uses a code up. Of any number of concurrent calls with one code, on any nodes, one succeeds.
   * @param caller who sends a token with the code: needed of whoever is a user already, and refused of everybody else
   * @throws ActivationCodeInvalid  in every case of a code that does not work: one answer
   * @throws ParameterInvalid       the password is unfit @throws RateLimited @throws Overloaded
   */
  activate(asked: ActivationRequest, origin: Origin, caller: Caller | undefined): Promise<Activated>;
}

/** What was sent. */
export interface ActivationRequest {
  readonly code: string;
  /** For doors that insist on one; of a new user only. */
  readonly password?: string | undefined;
}

/** What came of it: a new user has a first key, a known one is in one account more. */
export interface Activated extends AccountUser {
  readonly firstKey: IssuedApiKey | undefined;
}

/** What the activation stands on. */
export interface ActivationParts extends ApiKeyMakerParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly passwords: Pick<Passwords, 'plan'>;
  readonly failedAttempts: FailedAttempts;
  readonly recorder: Pick<ExchangeRecorder, 'failed'>;
}

/** An invitation that this code opens to this caller, with what it is about. */
interface Opened extends AccountUser {
  readonly invitation: Invitation;
}

const ACTION = 'user-management.user.activate';

/** @returns the one way in which activation codes are used */
export function activationIn(parts: ActivationParts): Activation {
  const { store, clock, passwords } = parts;

  return {
    async activate({ code, password }, origin, caller) {
      if (password !== undefined) refuseUnfitPassword(password);
      if (password !== undefined && caller !== undefined) {
        throw new ParameterInvalid('password', 'must be left out by who is a user already');
      }
      try {
        // Hashed once, whatever happens meanwhile, and only for who has a code: hashing is the dear part.
        const { user } = await opened(parts, code, caller);
        const passwordChange = password === undefined ? [] : [await passwords.plan(user.id, password)];
        return await untilUndisturbed(async () => {
          const found = await opened(parts, code, caller);
          const activated = activatedFrom(parts, found, caller);
          await commitPlan(store, [
            // One use: the invitation goes in the same commit, as it was read.
            remove(INVITATIONS, found.invitation),
            replace(MEMBERSHIPS, activated.membership, found.membership.entityTag),
            replace(USERS, activated.user, found.user.entityTag),
            ...(activated.firstKey === undefined ? [] : [insert(API_KEYS, activated.firstKey.apiKey)]),
            ...passwordChange,
            ...recorded(caller ?? origin, found, activated, clock.now()),
          ]);
          return activated;
        });
      } catch (failure) {
        throw failure instanceof ActivationCodeInvalid ? limited(parts, failure, origin) : failure;
      }
    },
  };
}

/** @throws ActivationCodeInvalid */
async function opened({ store, clock }: ActivationParts, code: string, caller: Caller | undefined): Promise<Opened> {
  if (!isWellFormedActivationCode(code)) throw new ActivationCodeInvalid();
  const invitation = await store.read(INVITATIONS).find('byDigest', [activationCodeDigest(code)]);
  if (invitation === undefined || invitation.expiresAt <= clock.now()) throw new ActivationCodeInvalid();
  const [user, membership] = await Promise.all([
    store.read(USERS).get(invitation.iamId),
    store.read(MEMBERSHIPS).get(invitation.id),
  ]);
  if (user === undefined || membership?.state !== 'pending') throw new ActivationCodeInvalid();
  // Takeover of a guest: whoever invites holds the code. Without the user's own token it must not give a key of a user who
  // is somebody already; and a token opens no invitation of anybody else.
  const isRightCaller = user.unclaimed === true ? caller === undefined : caller?.iamId === user.id;
  if (!isRightCaller) throw new ActivationCodeInvalid();
  if (user.unclaimed === true && (await isExpected({ store, clock }, invitation))) throw new ActivationCodeInvalid();
  return { invitation, user, membership };
}

/** Accounts in which somebody who has not come yet may have been invited, and that are looked at. */
const MOST_ACCOUNTS = 100;

/**
 * Whether the installation's operator expects the user, and this invitation is another's. Squatting: the administrator of
 * any account could become the owner of a new tenant before the owner does, who then could not come in any more.
 */
async function isExpected(
  { store, clock }: Pick<ActivationParts, 'store' | 'clock'>,
  { iamId, byOperator }: Invitation,
): Promise<boolean> {
  if (byOperator) return false;
  const { rows } = await store.read(MEMBERSHIPS).page('byUser', { equals: [iamId], limit: MOST_ACCOUNTS });
  const open = await Promise.all(rows.map(({ id }) => store.read(INVITATIONS).get(id)));
  return open.some((invitation) => invitation?.byOperator === true && invitation.expiresAt > clock.now());
}

function activatedFrom(parts: ActivationParts, found: Opened, caller: Caller | undefined): Activated {
  const now = parts.clock.now();
  const membership: Membership = {
    ...found.membership,
    entityTag: nextEntityTag(found.membership.entityTag),
    state: 'active',
  };
  const entityTag = nextEntityTag(found.user.entityTag);
  if (caller !== undefined) return { user: { ...found.user, entityTag }, membership, firstKey: undefined };
  const { accountId, byOperator } = found.invitation;
  const user: User = {
    ...found.user,
    entityTag,
    unclaimed: false,
    ...(!byOperator && { introducedIn: accountId }),
    modifiedAt: now,
  };
  const firstKey = newApiKey(parts, { name: 'first key', accountId, iamId: user.id }, user.id, now);
  return { user, membership, firstKey };
}

/** The records of what the user did, who had no key to do it with. */
function recorded(
  origin: Origin | Caller,
  before: AccountUser,
  { firstKey, ...after }: Activated,
  now: number,
): readonly Change[] {
  const actor = { iamId: after.user.id, ...('apiKeyId' in origin && { apiKeyId: origin.apiKeyId }) };
  const event = (change: Omit<AuditedChange, 'at'>): Change =>
    insert(AUDIT_EVENTS, auditEvent(origin, { at: now, outcome: 'success', actor, ...change }));
  const states = { before: auditedUser(before), after: auditedUser(after) };
  const activated = event({ action: ACTION, ...auditedTarget(after.membership), ...states });
  if (firstKey === undefined) return [activated];
  const { apiKey } = firstKey;
  const named = { accountId: apiKey.accountId, target: apiKeyCrn(apiKey), targetId: apiKey.id };
  return [activated, event({ action: 'iam-identity.apikey.create', ...named, after: auditedApiKey(apiKey) })];
}

/** Counts the failure of the address (R30) and records it. @returns what is answered: it, or "too many" in its place */
function limited(
  { failedAttempts, recorder }: ActivationParts,
  failure: ActivationCodeInvalid,
  origin: Origin,
): unknown {
  const bucket = `address ${addressBucketOf(origin.address)}`;
  try {
    failedAttempts.check(bucket);
  } catch (tooMany) {
    recorder.failed(origin, { action: ACTION, problem: failure.code, limited: true });
    return tooMany;
  }
  failedAttempts.record(bucket);
  recorder.failed(origin, { action: ACTION, problem: failure.code, limited: false });
  return failure;
}
