import type { RequestHandler, Router } from 'express';
import type { Caller } from '../../access/caller.ts';
import { methods } from '../../http/methods.ts';
import { readJson } from '../../http/read-json.ts';
import { readQuery } from '../../http/read-query.ts';
import type { Policies } from '../../policies/policies.ts';
import { AccessDenied, EntityExists, NotFound } from '../../problems/entity-problems.ts';
import { ParameterInvalid } from '../../problems/request-problems.ts';
import { requiredEmailOf } from '../../users/email.ts';
import type { Invitations } from '../../users/invitations.ts';
import type { AccountUser } from '../../users/new-user.ts';
import type { OwnPassword } from '../../users/own-password.ts';
import { administratorRights } from './administrator-rights.ts';
import type { BearerOf } from './bearer.ts';
import { type ListedUsersParts, listedUsers } from './listed-users.ts';
import { isAdministrator } from './person-form.ts';
import { USER_PATHS } from './user-operations.ts';
import {
  type CreatedUserRepresentation,
  NAMED_USER,
  NEW_USER,
  SELF_CHANGE,
  type SentChange,
  USER_CHANGE,
  USER_LIST_BODY,
  USER_LIST_PARAMETERS,
  userListRequest,
  WRITTEN_DONE,
} from './user-schemas.ts';

/** What the routes of users stand on. */
export interface UserRouteParts extends ListedUsersParts {
  readonly invitations: Invitations;
  readonly ownPassword: Pick<OwnPassword, 'set'>;
  readonly policies: Pick<Policies, 'plan'>;
  readonly bearerOf: BearerOf;
}

/** A body is one user. */
const LIMITS = { limitBytes: 16 * 1024 };

/** `/api/admin/*User*` (Autonomous Identity API guide, "Config"). */
export function userRoutes(router: Router, parts: UserRouteParts): void {
  methods(router, USER_PATHS.create, { POST: createUser(parts) });
  methods(router, USER_PATHS.update, { POST: updateUser(parts) });
  methods(router, USER_PATHS.updateSelf, { POST: updateSelf(parts) });
  methods(router, USER_PATHS.disable, { POST: setState(parts, 'suspended') });
  methods(router, USER_PATHS.enable, { POST: setState(parts, 'active') });
  methods(router, USER_PATHS.list, { GET: getUsers(parts) });
}

function createUser({ users, invitations, policies, access, bearerOf }: UserRouteParts): RequestHandler {
  return async (request, response) => {
    const { caller } = await bearerOf(request);
    const { groups = [], password, displayName, ...body } = await readJson(request, NEW_USER, LIMITS);
    const email = requiredEmailOf(body.email, 'email');
    const known = await users.find(caller, caller.accountId, email);
    if (known !== undefined && known.membership.state !== 'pending') {
      throw new EntityExists('The user is in the tenant already.');
    }
    const isGiven = known !== undefined && (await isAdministrator(access, { ...caller, iamId: known.user.id }));
    const given = groups.includes('Zoran Admin') && !isGiven ? administratorRights(policies, caller) : undefined;
    const [invited] = await invitations.invite(caller, caller.accountId, [email], given);
    // Takeover of a guest: the user may be somebody in other accounts, where no word of this one counts. That the body was not taken
    // whole is said, and the same of everybody: it must not tell who is known elsewhere.
    const note = password === undefined && displayName === undefined ? {} : { note: NOT_TAKEN };
    const code = invited?.code === undefined ? {} : { activation_code: invited.code };
    response.json({ ...WRITTEN_DONE, ...code, ...note } satisfies CreatedUserRepresentation);
  };
}

const NOT_TAKEN =
  'The password and the name were not taken: users set their own, when they use the activation code or later.';

function updateUser(parts: UserRouteParts): RequestHandler {
  return async (request, response) => {
    const { caller } = await parts.bearerOf(request);
    const { email, ...change } = await readJson(request, USER_CHANGE, LIMITS);
    const found = await existing(parts, caller, email);
    if (found.user.id === caller.iamId) {
      await requireSameGroups(parts, caller, found, change);
      await changeSelf(parts, caller, change);
    } else {
      // Asks for the right to change the user, and changes nothing.
      await parts.users.update(caller, caller.accountId, found.user.id, {});
      await requireSameGroups(parts, caller, found, change);
      if (change.password !== undefined || change.displayName !== undefined) {
        throw new AccessDenied('The password and the name of a user are changed by the user alone.');
      }
    }
    response.json(WRITTEN_DONE);
  };
}

function updateSelf(parts: UserRouteParts): RequestHandler {
  return async (request, response) => {
    const { caller } = await parts.bearerOf(request);
    const { email, ...change } = await readJson(request, SELF_CHANGE, LIMITS);
    const found = await parts.users.get(caller, caller.accountId, caller.iamId);
    if (email !== undefined && requiredEmailOf(email, 'email') !== found.user.email) {
      throw new ParameterInvalid('email', 'must be the own one');
    }
    await requireSameGroups(parts, caller, found, change);
    await changeSelf(parts, caller, change);
    response.json(WRITTEN_DONE);
  };
}

/** The password first: it is what may be refused. */
async function changeSelf(
  { users, ownPassword }: UserRouteParts,
  caller: Caller,
  { password, current_password: currentPassword, displayName }: SentChange,
): Promise<void> {
  if (password !== undefined) await ownPassword.set(caller, { password, currentPassword });
  if (displayName === undefined) return;
  const words = displayName.trim().split(' ');
  const familyName = words.length > 1 ? (words.pop() ?? '') : '';
  await users.update(caller, caller.accountId, caller.iamId, { givenName: words.join(' '), familyName });
}

function setState(parts: UserRouteParts, state: 'active' | 'suspended'): RequestHandler {
  return async (request, response) => {
    const { caller } = await parts.bearerOf(request);
    const { email } = await readJson(request, NAMED_USER, LIMITS);
    const { user } = await existing(parts, caller, email);
    await parts.users.update(caller, caller.accountId, user.id, { state });
    response.json(WRITTEN_DONE);
  };
}

function getUsers(parts: UserRouteParts): RequestHandler {
  return async (request, response) => {
    const { caller } = await parts.bearerOf(request);
    const query = readQuery(request, USER_LIST_PARAMETERS);
    const asked = userListRequest(query, await readJson(request, USER_LIST_BODY, LIMITS));
    response.json(await listedUsers(parts, caller, asked));
  };
}

/** @throws NotFound  nobody of the tenant has this address */
async function existing({ users }: UserRouteParts, caller: Caller, email: string): Promise<AccountUser> {
  const found = await users.find(caller, caller.accountId, email);
  if (found === undefined) throw new NotFound('The user could not be found.');
  return found;
}

/** @throws ParameterInvalid  other groups are asked for: passed over, they would seem to be given or taken */
async function requireSameGroups(
  { access }: UserRouteParts,
  caller: Caller,
  { user }: AccountUser,
  { groups }: SentChange,
): Promise<void> {
  if (groups === undefined) return;
  const isNow = await isAdministrator(access, { ...caller, iamId: user.id });
  if (groups.includes('Zoran Admin') === isNow) return;
  throw new ParameterInvalid('groups', 'are not changed here', {
    details: 'Give or take the role Administrator on iam-identity by a policy (/v1/policies).',
  });
}
