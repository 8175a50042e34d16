import { defineCollection, type Entity } from '../store/collection.ts';

/** That an identity is in an access group. Inserted and removed, never changed. */
export interface GroupMember extends Entity {
  /** `<account id>:<group id>:<iam id>`, so that whoever hears only of a removal knows of whom. */
  readonly id: string;
  readonly accountId: string;
  readonly groupId: string;
  /** Need not exist (yet) in the account. */
  readonly iamId: string;
  readonly kind: MemberKind;
  readonly createdAt: number;
  readonly createdBy: string;
}

/** What a member is said to be by whoever added it. */
export type MemberKind = 'user' | 'service' | 'profile';

/** Who is in which group. */
export const GROUP_MEMBERS = defineCollection<GroupMember>()('access_group_members', {
  fields: {
    id: 'string',
    entityTag: 'string',
    accountId: 'string',
    groupId: 'string',
    iamId: 'string',
    kind: 'string',
    createdAt: 'integer',
    createdBy: 'string',
  },
  indexes: {
    byIdentity: { fields: ['accountId', 'iamId', 'createdAt', 'id'] },
    byGroup: { fields: ['groupId', 'createdAt', 'id'] },
    byKind: { fields: ['groupId', 'kind', 'createdAt', 'id'] },
  },
  followed: true,
});

/** @returns the id of the membership of one identity in one group */
export const groupMemberId = ({ accountId, groupId, iamId }: MemberName): string => `${accountId}:${groupId}:${iamId}`;

/** Who is in what. */
export interface MemberName {
  readonly accountId: string;
  readonly groupId: string;
  readonly iamId: string;
}

/** @returns what `groupMemberId` was given; an iam id may itself contain colons */
export function memberNameOf(id: string): MemberName {
  const [accountId = '', groupId = '', ...rest] = id.split(':');
  return { accountId, groupId, iamId: rest.join(':') };
}
