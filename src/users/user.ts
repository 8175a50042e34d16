import { defineCollection, type Entity } from '../store/collection.ts';

/** A person, known in the whole installation; in which accounts, memberships say. */
export interface User extends Entity {
  /** The iam id: `IBMid-…`. */
  readonly id: string;
  /** Lower case, unique. */
  readonly email: string;
  readonly name: string;
  readonly givenName: string;
  readonly familyName: string;
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
    generation: 'integer',
    createdAt: 'integer',
    modifiedAt: 'integer',
  },
  indexes: { byEmail: { fields: ['email'], unique: true } },
  followed: true,
});

/** That a user belongs to an account. */
export interface Membership extends Entity {
  /** `<account id>:<iam id>`. */
  readonly id: string;
  readonly accountId: string;
  readonly iamId: string;
  readonly state: 'active' | 'suspended';
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
  },
  followed: true,
});

/** @returns the id of the membership of one user in one account */
export const membershipId = (accountId: string, iamId: string): string => `${accountId}:${iamId}`;
