import type { Origin } from '../../access/caller.ts';
import { type Clock, secondsOf } from '../../clock/clock.ts';
import { AccountMismatch, PasswordWrong } from '../../problems/credential-problems.ts';
import { ParameterMissing } from '../../problems/request-problems.ts';
import type { Store } from '../../store/store.ts';
import { MEMBERSHIPS } from '../../users/user.ts';
import type { Credential } from '../credential.ts';
import type { Grant } from '../token-request.ts';

/** What the grant stands on. */
export interface PasswordGrantParts {
  readonly store: Store;
  readonly clock: Clock;
  /** @returns the password's credential, without an account; `undefined`: it is not exactly right @throws RateLimited, Overloaded */
  readonly verify: (
    email: string,
    password: string,
    origin: Pick<Origin, 'address'>,
  ) => Promise<Pick<Credential, 'id' | 'iamId' | 'generation'> | undefined>;
}

/** Most memberships that are looked at to find the only one. */
const LOOKED_AT = 100;

/**
 * Proves a user by e-mail address and password: only for doors whose clients log in so. In which account, the door says; without
 * a word from it, in the only one of which the user is an active member.
 */
export function passwordGrant({ store, clock, verify }: PasswordGrantParts): Grant {
  const onlyAccountOf = async (iamId: string): Promise<string> => {
    const { rows, next } = await store.read(MEMBERSHIPS).page('byUser', { equals: [iamId], limit: LOOKED_AT });
    const active = rows.filter(({ state }) => state === 'active');
    const [membership, another] = active;
    // As for a wrong password: who is a member of nothing has nothing to log in to.
    if (membership === undefined && next === undefined) throw new PasswordWrong();
    // Of so many that there are more to look at, none is known to be the only one.
    if (membership !== undefined && another === undefined && next === undefined) return membership.accountId;
    throw new AccountMismatch('The user is a member of several accounts.', {
      details: 'Log in at a host name of the account, or name its tenant id.',
    });
  };
  return {
    claim: 'password',
    needsClient: false,
    async prove({ person, accountId }, origin) {
      if (person === undefined) throw new ParameterMissing('password');
      // Before the proof, which takes its time.
      const authenticatedAt = secondsOf(clock.now());
      const proven = await verify(person.email, person.password, origin);
      if (proven === undefined) throw new PasswordWrong();
      const account = accountId ?? (await onlyAccountOf(proven.iamId));
      return { credential: { ...proven, accountId: account, disabled: false }, accountId: account, authenticatedAt };
    },
  };
}
