import { hash } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '../clock/clock.ts';
import {
  isSingleSubject,
  REVOKED_TOKEN_GENERATION,
  type RevocationSubject,
} from '../token-format/revocation-subjects.ts';
import { type DigestSet, digestSet } from './digest-set.ts';
import { DIGEST_WORDS } from './digest-table.ts';
import { type OverflowFilter, overflowFilter } from './overflow-filter.ts';
import { LONGEST_KEPT_MILLISECONDS } from './revocation.ts';

/** How much of what is revoked is held, and in what. */
export interface RevokedSubjectsSize {
  /** Tokens and grants that were revoked singly and are held exactly. */
  readonly size: number;
  /** Keys, identities, memberships, accounts and the installation with a generation that was cut off. */
  readonly generations: number;
  /** Tokens and grants beyond the bound: held by a filter, and looked up in the durable store when it seems to have them. */
  readonly filtered: number;
  /** About so much memory. */
  readonly bytes: number;
}

/** What is revoked, in bounded memory; it hears and asks nobody. */
export interface RevokedSubjects extends RevokedSubjectsSize {
  /** Everything singly revoked, for snapshots. */
  readonly singles: Pick<DigestSet, 'pieces' | 'entries'>;
  readonly filter: Pick<OverflowFilter, 'slices' | 'adopt'>;
  readonly cutOffs: ReadonlyMap<string, CutOff>;
  /** How much was learned; grows with whatever was not known before. */
  readonly learned: number;
  /** @returns true: revoked; false: not revoked, as far as was learned; or the subjects that only the store can tell */
  judge(subjects: readonly RevocationSubject[]): boolean | readonly RevocationSubject[];
  /** Minimums only ever grow: a change that comes twice, or late, must not bring a revoked token back. */
  learn(subject: string, minimum: number, expiresAt: number): void;
  /** Learns something singly revoked by its digest. */
  learnDigest(words: Uint32Array, at: number, expirySeconds: number): void;
  /** Forgets what has expired, in steps that hold up nobody. */
  sweep(): Promise<void>;
}

/** A generation that was cut off. */
export interface CutOff {
  readonly minimum: number;
  readonly expiresAt: number;
}

/** Tokens and grants that are held exactly: 27 to 34 MB. */
export const SINGLES_LIMIT = 1_000_000;

/** After so long, requests have their turn. */
const SWEEP_STEP_MILLISECONDS = 1;

/** An entry of a `Map` with its name and object, measured with keys of 48 characters. */
const CUT_OFF_BYTES = 200;

/** @param singlesLimit how many tokens and grants are held exactly. Default: 1,000,000 */
export function revokedSubjects(clock: Clock, singlesLimit = SINGLES_LIMIT): RevokedSubjects {
  const cutOffs = new Map<string, CutOff>();
  const singles = digestSet(singlesLimit);
  const filter = overflowFilter();
  let learned = 0;

  const learnDigest = (words: Uint32Array, at: number, expirySeconds: number): void => {
    // Read from a snapshot, or from the store before it was swept there.
    if (expirySeconds < Math.floor(clock.now() / 1_000)) return;
    learned += 1;
    // Never refused: what does not fit is held with less, and then costs a look-up.
    if (!singles.add(words, at, expirySeconds)) filter.add(words, at, expirySeconds, secondsFrom(clock.now()));
  };
  const mayHaveSingle = (subject: string): boolean | 'ask' => {
    if (singles.size === 0 && filter.size === 0) return false;
    const words = digestOf(subject);
    if (singles.has(words, 0)) return true;
    return filter.mayHave(words, 0) ? 'ask' : false;
  };

  return {
    ...{ singles, filter, cutOffs, learnDigest },
    get learned() {
      return learned;
    },
    get size() {
      return singles.size;
    },
    get generations() {
      return cutOffs.size;
    },
    get filtered() {
      return filter.size;
    },
    get bytes() {
      return singles.bytes + filter.bytes + cutOffs.size * CUT_OFF_BYTES;
    },
    judge(subjects) {
      let toAsk: readonly RevocationSubject[] | undefined;
      for (const asked of subjects) {
        const [subject, generation] = asked;
        if (!isSingleSubject(subject)) {
          if (generation < (cutOffs.get(subject)?.minimum ?? 0)) return true;
          continue;
        }
        const held = generation < REVOKED_TOKEN_GENERATION && mayHaveSingle(subject);
        if (held === true) return true;
        if (held === 'ask') toAsk = [...(toAsk ?? []), asked];
      }
      return toAsk ?? false;
    },
    learn(subject, minimum, statedExpiry) {
      const expiresAt = Math.min(statedExpiry, clock.now() + LONGEST_KEPT_MILLISECONDS);
      if (isSingleSubject(subject)) return learnDigest(digestOf(subject), 0, secondsFrom(expiresAt));
      const known = cutOffs.get(subject);
      if (expiresAt < clock.now()) return;
      if (known !== undefined && known.minimum >= minimum && known.expiresAt >= expiresAt) return;
      learned += 1;
      cutOffs.set(subject, {
        minimum: Math.max(minimum, known?.minimum ?? 0),
        expiresAt: Math.max(expiresAt, known?.expiresAt ?? 0),
      });
    },
    async sweep() {
      const now = clock.now();
      for (const [subject, { expiresAt }] of cutOffs) if (expiresAt < now) cutOffs.delete(subject);
      let turnedAt = performance.now();
      for (let piece = 0; piece < singles.pieces; piece += 1) {
        singles.sweep(piece, Math.floor(now / 1_000));
        if (performance.now() - turnedAt < SWEEP_STEP_MILLISECONDS) continue;
        await turn();
        turnedAt = performance.now();
      }
      filter.sweep(Math.floor(now / 1_000));
    },
  };
}

/** Rounded up: nothing is forgotten before its time. */
const secondsFrom = (milliseconds: number): number => Math.ceil(milliseconds / 1_000);

/**
 * Half of a SHA-256: nobody can find a token whose name has the digest of another's. Every process makes the same one, so
 * that a snapshot is of use to all; where it stands in memory, each decides for itself.
 */
function digestOf(subject: string): Uint32Array {
  // As text: a buffer would have memory outside of the heap, and cost twice as much to make and to collect.
  const bytes = hash('sha256', subject, 'binary');
  const words = new Uint32Array(DIGEST_WORDS);
  for (let word = 0; word < DIGEST_WORDS; word += 1) {
    const at = word * 4;
    words[word] =
      bytes.charCodeAt(at) |
      (bytes.charCodeAt(at + 1) << 8) |
      (bytes.charCodeAt(at + 2) << 16) |
      (bytes.charCodeAt(at + 3) << 24);
  }
  return words;
}
