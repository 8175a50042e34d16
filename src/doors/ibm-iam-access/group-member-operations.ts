import type { Operation } from '../../http/openapi.ts';
import { GROUP_PATH_PARAMETERS } from './access-group-schemas.ts';
import { failureAnswers } from './failure-answers.ts';
import {
  ADDED_MEMBERS,
  ALL_GROUPS_PARAMETERS,
  CHANGED_MEMBERSHIPS,
  IDENTITY_PATH_PARAMETERS,
  LEAVING_MEMBERS,
  MEMBER_LIST,
  MEMBER_LIST_PARAMETERS,
  MEMBER_PATH_PARAMETERS,
  NEW_MEMBERS,
  NEW_MEMBERSHIPS,
  REMOVED_MEMBERS,
} from './group-member-schemas.ts';

/** The paths of members, as the routes declare them. */
export const GROUP_MEMBER_PATHS = {
  all: '/v2/groups/:id/members',
  leaving: '/v2/groups/:id/members/delete',
  one: '/v2/groups/:id/members/:iam_id',
  everywhere: '/v2/groups/_allgroups/members/:iam_id',
} as const;

const COMMON = { tags: ['Access groups'], security: ['bearer'] } as const;
const OF_GROUP = { ...COMMON, parameters: { path: GROUP_PATH_PARAMETERS } } as const;
const ONE = { ...COMMON, path: GROUP_MEMBER_PATHS.one, parameters: { path: MEMBER_PATH_PARAMETERS } } as const;
const EVERYWHERE = {
  ...COMMON,
  path: GROUP_MEMBER_PATHS.everywhere,
  parameters: { path: IDENTITY_PATH_PARAMETERS, query: ALL_GROUPS_PARAMETERS },
} as const;

const ADDING_EVERYWHERE = {
  ...EVERYWHERE,
  summary: 'Add an identity to many access groups',
  description: 'Each by itself. The caller must hold everything that a group is given.',
  body: { schema: NEW_MEMBERSHIPS },
  answers: {
    207: { description: 'Each group with its outcome.', schema: CHANGED_MEMBERSHIPS },
    ...failureAnswers(413, 415),
  },
} as const;

/** The rows of members; operation ids are those of IBM's generated clients. */
export const GROUP_MEMBER_OPERATIONS: readonly Operation[] = [
  {
    ...OF_GROUP,
    method: 'PUT',
    path: GROUP_MEMBER_PATHS.all,
    operationId: 'addMembersToAccessGroup',
    requires: { action: 'iam-groups.members.add' },
    summary: 'Add members to an access group',
    description: 'All or none. The caller must hold everything that the group is given.',
    body: { schema: NEW_MEMBERS },
    answers: {
      207: { description: 'Each with its outcome.', schema: ADDED_MEMBERS },
      ...failureAnswers(404, 409, 413, 415),
    },
  },
  {
    ...COMMON,
    method: 'GET',
    path: GROUP_MEMBER_PATHS.all,
    operationId: 'listAccessGroupMembers',
    requires: { action: 'iam-groups.members.list' },
    summary: 'List the members of an access group',
    parameters: { path: GROUP_PATH_PARAMETERS, query: MEMBER_LIST_PARAMETERS },
    answers: { 200: { description: 'One page of members.', schema: MEMBER_LIST }, ...failureAnswers(404) },
  },
  {
    ...ONE,
    method: 'HEAD',
    operationId: 'isMemberOfAccessGroup',
    requires: { action: 'iam-groups.members.list' },
    summary: 'Ask whether an identity is a member of an access group',
    answers: { 204: { description: 'It is.' }, ...failureAnswers(404) },
  },
  {
    ...ONE,
    method: 'DELETE',
    operationId: 'removeMemberFromAccessGroup',
    requires: { action: 'iam-groups.members.remove' },
    summary: 'Remove a member from an access group',
    answers: { 204: { description: 'Done; no body.' }, ...failureAnswers(404) },
  },
  {
    ...OF_GROUP,
    method: 'POST',
    path: GROUP_MEMBER_PATHS.leaving,
    operationId: 'removeMembersFromAccessGroup',
    requires: { action: 'iam-groups.members.remove' },
    summary: 'Remove members from an access group',
    body: { schema: LEAVING_MEMBERS },
    answers: {
      207: { description: 'Each with its outcome.', schema: REMOVED_MEMBERS },
      ...failureAnswers(404, 413, 415),
    },
  },
  {
    ...ADDING_EVERYWHERE,
    method: 'PUT',
    operationId: 'addMemberToMultipleAccessGroups',
    requires: { action: 'iam-groups.members.add' },
  },
  {
    ...ADDING_EVERYWHERE,
    method: 'POST',
    operationId: 'postMemberToMultipleAccessGroups',
    requires: { action: 'iam-groups.members.add' },
  },
  {
    ...EVERYWHERE,
    method: 'DELETE',
    operationId: 'removeMemberFromAllAccessGroups',
    requires: { action: 'iam-groups.members.remove' },
    summary: 'Remove an identity from all access groups',
    answers: {
      207: { description: 'Each group with its outcome.', schema: CHANGED_MEMBERSHIPS },
      ...failureAnswers(404),
    },
  },
];
