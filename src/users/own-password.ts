import { type Access, INSTALLATION_SCOPE } from '../access/access.ts';
import type { Caller } from '../access/caller.ts';
import { INSTALLATION_ID } from '../accounts/account.ts';
import { type AuditedChange, audited } from '../audit/audit-event.ts';
import type { Clock } from '../clock/clock.ts';
import { formatCrn } from '../crn/crn.ts';
import { PasswordWrong } from '../problems/credential-problems.ts';
import { NotFound } from '../problems/entity-problems.ts';
import { ParameterInvalid, ParameterMissing } from '../problems/request-problems.ts';
import { cutOff } from '../revocations/revocation.ts';
import { type Change, insert, replace } from '../store/changes.ts';
import { firstEntityTag, nextEntityTag } from '../store/entity-tag.ts';
import { staleWhenTaken } from '../store/overtaken.ts';
import type { Store } from '../store/store.ts';
import { untilUndisturbed } from '../store/until-undisturbed.ts';
import { keySubject } from '../token-format/revocation-subjects.ts';
import { auditedTarget } from './new-user.ts';
import {
  generationOfPassword,
  hashOfPassword,
  isRightPassword,
  PASSWORDS,
  type Password,
  type PasswordProofParts,
  passwordId,
  refuseUnfitPassword,
} from './passwords.ts';
import { USERS, type User } from './user.ts';

/** What a user sends to have another password. */
export interface NewPassword {
  readonly password: string;
  /** Needed of who has one: a token that was left lying about must not be made into the user's log-in. */
  readonly currentPassword?: string | undefined;
}

/**
 * The password of the caller, who alone may set it: whoever has it is the user, in every account of the user. Each change
 * ends all tokens that were made with the one before. Every function: @throws AccessDenied, NotFound (the caller is no user),
 * ParameterMissing, PasswordWrong, RateLimited (the current one), Overloaded
 */
export interface OwnPassword {
  /** @throws ParameterInvalid */
  set(caller: Caller, asked: NewPassword): Promise<void>;
  /** @throws NotFound there is none */
  remove(caller: Caller, currentPassword: string | undefined): Promise<void>;
  /**
   * Takes away a password that its user has forgotten; the user sets another one with a token of a key. For the installation's
   * operator: the administrator of one account must not end log-ins to others. @throws AccessDenied
   */
  clear(caller: Caller, iamId: string): Promise<void>;
}

/** What own passwords stand on. */
export interface OwnPasswordParts extends PasswordProofParts {
  readonly store: Store;
  readonly access: Access;
  readonly clock: Clock;
}

const SET = 'user-management.password.update';
const REMOVE = 'user-management.password.remove';
const CLEAR = 'latchkey.user.clear-password';

/** @returns the passwords in `store`, each to its own user */
export function ownPasswordIn(parts: OwnPasswordParts): OwnPassword {
  const { store, hashing } = parts;
  return {
    async set(caller, { password, currentPassword }) {
      const user = await requireSelf(parts, caller, SET);
      refuseUnfitPassword(password);
      await untilUndisturbed(async () => {
        const before = await store.read(PASSWORDS).get(user.id);
        await requireCurrent(parts, caller, { user, before, currentPassword });
        const hash = await hashOfPassword(hashing, password);
        const named = auditedTarget(caller);
        await staleWhenTaken(() => store.commit(changed(parts, caller, { action: SET, named, before, hash })));
      });
    },

    async remove(caller, currentPassword) {
      const user = await requireSelf(parts, caller, REMOVE);
      await untilUndisturbed(async () => {
        const before = await store.read(PASSWORDS).get(user.id);
        if (before?.hash === undefined) throw new NotFound('There is no password.');
        await requireCurrent(parts, caller, { user, before, currentPassword });
        const change = { action: REMOVE, named: auditedTarget(caller), before, hash: undefined };
        await store.commit(changed(parts, caller, change));
      });
    },

    async clear(caller, iamId) {
      const target = { accountId: INSTALLATION_SCOPE, service: 'latchkey', resourceType: 'user', resource: iamId };
      await parts.access.require(caller, CLEAR, target);
      const crn = formatCrn({ service: 'iam-identity', resourceType: 'user', resource: iamId });
      const named = { accountId: INSTALLATION_ID, target: crn, targetId: iamId };
      await untilUndisturbed(async () => {
        const before = await store.read(PASSWORDS).get(iamId);
        if (before?.hash === undefined) return;
        await store.commit(changed(parts, caller, { action: CLEAR, named, before, hash: undefined }));
      });
    },
  };
}

/** @throws AccessDenied @throws NotFound it is no user */
async function requireSelf({ store, access }: OwnPasswordParts, caller: Caller, action: string): Promise<User> {
  const { accountId, iamId } = caller;
  const target = { accountId, service: 'user-management', resourceType: 'user', resource: iamId, ownerIamId: iamId };
  await access.require(caller, action, target);
  const user = await store.read(USERS).get(iamId);
  if (user === undefined) throw new NotFound('Only users have passwords.');
  return user;
}

interface Held {
  readonly user: User;
  readonly before: Password | undefined;
  readonly currentPassword: string | undefined;
}

/** Takeover with a stolen token: it lives for an hour, and a password for good. */
async function requireCurrent(
  parts: OwnPasswordParts,
  { address }: Caller,
  { user, before, currentPassword }: Held,
): Promise<void> {
  if (before?.hash === undefined) {
    if (currentPassword === undefined) return;
    throw new ParameterInvalid('current_password', 'must be left out, because there is no password yet');
  }
  if (currentPassword === undefined) throw new ParameterMissing('current_password');
  const attempt = { email: user.email, password: currentPassword, address, hash: async () => before.hash };
  if (!(await isRightPassword(parts, attempt))) throw new PasswordWrong();
}

interface PasswordChange {
  readonly action: string;
  /** Whose it is, for the audit record. */
  readonly named: Pick<AuditedChange, 'accountId' | 'target' | 'targetId'>;
  readonly before: Password | undefined;
  readonly hash: string | undefined;
}

/** The password with its cut-off and its audit record, in one commit. */
function changed(
  { clock }: OwnPasswordParts,
  caller: Caller,
  { action, named, before, hash }: PasswordChange,
): Change[] {
  const now = clock.now();
  const iamId = named.targetId;
  const generation = before === undefined ? 1 : generationOfPassword(before) + 1;
  const after = { id: iamId, generation, createdAt: now, ...(hash !== undefined && { hash }) };
  const states = {
    ...(before !== undefined && { before: { generation: generationOfPassword(before) } }),
    after: { generation, set: hash !== undefined },
  };
  const record = audited(caller, { at: now, action, ...named, ...states });
  if (before === undefined) return [insert(PASSWORDS, { ...after, entityTag: firstEntityTag() }), record];
  return [
    replace(PASSWORDS, { ...after, entityTag: nextEntityTag(before.entityTag) }, before.entityTag),
    cutOff(keySubject(passwordId(iamId)), generation, INSTALLATION_ID, now),
    record,
  ];
}
