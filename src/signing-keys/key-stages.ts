import type { SigningKey } from './signing-key.ts';

/** Which keys count at an instant, and how long that stays so. */
export interface KeyStages {
  /**
   * The keys that verify and are published, in the order in which they should sign: the current one, then previous ones
   * from new to old, then the next ones. A process signs with the first whose private half it can open.
   */
  readonly live: readonly SigningKey[];
  /** Holds for all instants from `from` (inclusive) to `until` (exclusive), while the keys stay the same. */
  readonly from: number;
  readonly until: number;
}

/**
 * Derives the stages next → current → previous → ended from the keys' times alone. Whatever the clock says, even one that
 * was set back before every `signFrom`, there is a key to sign with.
 * @param verifyMilliseconds how long a key verifies after it has stopped signing
 */
export function stagesAt(keys: readonly SigningKey[], now: number, verifyMilliseconds: number): KeyStages {
  const usable = keys.filter((key) => key.droppedAt === undefined);
  const live = usable.filter((key) => now < endOf(key, keys, verifyMilliseconds));
  const begun = live.filter((key) => key.signFrom <= now).sort((a, b) => b.ordinal - a.ordinal);
  const coming = live.filter((key) => key.signFrom > now).sort((a, b) => a.signFrom - b.signFrom);
  const turns = usable.flatMap((key) => [key.signFrom, endOf(key, keys, verifyMilliseconds)]);
  return {
    live: [...begun, ...coming],
    from: Math.max(Number.NEGATIVE_INFINITY, ...turns.filter((turn) => turn <= now)),
    until: Math.min(Number.POSITIVE_INFINITY, ...turns.filter((turn) => turn > now)),
  };
}

/** @returns the keys, dropped ones too, of which no token can be alive any more; the store may forget them */
export function endedKeys(keys: readonly SigningKey[], now: number, verifyMilliseconds: number): readonly SigningKey[] {
  return keys.filter((key) => now >= forgettableAt(key, keys, verifyMilliseconds));
}

/** The instant from which a key verifies no more; infinite while no other key is to take over from it. */
function endOf(key: SigningKey, keys: readonly SigningKey[], verifyMilliseconds: number): number {
  const takeovers = keys
    .filter((other) => other.ordinal > key.ordinal && hasSigned(other))
    .map((other) => other.signFrom);
  return Math.min(Number.POSITIVE_INFINITY, ...takeovers) + verifyMilliseconds;
}

/** False for a key that was dropped before its turn: the one before it never stopped. */
const hasSigned = ({ droppedAt, signFrom }: SigningKey): boolean => droppedAt === undefined || droppedAt >= signFrom;

/** A dropped key's row stays for a while, because the end of the key before it is derived from it. */
function forgettableAt(key: SigningKey, keys: readonly SigningKey[], verifyMilliseconds: number): number {
  return key.droppedAt === undefined ? endOf(key, keys, verifyMilliseconds) : key.droppedAt + verifyMilliseconds;
}
