import { defineCollection, type Entity } from '../store/collection.ts';

/** A person, known in the whole installation; in which accounts, memberships say. */
export interface User extends Entity {
  /** The iam id, which begins with `USER_REALM`. */
  readonly id: string;
  /** Lower case, unique. */
  readonly email: string;
  readonly name: string;
  readonly givenName: string;
  readonly familyName: string;
  /** True: nobody has become this user yet; whoever uses an activation code first does. Absent: somebody has. */
  readonly unclaimed?: boolean;
  /**
   * The account that introduced the user, and on whose word alone the e-mail address is the user's. Absent: the word of
   * the installation's operator, which counts everywhere.
   */
  readonly introducedIn?: string;
  /**
   * New memberships begin above it: one that follows a removed one must not have generations that were cut off, nor those
   * that old refresh tokens carry. Absent: 0.
   */
  readonly generationFloor?: number;
  /** Bumped to end every token of the user in every account. */
  readonly generation: number;
  readonly createdAt: number;
  readonly modifiedAt: number;
}

/** The realm in which users live; the first part of their iam id. */
export const USER_REALM = 'IBMid';

/** All users of the installation. */
export const USERS = defineCollection<User>()('users', {
  fields: {
    id: 'string',
    entityTag: 'string',
    email: 'string',
    name: 'string',
    givenName: 'string',
    familyName: 'string',
    unclaimed: 'boolean',
    introducedIn: 'string',
    generationFloor: 'integer',
    generation: 'integer',
    createdAt: 'integer',
    modifiedAt: 'integer',
  },
  indexes: { byEmail: { fields: ['email'], unique: true } },
  followed: true,
});

/**
 * `pending`: invited, until an activation code is used. `removed`: a tombstone, until what the user was given in the account
 * is removed in the background. Only `active` lets keys in.
 */
export type MembershipState = 'pending' | 'active' | 'suspended' | 'removed';

/** That a user belongs to an account. */
export interface Membership extends Entity {
  /** `<account id>:<iam id>`. */
  readonly id: string;
  readonly accountId: string;
  readonly iamId: string;
  readonly state: MembershipState;
  /** Bumped to end the user's tokens in this account alone. */
  readonly generation: number;
  readonly createdAt: number;
}

/** All memberships. */
export const MEMBERSHIPS = defineCollection<Membership>()('memberships', {
  fields: {
    id: 'string',
    entityTag: 'string',
    accountId: 'string',
    iamId: 'string',
    state: 'string',
    generation: 'integer',
    createdAt: 'integer',
  },
  indexes: {
    byAccount: { fields: ['accountId', 'createdAt', 'id'] },
    byUser: { fields: ['iamId', 'createdAt', 'id'] },
    byState: { fields: ['state', 'createdAt', 'id'] },
  },
  followed: true,
});

/** @returns the id of the membership of one user in one account */
export const membershipId = (accountId: string, iamId: string): string => `${accountId}:${iamId}`;
