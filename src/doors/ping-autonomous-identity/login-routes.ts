import type { Request, RequestHandler, Response, Router } from 'express';
import type { Access } from '../../access/access.ts';
import type { Origin } from '../../access/caller.ts';
import type { TenantNames } from '../../accounts/tenant-names.ts';
import { methods } from '../../http/methods.ts';
import { readJson } from '../../http/read-json.ts';
import { requestNamesOf } from '../../http/request-identity.ts';
import type { AuthenticateCaller } from '../../tokens/authenticate-caller.ts';
import type { Exchange } from '../../tokens/exchange.ts';
import type { Users } from '../../users/users.ts';
import { LOGIN_PATHS } from './login-operations.ts';
import { LOGIN, type LoggedInRepresentation } from './login-schemas.ts';
import { namedTenantBy } from './named-tenant.ts';
import { isAdministrator, personRepresentation } from './person-form.ts';

/** What the routes of log-ins stand on. */
export interface LoginRouteParts {
  readonly exchange: Exchange;
  readonly authenticateCaller: AuthenticateCaller;
  readonly users: Pick<Users, 'get'>;
  readonly access: Pick<Access, 'allows'>;
  readonly tenantNames: TenantNames;
  readonly clientAddressOf: (request: Request) => string;
}

/** A body is a name and a password. */
const LIMIT_BYTES = 8 * 1024;

/** `/api/authentication/*` (Autonomous Identity API guide, "Authentication"). */
export function loginRoutes(router: Router, parts: LoginRouteParts): void {
  methods(router, LOGIN_PATHS.login, { POST: logIn(parts) });
}

function logIn(parts: LoginRouteParts): RequestHandler {
  const { exchange, tenantNames } = parts;
  const namedTenant = namedTenantBy(tenantNames);
  return async (request, response) => {
    const origin: Origin = { address: parts.clientAddressOf(request), ...requestNamesOf(request) };
    const { username: email, password } = await readJson(request, LOGIN, { limitBytes: LIMIT_BYTES });
    const accountId = await namedTenant(request);
    const asked = { grant: 'password', offered: ['password'], person: { email, password }, accountId };
    const { accessToken } = await exchange(asked, origin);
    await writeLoggedIn(parts, response, accessToken, origin);
  };
}

/** Who the token is of, as the token says it: what else could be asked might be of another moment. */
async function writeLoggedIn(
  { authenticateCaller, users, access }: LoginRouteParts,
  response: Response,
  token: string,
  origin: Origin,
): Promise<void> {
  const claims = await authenticateCaller(token, origin.address);
  const accountId = claims.account.bss;
  const caller = { ...origin, iamId: claims.iam_id, accountId, apiKeyId: claims.latchkey.api_key_id };
  const { email, name } = (await users.get(caller, accountId, caller.iamId)).user;
  const person = { email, name, isAdministrator: await isAdministrator(access, caller) };
  response.json({ user: personRepresentation(person), token } satisfies LoggedInRepresentation);
}
