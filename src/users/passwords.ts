import type { Origin } from '../access/caller.ts';
import type { Clock } from '../clock/clock.ts';
import { addressBucketOf, type FailedAttempts } from '../limits/failed-attempts.ts';
import { ParameterInvalid } from '../problems/request-problems.ts';
import type { PasswordHashing } from '../secrets/password-hashing.ts';
import { type Change, insert } from '../store/changes.ts';
import { defineCollection, type Entity } from '../store/collection.ts';
import { firstEntityTag } from '../store/entity-tag.ts';
import type { Store } from '../store/store.ts';
import { emailOf } from './email.ts';
import { USERS } from './user.ts';

/** The password of a user. Apart from the user, whom processes keep in memory and follow. */
export interface Password extends Entity {
  /** The iam id of the user. */
  readonly id: string;
  /** `$argon2id$…`. */
  readonly hash: string;
  readonly createdAt: number;
}

/** All passwords. */
export const PASSWORDS = defineCollection<Password>()('passwords', {
  fields: { id: 'string', entityTag: 'string', hash: 'string', createdAt: 'integer' },
  indexes: {},
});

/** Only for the doors whose clients insist on a password; it opens nothing else. */
export interface Passwords {
  /**
   * Hashes a first password. @returns the change that sets it, to be committed with what else makes the user
   * @throws ParameterInvalid  it is too short, too long or no text @throws Overloaded
   */
  plan(iamId: string, password: string): Promise<Change>;
  /**
   * Proves a user by e-mail address and password, in the same time whether there is such a user or not. Failures are
   * counted, of the address and of the user; after too many the right password is refused too.
   * @returns the iam id; `undefined` when it is not exactly right
   * @throws RateLimited, Overloaded
   */
  verify(email: string, password: string, origin: Pick<Origin, 'address'>): Promise<string | undefined>;
  /** The same, as what proves a user to the exchange. */
  credentialOf(
    email: string,
    password: string,
    address: string,
  ): Promise<{ readonly id: string; readonly iamId: string; readonly generation: number } | undefined>;
}

/** What the passwords stand on. */
export interface PasswordsParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly hashing: PasswordHashing;
  readonly failedAttempts: FailedAttempts;
}

/** Characters of a password (NIST SP 800-63B: length counts, composition does not). */
export const PASSWORD_LENGTH = { least: 12, most: 256 } as const;

/** @throws ParameterInvalid */
export function refuseUnfitPassword(password: string): void {
  const { least, most } = PASSWORD_LENGTH;
  if (password.length < least || password.length > most || !password.isWellFormed()) {
    throw new ParameterInvalid('password', `must be ${least} to ${most} characters of text`);
  }
}

/** @returns the passwords of `store` */
export function passwordsIn({ store, clock, hashing, failedAttempts }: PasswordsParts): Passwords {
  const passwords: Passwords = {
    async plan(iamId, password) {
      refuseUnfitPassword(password);
      const hash = await hashing.hash(normalised(password));
      return insert(PASSWORDS, { id: iamId, entityTag: firstEntityTag(), hash, createdAt: clock.now() });
    },

    async verify(text, password, { address }) {
      const email = emailOf(text);
      // Of the user too: a guesser with many addresses has no more attempts at one password.
      const buckets = [`address ${addressBucketOf(address)}`, `user ${email ?? ''}`];
      for (const bucket of buckets) failedAttempts.check(bucket);
      const user = email === undefined ? undefined : await store.read(USERS).find('byEmail', [email]);
      const kept = user && (await store.read(PASSWORDS).get(user.id));
      const fits = password.length <= PASSWORD_LENGTH.most;
      if (await hashing.verify(fits ? normalised(password) : '', fits ? kept?.hash : undefined)) return user?.id;
      for (const bucket of buckets) failedAttempts.record(bucket);
      return undefined;
    },

    async credentialOf(email, password, address) {
      const iamId = await passwords.verify(email, password, { address });
      return iamId === undefined ? undefined : { id: `Password-${iamId}`, iamId, generation: 1 };
    },
  };
  return passwords;
}

/** One password typed on two keyboards is one password (NIST SP 800-63B, section 5.1.1.2). */
const normalised = (password: string): string => password.normalize('NFKC');
