import type { Request, RequestHandler, Router } from 'express';
import type { z } from 'zod';
import type { GroupMember } from '../../access-groups/group-member.ts';
import type { GroupMembers, Outcome } from '../../access-groups/group-members.ts';
import type { MemberOrder } from '../../access-groups/list-members.ts';
import type { KnownAs } from '../../access-groups/people-and-programs.ts';
import { type CallerOf, writeNothing } from '../../http/api-answers.ts';
import { methods } from '../../http/methods.ts';
import { readJson } from '../../http/read-json.ts';
import { readQuery } from '../../http/read-query.ts';
import { requestNamesOf } from '../../http/request-identity.ts';
import { parsedBySchema } from '../../http/schema-problems.ts';
import { ACCESS_GROUP_PATHS } from './access-group-operations.ts';
import { errorOf } from './answers.ts';
import { GROUP_MEMBER_PATHS } from './group-member-operations.ts';
import {
  ALL_GROUPS_PARAMETERS,
  IDENTITY_PATH_PARAMETERS,
  LEAVING_MEMBERS,
  type ListedMember,
  MEMBER_LIST_PARAMETERS,
  NEW_MEMBERS,
  NEW_MEMBERSHIPS,
} from './group-member-schemas.ts';
import { offsetEnvelope } from './offset-pages.ts';
import { dateOf } from './texts.ts';

/** What the routes of members stand on. */
export interface GroupMemberRouteParts {
  readonly groupMembers: GroupMembers;
  readonly callerOf: CallerOf;
  /** Without a last slash. */
  readonly publicUrl: string;
}

type OneGroupHandler = RequestHandler<{ id: string }>;
type OneMemberHandler = RequestHandler<{ id: string; iam_id: string }>;
type OneIdentityHandler = RequestHandler<{ iam_id: string }>;

/** `/v2/groups/{id}/members` (IBM Cloud IAM Access Groups API, "Membership operations"). */
export function groupMemberRoutes(router: Router, parts: GroupMemberRouteParts): void {
  methods(router, GROUP_MEMBER_PATHS.everywhere, {
    // IBM's clients put; its API's description has had it as a post.
    PUT: addToMany(parts),
    POST: addToMany(parts),
    DELETE: removeFromAll(parts),
  });
  methods(router, GROUP_MEMBER_PATHS.leaving, { POST: removeMany(parts) });
  methods(router, GROUP_MEMBER_PATHS.all, { GET: listMembers(parts), PUT: addMembers(parts) });
  methods(router, GROUP_MEMBER_PATHS.one, { HEAD: isMember(parts), DELETE: removeMember(parts) });
}

function addMembers({ groupMembers, callerOf }: GroupMemberRouteParts): OneGroupHandler {
  return async (request, response) => {
    const caller = await callerOf(request);
    const { members } = await readJson(request, NEW_MEMBERS);
    const wanted = members.map(({ iam_id: iamId, type: kind }) => ({ iamId, kind }));
    const added = await groupMembers.add(caller, request.params.id, wanted);
    response.status(207).json({ members: added.map((member) => ({ ...membership(member), status_code: 200 })) });
  };
}

function listMembers({ groupMembers, callerOf, publicUrl }: GroupMemberRouteParts): OneGroupHandler {
  return async (request, response) => {
    const caller = await callerOf(request);
    const query = readQuery(request, MEMBER_LIST_PARAMETERS);
    const { id } = request.params;
    // Nobody is in a group for a while: no identity here has claims by which a rule could let it in.
    const isEmpty = query.membership_type === 'dynamic';
    const limit = isEmpty ? 0 : query.limit;
    const wanted = { kind: query.type, order: orderOf(query.sort), offset: query.offset, limit };
    const { rows, total } = await groupMembers.list(caller, id, wanted);
    const known = query.verbose ? await Promise.all(rows.map((row) => groupMembers.knownAs(row))) : [];
    const path = `${ACCESS_GROUP_PATHS.all}/${id}/members`;
    const list = { request, publicUrl, path, parameters: Object.keys(MEMBER_LIST_PARAMETERS.shape) };
    const members = rows.map((row, index) => listedMember(row, `${publicUrl}${path}`, known[index]));
    response.json({ ...offsetEnvelope(list, query, isEmpty ? 0 : total), members });
  };
}

type Sort = z.output<typeof MEMBER_LIST_PARAMETERS>['sort'];

function orderOf(sort: Sort): MemberOrder | undefined {
  if (sort === undefined) return undefined;
  const descending = sort.startsWith('-');
  // Safe: without its sign it is one of the orders.
  return { by: (descending ? sort.slice(1) : sort) as MemberOrder['by'], descending };
}

function isMember({ groupMembers, callerOf }: GroupMemberRouteParts): OneMemberHandler {
  return async (request, response) => {
    await groupMembers.get(await callerOf(request), request.params.id, request.params.iam_id);
    writeNothing(response);
  };
}

function removeMember({ groupMembers, callerOf }: GroupMemberRouteParts): OneMemberHandler {
  return async (request, response) => {
    await groupMembers.remove(await callerOf(request), request.params.id, request.params.iam_id);
    writeNothing(response);
  };
}

function removeMany({ groupMembers, callerOf }: GroupMemberRouteParts): OneGroupHandler {
  return async (request, response) => {
    const caller = await callerOf(request);
    const { members } = await readJson(request, LEAVING_MEMBERS);
    const { id } = request.params;
    const outcomes = await groupMembers.removeMany(caller, id, members);
    const told = outcomes.map((outcome) => ({ iam_id: outcome.id, ...outcomeOf(outcome, request, 204) }));
    response.status(207).json({ access_group_id: id, members: told });
  };
}

function addToMany({ groupMembers, callerOf }: GroupMemberRouteParts): OneIdentityHandler {
  return async (request, response) => {
    const caller = await callerOf(request);
    const { account_id: accountId } = readQuery(request, ALL_GROUPS_PARAMETERS);
    const { type: kind, groups } = await readJson(request, NEW_MEMBERSHIPS);
    const { iam_id: iamId } = parsedBySchema(IDENTITY_PATH_PARAMETERS, request.params, 'path');
    const outcomes = await groupMembers.addToMany(caller, { accountId, iamId, kind }, groups);
    const told = outcomes.map((outcome) => ({ access_group_id: outcome.id, ...outcomeOf(outcome, request, 200) }));
    response.status(207).json({ iam_id: iamId, groups: told });
  };
}

function removeFromAll({ groupMembers, callerOf }: GroupMemberRouteParts): OneIdentityHandler {
  return async (request, response) => {
    const caller = await callerOf(request);
    const { account_id: accountId } = readQuery(request, ALL_GROUPS_PARAMETERS);
    const { iam_id: iamId } = parsedBySchema(IDENTITY_PATH_PARAMETERS, request.params, 'path');
    const left = await groupMembers.removeFromAll(caller, accountId, iamId);
    response.status(207).json({ iam_id: iamId, groups: left.map((id) => ({ access_group_id: id, status_code: 204 })) });
  };
}

function outcomeOf({ problem }: Outcome, request: Request, done: 200 | 204) {
  if (problem === undefined) return { status_code: done };
  const { status, error } = errorOf(problem, request);
  return { trace: requestNamesOf(request).transactionId, status_code: status, errors: [error] };
}

function membership({ iamId, kind, createdAt, createdBy }: GroupMember) {
  return { iam_id: iamId, type: kind, created_at: dateOf(createdAt), created_by_id: createdBy };
}

function listedMember(member: GroupMember, address: string, known: KnownAs = {}): ListedMember {
  const { name, email, description } = known;
  return {
    ...membership(member),
    membership_type: 'static',
    ...(name !== undefined && { name }),
    ...(email !== undefined && { email }),
    ...(description !== undefined && { description }),
    href: `${address}/${encodeURIComponent(member.iamId)}`,
  };
}
