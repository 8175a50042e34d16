import type { Access } from '../access/access.ts';
import { accountRegisterIn } from '../accounts/account-register.ts';
import type { ApiKeyMakerParts } from '../api-keys/new-api-key.ts';
import type { ExchangeRecorder } from '../audit/record-exchanges.ts';
import type { Clock } from '../clock/clock.ts';
import type { FailedAttempts } from '../limits/failed-attempts.ts';
import { activationIn } from '../onboarding/activation.ts';
import { newAccountsIn } from '../onboarding/new-accounts.ts';
import { passwordHashing } from '../secrets/password-hashing.ts';
import { SERVICE_IDS } from '../service-ids/service-id.ts';
import type { Store } from '../store/store.ts';
import { invitationsIn } from '../users/invitations.ts';
import { ownPasswordIn } from '../users/own-password.ts';
import { passwordsIn } from '../users/passwords.ts';
import { usersIn } from '../users/users.ts';
import { whoAmIIn } from '../users/who-am-i.ts';

/** What accounts and the people in them are joined from. */
export interface PeopleParts extends ApiKeyMakerParts {
  readonly store: Store;
  readonly access: Access;
  readonly clock: Clock;
  readonly recorder: Pick<ExchangeRecorder, 'failed'>;
  /** @returns the limiter of this name */
  readonly limiter: (name: string) => FailedAttempts;
}

/** All of it. */
export type People = ReturnType<typeof peopleIn>;

/** Joins what makes accounts, and what brings people into them and out again. */
export function peopleIn(parts: PeopleParts) {
  const { store, access, clock, limiter } = parts;
  // One of each: how much is hashed at once, and how often one failed, is counted there.
  const proofs = { hashing: passwordHashing(), failedAttempts: limiter('failed_passwords') };
  const passwords = passwordsIn({ ...proofs, store, clock });
  return {
    passwords,
    ownPassword: ownPasswordIn({ ...proofs, store, access, clock }),
    users: usersIn({ store, access, clock }),
    invitations: invitationsIn({ store, access, clock }),
    activation: activationIn({ ...parts, passwords, failedAttempts: limiter('failed_activations') }),
    accountRegister: accountRegisterIn({ store, access, clock }),
    newAccounts: newAccountsIn({ store, access, clock }),
    whoAmI: whoAmIIn({
      store,
      nameOfServiceId: async (iamId) => (await store.read(SERVICE_IDS).find('byIamId', [iamId]))?.name,
    }),
  };
}
