/**
 * How much comparing one question may still take. Policies of one tenant are compared on a thread that serves all: a
 * thousand policies with patterns that nearly fit everywhere would hold up everybody. What takes longer does not hold.
 */
export interface Effort {
  /** In characters and values that are compared. */
  left: number;
}

/** What one decision may take: some milliseconds. A thousand policies as somebody means them take a tenth of it. */
const OF_A_DECISION = 250_000;
/** What comparing rights with rights may take, which is asked seldom. */
const OF_A_COMPARISON = 3_000_000;

/** @returns the effort of one decision */
export const effortOfDecision = (): Effort => ({ left: OF_A_DECISION });

/** @returns the effort of one comparison of what somebody holds with what is to be given */
export const effortOfComparison = (): Effort => ({ left: OF_A_COMPARISON });

/** Beside one for each character, steps that matching may take; a pattern that somebody means takes none of them. */
const FURTHER_STEPS = 10_000;

const ANY = '*'.charCodeAt(0);
const ONE = '?'.charCodeAt(0);

/**
 * `*` stands for any characters, `?` for one. On a mismatch only the last `*` is lengthened.
 * @returns false as well when it takes more than it may
 */
export function matchesPattern(pattern: string, value: string, effort: Effort = effortOfDecision()): boolean {
  let inPattern = 0;
  let inValue = 0;
  let star = -1;
  let starValue = 0;
  const most = Math.min(pattern.length + value.length + FURTHER_STEPS, effort.left);
  let steps = most;
  while (inValue < value.length) {
    steps -= 1;
    if (steps < 0) break;
    // Past its end it is `NaN`, which is no character.
    const wanted = pattern.charCodeAt(inPattern);
    if (wanted === ANY) {
      star = inPattern;
      starValue = inValue;
      inPattern += 1;
    } else if (wanted === ONE || wanted === value.charCodeAt(inValue)) {
      inPattern += 1;
      inValue += 1;
    } else if (star >= 0) {
      starValue += 1;
      inPattern = star + 1;
      inValue = starValue;
    } else break;
  }
  effort.left -= most - steps;
  if (inValue < value.length) return false;
  while (pattern.charCodeAt(inPattern) === ANY) inPattern += 1;
  return inPattern === pattern.length;
}
