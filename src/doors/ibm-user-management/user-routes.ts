import type { RequestHandler, Router } from 'express';
import { type CallerOf, writeNothing } from '../../http/api-answers.ts';
import { methods } from '../../http/methods.ts';
import { readJson } from '../../http/read-json.ts';
import { readQuery } from '../../http/read-query.ts';
import type { SealedCursors } from '../../http/sealed-cursors.ts';
import type { Invitations, Invited } from '../../users/invitations.ts';
import type { AccountUser } from '../../users/new-user.ts';
import { USER_REALM } from '../../users/user.ts';
import type { Users } from '../../users/users.ts';
import { type InvitedRightsParts, plannedRights } from './invited-rights.ts';
import { USER_PATHS } from './user-operations.ts';
import {
  FIXED_USER_SETTINGS,
  INVITED_USERS,
  rowsOf,
  USER_CHANGE,
  USER_LIST_PARAMETERS,
  type UserListRepresentation,
  type UserProfileRepresentation,
} from './user-schemas.ts';

/** What the routes of users stand on. */
export interface UserRouteParts extends InvitedRightsParts {
  readonly users: Users;
  readonly invitations: Invitations;
  readonly callerOf: CallerOf;
  readonly cursors: SealedCursors;
}

type AccountHandler = RequestHandler<{ account_id: string }>;
type UserHandler = RequestHandler<{ account_id: string; iam_id: string }>;

/** `/v2/accounts/{account_id}/users` (IBM Cloud User Management API). */
export function userRoutes(router: Router, parts: UserRouteParts): void {
  methods(router, USER_PATHS.all, { GET: listUsers(parts), POST: inviteUsers(parts) });
  methods(router, USER_PATHS.one, { GET: getUser(parts), PATCH: updateUser(parts), DELETE: removeUser(parts, 204) });
  methods(router, USER_PATHS.settings, { GET: getSettings(parts) });
  methods(router, USER_PATHS.removal, { DELETE: removeUser(parts, 202) });
}

function listUsers({ users, callerOf, cursors }: UserRouteParts): AccountHandler {
  return async (request, response) => {
    const caller = await callerOf(request);
    const query = readQuery(request, USER_LIST_PARAMETERS);
    const { account_id: accountId } = request.params;
    const limit = rowsOf(query);
    const path = `/v2/accounts/${encodeURIComponent(accountId)}/users`;
    const address = `${path}?limit=${limit}`;
    const written = (rows: readonly AccountUser[], next?: string): UserListRepresentation => ({
      total_results: rows.length,
      limit,
      first_url: address,
      ...(next !== undefined && { next_url: `${address}&_start=${next}` }),
      resources: rows.map(profileRepresentation),
    });
    if (query.user_id !== undefined) {
      const found = await users.find(caller, accountId, query.user_id);
      response.json(written(found === undefined ? [] : [found]));
      return;
    }
    const after = query._start === undefined ? undefined : cursors.open(query._start, path, '_start');
    const { rows, next } = await users.list(caller, { accountId, after, limit });
    response.json(written(rows, next && cursors.seal(next, path)));
  };
}

function inviteUsers(parts: UserRouteParts): AccountHandler {
  const { invitations, callerOf } = parts;
  return async (request, response) => {
    const caller = await callerOf(request);
    const body = await readJson(request, INVITED_USERS);
    const emails = body.users.map(({ email }) => email);
    const rights = { policies: body.iam_policy ?? [], accessGroupIds: body.access_groups ?? [] };
    const given = plannedRights(parts, caller, rights);
    const invited = await invitations.invite(caller, request.params.account_id, emails, given);
    response.status(202).json({ resources: invited.map(invitationRepresentation) });
  };
}

function getUser({ users, callerOf }: UserRouteParts): UserHandler {
  return async (request, response) => {
    const { account_id: accountId, iam_id: iamId } = request.params;
    response.json(profileRepresentation(await users.get(await callerOf(request), accountId, iamId)));
  };
}

function updateUser({ users, callerOf }: UserRouteParts): UserHandler {
  return async (request, response) => {
    const caller = await callerOf(request);
    const { state, firstname: givenName, lastname: familyName } = await readJson(request, USER_CHANGE);
    const { account_id: accountId, iam_id: iamId } = request.params;
    const change = { state: state && STATES_IN[state], givenName, familyName };
    await users.update(caller, accountId, iamId, change);
    writeNothing(response);
  };
}

function removeUser({ users, callerOf }: UserRouteParts, status: 202 | 204): UserHandler {
  return async (request, response) => {
    const { account_id: accountId, iam_id: iamId } = request.params;
    await users.remove(await callerOf(request), accountId, iamId);
    response.status(status).end();
  };
}

function getSettings({ users, callerOf }: UserRouteParts): UserHandler {
  return async (request, response) => {
    const { account_id: accountId, iam_id: iamId } = request.params;
    await users.get(await callerOf(request), accountId, iamId);
    response.json(FIXED_USER_SETTINGS);
  };
}

const STATES_IN = { ACTIVE: 'active', SUSPENDED: 'suspended' } as const;
/** A removed one is shown nowhere. */
const STATES_OUT = { pending: 'PENDING', active: 'ACTIVE', suspended: 'SUSPENDED', removed: 'SUSPENDED' } as const;

function profileRepresentation({ user, membership }: AccountUser): UserProfileRepresentation {
  // Enumeration: who invites an address must not learn by the name that there is such a user in another account.
  const named = membership.state === 'pending' ? { givenName: '', familyName: '' } : user;
  return {
    id: user.id,
    iam_id: user.id,
    realm: USER_REALM,
    user_id: user.email,
    firstname: named.givenName,
    lastname: named.familyName,
    state: STATES_OUT[membership.state],
    email: user.email,
    ...{ phonenumber: '', altphonenumber: '', photo: '' },
    account_id: membership.accountId,
    added_on: new Date(membership.createdAt).toISOString(),
  };
}

function invitationRepresentation({ user, membership, code }: Invited) {
  return {
    email: user.email,
    id: user.id,
    iam_id: user.id,
    state: STATES_OUT[membership.state],
    ...(code !== undefined && { activation_code: code }),
  };
}
