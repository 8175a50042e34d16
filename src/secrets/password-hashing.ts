import type { Algorithm } from '@node-rs/argon2';
import { Overloaded } from '../problems/request-problems.ts';

/** Turns passwords into what the store may hold. All of it happens on other threads, one at a time. */
export interface PasswordHashing {
  /** @returns `$argon2id$…` with its salt and parameters @throws Overloaded too many are waiting */
  hash(password: string): Promise<string>;
  /**
   * Takes as long when there is no hash: who guesses must not learn from the time that there is no such user.
   * @param hash `undefined`: there is none @throws Overloaded too many are waiting
   */
  verify(password: string, hash: string | undefined): Promise<boolean>;
}

/** OWASP Password Storage Cheat Sheet, Argon2id: 19 MiB of memory, two iterations, one lane; about 30 ms of a core. */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
/** `Algorithm.Argon2id`, whose type is a constant that exists for the compiler alone. */
const ARGON2ID = 2 as Algorithm.Argon2id;

/** Waiting at once: half a second of work. More are told to come again. */
const MOST_WAITING = 16;

/**
 * Argon2id, one at a time: signatures of tokens wait for the same threads, and each takes 19 MiB. The package is loaded with
 * the first password, because a start must not wait for it.
 */
export function passwordHashing(): PasswordHashing {
  let waiting = 0;
  let last: Promise<unknown> = Promise.resolve();
  let missing: Promise<string> | undefined;

  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    if (waiting >= MOST_WAITING) throw new Overloaded('Too many passwords are being checked. Try again shortly.');
    waiting += 1;
    const turn = last.then(work).finally(() => {
      waiting -= 1;
    });
    last = turn.catch(() => undefined);
    return turn;
  };
  const made = async (password: string): Promise<string> => {
    const { hash } = await import('@node-rs/argon2');
    return hash(password, { algorithm: ARGON2ID, ...PARAMETERS });
  };
  const hashOfNobody = (): Promise<string> => {
    missing ??= made('a password that nobody has');
    return missing;
  };

  return {
    async hash(password) {
      return inTurn(() => made(password));
    },
    async verify(password, hash) {
      return inTurn(async () => {
        const { verify } = await import('@node-rs/argon2');
        const right = await verify(hash ?? (await hashOfNobody()), password);
        return right && hash !== undefined;
      });
    },
  };
}
