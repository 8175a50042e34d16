import type { Caller } from '../access/caller.ts';
import { ACCOUNTS, INSTALLATION_ID, INSTALLATIONS } from '../accounts/account.ts';
import { addressBucketOf, type FailedAttempts } from '../limits/failed-attempts.ts';
import { EntityExists } from '../problems/entity-problems.ts';
import { ParameterInvalid } from '../problems/request-problems.ts';
import type { SecretDigests } from '../secrets/secret-digests.ts';
import { type Change, replace } from '../store/changes.ts';
import { nextEntityTag } from '../store/entity-tag.ts';
import type { Store } from '../store/store.ts';
import { AlreadyExists } from '../store/store-errors.ts';
import { API_KEYS } from './api-key.ts';
import { chosenSecretFault } from './chosen-secret.ts';

/** Makes keys of values that their makers chose. */
export interface ChosenValues {
  /**
   * Commits the changes that make a key, and with the first such key of the installation what it needs besides.
   * @param value the chosen one; `undefined`: the key has a generated one, and there is nothing to look at
   * @throws StaleEntityTag    something was changed meanwhile; made again, it may succeed
   * @throws ParameterInvalid  the account does not allow it, or it has no allowed form
   * @throws EntityExists      another key has it
   * @throws RateLimited       the caller has met too many values of others
   */
  commit(caller: Caller, accountId: string, value: string | undefined, changes: readonly Change[]): Promise<void>;
}

/** What they stand on. */
export interface ChosenValuesParts {
  readonly store: Store;
  readonly digests: SecretDigests;
  /** Counts values that were taken: who could try without a limit could guess the keys of other accounts. */
  readonly takenValues: FailedAttempts;
}

/** @returns the one way in which a chosen value comes into `store` */
export function chosenValuesIn({ store, digests, takenValues }: ChosenValuesParts): ChosenValues {
  /** A key that is still under a retired pepper has another digest, and the unique index does not know it. */
  const isTaken = async (value: string): Promise<boolean> => {
    const reader = store.read(API_KEYS);
    const found = await Promise.all(
      digests.digestsOfEveryPepper(value).map((digest) => reader.find('byDigest', [digest])),
    );
    return found.some((apiKey) => apiKey !== undefined);
  };

  const commitChosen = async (changes: readonly Change[], value: string): Promise<boolean> => {
    if (await isTaken(value)) return false;
    try {
      await store.commit([...(await firstOfInstallation(store)), ...changes]);
      return true;
    } catch (error) {
      // Somebody was faster with the same value; ids are random.
      if (error instanceof AlreadyExists && error.collection === API_KEYS.name) return false;
      throw error;
    }
  };

  return {
    async commit(caller, accountId, value, changes) {
      if (value === undefined) return store.commit(changes);
      await requireAllowed(store, accountId);
      const fault = chosenSecretFault(value);
      if (fault !== undefined) throw new ParameterInvalid('apikey', fault);
      // Guessing: "taken" tells that the value opens something. It may be learnt as seldom as at the exchange.
      const buckets = [`identity ${caller.iamId}`, `address ${addressBucketOf(caller.address)}`];
      for (const bucket of buckets) takenValues.check(bucket);
      if (await commitChosen(changes, value)) return;
      for (const bucket of buckets) takenValues.record(bucket);
      throw new EntityExists('The value cannot be used.', {
        details: 'Choose another value for apikey, or leave it out.',
      });
    },
  };
}

async function requireAllowed(store: Store, accountId: string): Promise<void> {
  const account = await store.read(ACCOUNTS).get(accountId);
  if (account?.settings.chosenApiKeyValues === true) return;
  throw new ParameterInvalid('apikey', 'must be left out: the account does not allow values chosen by the caller');
}

/** What is committed with the first key of a chosen value: from then on the exchange looks such values up. */
async function firstOfInstallation(store: Store): Promise<readonly Change[]> {
  const installation = await store.read(INSTALLATIONS).get(INSTALLATION_ID);
  if (installation === undefined || installation.hasChosenKeys === true) return [];
  const { entityTag } = installation;
  const marked = { ...installation, hasChosenKeys: true, entityTag: nextEntityTag(entityTag) };
  return [replace(INSTALLATIONS, marked, entityTag)];
}

/**
 * Whether there may be a key of a chosen value. Known from memory: while there is none, rubbish that is long enough to
 * be one costs no look-up.
 */
export async function mayHaveChosenKeys(store: Store): Promise<boolean> {
  const installation = await store.readRecent(INSTALLATIONS).get(INSTALLATION_ID);
  return installation?.hasChosenKeys === true;
}
