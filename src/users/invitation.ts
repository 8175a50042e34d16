import { activationCodeDigest } from '../secrets/activation-code.ts';
import { type Change, insert, replace } from '../store/changes.ts';
import { defineCollection, type Entity } from '../store/collection.ts';
import { firstEntityTag, nextEntityTag } from '../store/entity-tag.ts';
import type { Membership } from './user.ts';

/**
 * That somebody may become a member of an account by a code. It is in the durable store, not among the expiring values: an
 * invitation that was answered must survive the loss of Redis. Whoever uses the code removes it in the same commit.
 */
export interface Invitation extends Entity {
  /** That of the membership: a new invitation takes the place of the one before, whose code then is void. */
  readonly id: string;
  readonly accountId: string;
  readonly iamId: string;
  readonly digest: string;
  /** Whether the installation's operator invited: then the address counts as the user's in every account. */
  readonly byOperator: boolean;
  readonly createdAt: number;
  readonly createdBy: string;
  /** The first instant at which the code is no longer good. */
  readonly expiresAt: number;
}

/** All open invitations. */
export const INVITATIONS = defineCollection<Invitation>()('invitations', {
  fields: {
    id: 'string',
    entityTag: 'string',
    accountId: 'string',
    iamId: 'string',
    digest: 'string',
    byOperator: 'boolean',
    createdAt: 'integer',
    createdBy: 'string',
    expiresAt: 'integer',
  },
  indexes: {
    byDigest: { fields: ['digest'], unique: true },
    byExpiry: { fields: ['expiresAt', 'id'] },
  },
  expiresBy: 'expiresAt',
});

/** How long an activation code is good: 7 days. */
export const INVITATION_MILLISECONDS = 7 * 24 * 3_600_000;

/** Who invites, and on whose word. */
export interface Inviter {
  readonly iamId: string;
  readonly byOperator: boolean;
}

/** The change that opens an invitation for a membership, or puts it in the place of the one before. */
export function invitationChange(
  { id, accountId, iamId }: Membership,
  { code, inviter, now, before }: { code: string; inviter: Inviter; now: number; before: Invitation | undefined },
): Change {
  const invitation: Invitation = {
    id,
    entityTag: before === undefined ? firstEntityTag() : nextEntityTag(before.entityTag),
    accountId,
    iamId,
    digest: activationCodeDigest(code),
    byOperator: inviter.byOperator,
    createdAt: now,
    createdBy: inviter.iamId,
    expiresAt: now + INVITATION_MILLISECONDS,
  };
  return before === undefined ? insert(INVITATIONS, invitation) : replace(INVITATIONS, invitation, before.entityTag);
}
