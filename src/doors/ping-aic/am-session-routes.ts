import type { Request, Response, Router } from 'express';
import type { ClientAddressOf } from '../../http/client-addresses.ts';
import { methods } from '../../http/methods.ts';
import { readJson } from '../../http/read-json.ts';
import { readQuery } from '../../http/read-query.ts';
import { requestNamesOf } from '../../http/request-identity.ts';
import { CredentialsMissing } from '../../problems/credential-problems.ts';
import type { SessionClaims } from '../../token-format/token-claims.ts';
import type { Revocation } from '../../tokens/revoke.ts';
import type { ProveSession } from '../../tokens/sessions.ts';
import { SESSION_NAMED, SESSION_PARAMETERS, SESSION_PATHS } from './am-schemas.ts';
import { sessionCookieOf } from './session-cookie.ts';

/** What the routes stand on. */
export interface AmSessionRouteParts {
  readonly proveSession: ProveSession;
  readonly revocation: Pick<Revocation, 'token'>;
  readonly clientAddressOf: ClientAddressOf;
}

/** A body is a session. */
const LIMIT_BYTES = 32 * 1024;

/** `/am/json/…/sessions`: whoever has a session may read it, and end it. */
export function amSessionRoutes(router: Router, parts: AmSessionRouteParts): void {
  const { proveSession, revocation, clientAddressOf } = parts;

  const act = async (request: Request, response: Response): Promise<void> => {
    const { _action: action } = readQuery(request, SESSION_PARAMETERS);
    const { tokenId } = await readJson(request, SESSION_NAMED, { limitBytes: LIMIT_BYTES });
    const session = tokenId ?? sessionCookieOf(request);
    if (session === undefined) {
      throw new CredentialsMissing('The request names no session.', { details: 'Send it as tokenId, in the body.' });
    }
    const address = clientAddressOf(request);
    const claims = await proveSession(session, address);
    if (action === 'getSessionInfo') {
      response.json(sessionRepresentation(claims));
      return;
    }
    await revocation.token(session, { address, ...requestNamesOf(request) });
    response.json({ result: 'Successfully logged out' });
  };

  for (const path of SESSION_PATHS) methods(router, path, { POST: act });
}

/** It ends at a fixed instant: being used does not make it longer. */
function sessionRepresentation({ iam_id: iamId, email, sub, iat, exp, jti }: SessionClaims): object {
  const endsAt = new Date(exp * 1_000).toISOString();
  return {
    username: email ?? sub,
    universalId: iamId,
    realm: '/',
    latestAccessTime: new Date(iat * 1_000).toISOString(),
    maxIdleExpirationTime: endsAt,
    maxSessionExpirationTime: endsAt,
    properties: { AMCtxId: jti },
  };
}
