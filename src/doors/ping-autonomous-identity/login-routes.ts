import type { Request, RequestHandler, Router } from 'express';
import type { Access } from '../../access/access.ts';
import type { Origin } from '../../access/caller.ts';
import type { TenantNames } from '../../accounts/tenant-names.ts';
import { requiredBearerTokenOf } from '../../http/authorization.ts';
import type { ClientAddressOf } from '../../http/client-addresses.ts';
import { methods } from '../../http/methods.ts';
import { readJson } from '../../http/read-json.ts';
import { requestNamesOf } from '../../http/request-identity.ts';
import type { AuthenticateCaller } from '../../tokens/authenticate-caller.ts';
import type { Exchange } from '../../tokens/exchange.ts';
import { isUser } from '../../users/is-user.ts';
import type { Users } from '../../users/users.ts';
import type { BearerOf, ProvenBearer } from './bearer.ts';
import { LOGIN_PATHS } from './login-operations.ts';
import {
  LOGIN,
  type LoggedInRepresentation,
  type PermittedRepresentation,
  type VerifiedRepresentation,
} from './login-schemas.ts';
import { namedTenantBy } from './named-tenant.ts';
import { isAdministrator, type Person, personRepresentation } from './person-form.ts';

/** What the routes of log-ins stand on. */
export interface LoginRouteParts {
  readonly exchange: Exchange;
  readonly authenticateCaller: AuthenticateCaller;
  readonly bearerOf: BearerOf;
  readonly users: Users;
  readonly access: Access;
  readonly tenantNames: TenantNames;
  readonly clientAddressOf: ClientAddressOf;
}

/** A body is a name and a password. */
const LIMIT_BYTES = 8 * 1024;

/** `/api/authentication/*` (Autonomous Identity API guide, "Authentication"). */
export function loginRoutes(router: Router, parts: LoginRouteParts): void {
  methods(router, LOGIN_PATHS.login, { POST: logIn(parts) });
  methods(router, LOGIN_PATHS.verify, { GET: verify(parts) });
  methods(router, LOGIN_PATHS.renew, { POST: renew(parts) });
  methods(router, LOGIN_PATHS.actions, { GET: permittedActions(parts) });
}

function logIn(parts: LoginRouteParts): RequestHandler {
  const { exchange, tenantNames } = parts;
  const namedTenant = namedTenantBy(tenantNames);
  return async (request, response) => {
    const origin = originOf(parts, request);
    const { username: email, password } = await readJson(request, LOGIN, { limitBytes: LIMIT_BYTES });
    const accountId = await namedTenant(request);
    const asked = { grant: 'password', offered: ['password'], person: { email, password }, accountId };
    const { accessToken } = await exchange(asked, origin);
    response.json(await loggedIn(parts, accessToken, origin));
  };
}

function renew(parts: LoginRouteParts): RequestHandler {
  return async (request, response) => {
    const origin = originOf(parts, request);
    const asked = { grant: 'renewal', offered: ['renewal'], accessToken: requiredBearerTokenOf(request) };
    const { accessToken } = await parts.exchange(asked, origin);
    response.json(await loggedIn(parts, accessToken, origin));
  };
}

function verify(parts: LoginRouteParts): RequestHandler {
  return async (request, response) => {
    const bearer = await parts.bearerOf(request);
    const { iat, exp, aud, sub } = bearer.claims;
    const person = await personOf(parts, bearer);
    const isPerson = isUser(bearer.caller.iamId);
    const registered = { iat, exp, aud: typeof aud === 'string' ? aud : [...aud], sub };
    const user = { ...personRepresentation(person), email: isPerson ? person.email : '', ...registered };
    response.json({ user } satisfies VerifiedRepresentation);
  };
}

/** What pages of that system ask before they show anything: an administrator sees all of them. */
function permittedActions({ bearerOf, access }: LoginRouteParts): RequestHandler {
  return async (request, response) => {
    const { caller } = await bearerOf(request);
    const permitted: PermittedRepresentation = (await isAdministrator(access, caller))
      ? { userActions: ['*'], roleTitle: 'Admin', homepage: 'company' }
      : { userActions: ['SHOWUSER'], roleTitle: 'User', homepage: 'user' };
    response.json(permitted);
  };
}

const originOf = ({ clientAddressOf }: LoginRouteParts, request: Request): Origin => ({
  ...{ address: clientAddressOf(request) },
  ...requestNamesOf(request),
});

/** Who the token is of, as the token says it: what else could be asked might be of another moment. */
async function loggedIn(parts: LoginRouteParts, token: string, origin: Origin): Promise<LoggedInRepresentation> {
  const claims = await parts.authenticateCaller(token, origin.address);
  const accountId = claims.account.bss;
  const caller = { ...origin, iamId: claims.iam_id, accountId, apiKeyId: claims.latchkey.api_key_id };
  return { user: personRepresentation(await personOf(parts, { caller, claims })), token };
}

/** A user by the name of this moment; of what is no user, what the token says. */
async function personOf({ users, access }: LoginRouteParts, { caller, claims }: ProvenBearer): Promise<Person> {
  const { iamId, accountId } = caller;
  const { email, name } = isUser(iamId)
    ? (await users.get(caller, accountId, iamId)).user
    : { email: claims.sub, name: claims.name ?? claims.sub };
  return { email, name, isAdministrator: await isAdministrator(access, caller) };
}
