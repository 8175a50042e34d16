import { type Insert, insert } from '../store/changes.ts';
import { defineCollection, type Entity } from '../store/collection.ts';
import { firstEntityTag } from '../store/entity-tag.ts';
import {
  grantSubject,
  isOfOneAccount,
  REVOKED_TOKEN_GENERATION,
  tokenSubject,
} from '../token-format/revocation-subjects.ts';
import { ACCESS_TOKEN_LIMIT_SECONDS, REFRESH_TOKEN_LIMIT_SECONDS } from '../token-format/token-types.ts';

/**
 * The durable record that tokens are taken back: those of `subject` whose generation is below `minimum`. It is made in
 * the same commit as what caused it, and vanishes when the last token it can concern has expired everywhere.
 */
export interface Revocation extends Entity {
  readonly accountId: string;
  /** One of the names of `token-format/revocation-subjects.ts`: `key:<id>`, `token:<jti>`, … */
  readonly subject: string;
  /** The first generation that is good again. */
  readonly minimum: number;
  readonly createdAt: number;
  readonly expiresAt: number;
}

/** The change that makes one. */
export type RevocationInsert = Insert & { readonly entity: Revocation };

/** All revocations that still matter. */
export const REVOCATIONS = defineCollection<Revocation>()('revocations', {
  fields: {
    id: 'string',
    entityTag: 'string',
    accountId: 'string',
    subject: 'string',
    minimum: 'integer',
    createdAt: 'integer',
    expiresAt: 'integer',
  },
  indexes: {
    byExpiry: { fields: ['expiresAt', 'id'] },
    bySubject: { fields: ['subject', 'minimum', 'id'] },
  },
  followed: true,
  immutable: true,
  expiresBy: 'expiresAt',
});

/** The longest life of an access token, in milliseconds. */
export const LONGEST_TOKEN_LIFE_MILLISECONDS = ACCESS_TOKEN_LIMIT_SECONDS * 1_000;

/** The largest clock difference of a verifier that is still tolerated, in milliseconds. */
export const TOLERATED_SKEW_MILLISECONDS = 60_000;

/**
 * How long after a cut-off tokens that it concerns may still be made, in milliseconds: by a process that has not heard of it
 * yet (a second; in an outage the grace) and has waited for a signature since.
 */
const LATE_TOKENS_MILLISECONDS = 30_000;

/**
 * No revocation is believed for longer, whatever it says of itself: its news pass through places where others may write.
 * Twice what any needs, because clocks differ.
 */
export const LONGEST_KEPT_MILLISECONDS = 2 * REFRESH_TOKEN_LIMIT_SECONDS * 1_000;

/** The longest time for which a refresh token that is made at this moment can be used, in milliseconds. */
const LONGEST_REFRESH_MILLISECONDS = REFRESH_TOKEN_LIMIT_SECONDS * 1_000;

/** @returns until when a cut-off that is made now can concern an access token */
export const cutOffExpiry = (now: number): number =>
  now + LATE_TOKENS_MILLISECONDS + LONGEST_TOKEN_LIFE_MILLISECONDS + TOLERATED_SKEW_MILLISECONDS;

const refreshExpiry = (now: number): number =>
  now + LATE_TOKENS_MILLISECONDS + LONGEST_REFRESH_MILLISECONDS + TOLERATED_SKEW_MILLISECONDS;

/**
 * A cut-off of a subject's generation, to be committed together with the change that bumps it. That of an account or a
 * membership is kept for as long as a refresh token lives: one for another account of the same user knows nothing of its
 * generation, and must not lead into it any more.
 */
export function cutOff(subject: string, minimum: number, accountId: string, now: number): RevocationInsert {
  const expiresAt = isOfOneAccount(subject) ? refreshExpiry(now) : cutOffExpiry(now);
  return revocation({ subject, minimum, accountId, createdAt: now, expiresAt });
}

/** The end of one token, by its `jti`. @param tokenExpiresAt its `exp`, in milliseconds */
export function tokenRevocation(jti: string, accountId: string, tokenExpiresAt: number, now: number): RevocationInsert {
  const expiresAt = tokenExpiresAt + TOLERATED_SKEW_MILLISECONDS;
  const subject = tokenSubject(jti);
  return revocation({ subject, minimum: REVOKED_TOKEN_GENERATION, accountId, createdAt: now, expiresAt });
}

/**
 * The end of all tokens of one authorization grant. It is kept for as long as the youngest refresh token of the grant, which
 * may be made at this moment, can live.
 */
export function grantRevocation(grantId: string, accountId: string, now: number): RevocationInsert {
  const expiresAt = refreshExpiry(now);
  const subject = grantSubject(grantId);
  return revocation({ subject, minimum: REVOKED_TOKEN_GENERATION, accountId, createdAt: now, expiresAt });
}

function revocation(parts: Omit<Revocation, 'id' | 'entityTag'>): RevocationInsert {
  const entity = { id: `${parts.subject}@${parts.minimum}`, entityTag: firstEntityTag(), ...parts };
  return { ...insert(REVOCATIONS, entity), entity };
}
