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
  /** `$argon2id$…`. Absent: it was removed, and what is left knows which generations were cut off. */
  readonly hash?: string;
  /** Bumped to end every token that was made with it. Absent: 1. */
  readonly generation?: number;
  readonly createdAt: number;
}

/** All passwords. */
export const PASSWORDS = defineCollection<Password>()('passwords', {
  fields: { id: 'string', entityTag: 'string', hash: 'string', generation: 'integer', createdAt: 'integer' },
  indexes: {},
});

/** A password as what stands behind a token: in the place of an API key, and ended as one is. */
export interface PasswordCredential {
  /** `Password-<iam id>`. */
  readonly id: string;
  readonly iamId: string;
  readonly generation: number;
}

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
   * @returns the credential, without an account; `undefined` when it is not exactly right
   * @throws RateLimited, Overloaded
   */
  verify(email: string, password: string, origin: Pick<Origin, 'address'>): Promise<PasswordCredential | undefined>;
  /** @returns that of the user as it is at this moment; `undefined`: there is none */
  credentialOf(iamId: string): Promise<PasswordCredential | undefined>;
}

/** What the passwords stand on. */
export interface PasswordsParts extends PasswordProofParts {
  readonly store: Store;
  readonly clock: Clock;
}

/** What the proof of one password stands on. */
export interface PasswordProofParts {
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

/** @returns what is kept of a password @throws ParameterInvalid it is unfit @throws Overloaded */
export async function hashOfPassword(hashing: PasswordHashing, password: string): Promise<string> {
  refuseUnfitPassword(password);
  return hashing.hash(normalised(password));
}

/** @returns the name of a user's password in tokens and in the live set: no API key has such an id */
export const passwordId = (iamId: string): string => `Password-${iamId}`;

/** @returns the generation of the tokens that are made with it now */
export const generationOfPassword = ({ generation = 1 }: Pick<Password, 'generation'>): number => generation;

/** What is to be compared. */
export interface AttemptedPassword {
  /** Normalised; `undefined`: what was sent is no address. */
  readonly email: string | undefined;
  readonly password: string;
  readonly address: string;
  /** Reads the hash, when the attempt is not refused before. */
  readonly hash: () => Promise<string | undefined>;
}

/** Compares a password, within the limit on failures. @returns whether it is right @throws RateLimited @throws Overloaded */
export async function isRightPassword(
  { hashing, failedAttempts }: PasswordProofParts,
  { email, password, address, hash }: AttemptedPassword,
): Promise<boolean> {
  // Of the user too: a guesser with many addresses has no more attempts at one password.
  const buckets = [`address ${addressBucketOf(address)}`, `user ${email ?? ''}`];
  for (const bucket of buckets) failedAttempts.check(bucket);
  const kept = await hash();
  const fits = password.length <= PASSWORD_LENGTH.most;
  if (await hashing.verify(fits ? normalised(password) : '', fits ? kept : undefined)) return true;
  for (const bucket of buckets) failedAttempts.record(bucket);
  return false;
}

/** @returns the passwords of `store` */
export function passwordsIn(parts: PasswordsParts): Passwords {
  const { store, clock, hashing } = parts;
  return {
    async plan(iamId, password) {
      const hash = await hashOfPassword(hashing, password);
      return insert(PASSWORDS, { id: iamId, entityTag: firstEntityTag(), hash, generation: 1, createdAt: clock.now() });
    },

    async verify(text, password, { address }) {
      const email = emailOf(text);
      let kept: Password | undefined;
      const hash = async (): Promise<string | undefined> => {
        const user = email === undefined ? undefined : await store.read(USERS).find('byEmail', [email]);
        kept = user && (await store.read(PASSWORDS).get(user.id));
        return kept?.hash;
      };
      const isRight = await isRightPassword(parts, { email, password, address, hash });
      return isRight && kept !== undefined ? credentialFrom(kept) : undefined;
    },

    async credentialOf(iamId) {
      const kept = await store.read(PASSWORDS).get(iamId);
      return kept?.hash === undefined ? undefined : credentialFrom(kept);
    },
  };
}

const credentialFrom = (password: Password): PasswordCredential => ({
  id: passwordId(password.id),
  iamId: password.id,
  generation: generationOfPassword(password),
});

/** One password typed on two keyboards is one password (NIST SP 800-63B, section 5.1.1.2). */
const normalised = (password: string): string => password.normalize('NFKC');
