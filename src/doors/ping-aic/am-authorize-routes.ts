import { hash, timingSafeEqual } from 'node:crypto';
import type { Request, Router } from 'express';
import type { ClientAddressOf } from '../../http/client-addresses.ts';
import { methods } from '../../http/methods.ts';
import { readForm } from '../../http/read-form.ts';
import type { Form } from '../../http/url-encoded.ts';
import { ClientUnknown, CredentialsMissing } from '../../problems/credential-problems.ts';
import { ParameterInvalid } from '../../problems/request-problems.ts';
import type { AuthorizationCodes } from '../../tokens/authorization-codes.ts';
import type { ProveSession } from '../../tokens/sessions.ts';
import { OAUTH_PATHS } from './am-schemas.ts';
import { scopesOfPerson } from './environment-scopes.ts';
import type { OwnPlaces } from './own-places.ts';
import { requiredValue } from './required-value.ts';
import { sessionCookieOf } from './session-cookie.ts';

/** What the route stands on. */
export interface AmAuthorizeRouteParts {
  readonly proveSession: ProveSession;
  readonly codes: Pick<AuthorizationCodes, 'give'>;
  readonly places: OwnPlaces;
  readonly clientAddressOf: ClientAddressOf;
}

/** The one client that gets codes. It has no secret: the verifier of the challenge proves it (RFC 7636). */
export const ADMINISTRATORS_CLIENT = 'idmAdminClient';

/** The session stands in the form, too. */
const LIMIT_BYTES = 32 * 1024;

// SHA-256 in base64url (RFC 7636, section 4.2).
const CHALLENGE = /^[A-Za-z0-9_-]{43}$/;
const STATE = /^[\x20-\x7e]{1,512}$/;

/** What of the form can have one value alone. */
const FIXED = { response_type: 'code', decision: 'allow', code_challenge_method: 'S256' } as const;

/** `POST /am/oauth2/authorize` (RFC 6749, section 4.1). A failure is answered and never redirected: nothing leads anywhere but back. */
export function amAuthorizeRoutes(router: Router, parts: AmAuthorizeRouteParts): void {
  const { proveSession, codes, places, clientAddressOf } = parts;
  methods(router, OAUTH_PATHS.authorize, {
    async POST(request, response) {
      const form = await readForm(request, { limitBytes: LIMIT_BYTES });
      if (form.get('client_id') !== ADMINISTRATORS_CLIENT) throw new ClientUnknown('The client is not known.');
      const session = await proveSession(sessionOf(request, form), clientAddressOf(request));
      const redirectUri = requiredValue(form, 'redirect_uri');
      if (!(await places.isReturnAddress(redirectUri, session.account.bss))) {
        throw new ParameterInvalid('redirect_uri', 'must be /platform/appAuthHelperRedirect.html of this service', {
          details: 'By its public address, or by a host name of the account.',
        });
      }
      const { challenge, scope, state } = requestOf(form);
      const code = await codes.give({ session, challenge, redirectUri, scope });
      const query = new URLSearchParams({
        code,
        client_id: ADMINISTRATORS_CLIENT,
        ...(state !== undefined && { state }),
      });
      response.status(302).set('Location', `${redirectUri}?${query.toString()}`).end();
    },
  });
}

/**
 * The session of the cookie, which must stand in the form as well: a page that makes a browser send the one cannot read it, and so
 * cannot write the other (CSRF).
 */
function sessionOf(request: Request, form: Form): string {
  const session = sessionCookieOf(request);
  if (session === undefined)
    throw new CredentialsMissing('The request has no session cookie.', { details: 'Log in first.' });
  const digestOf = (text: string) => hash('sha256', text, 'buffer');
  if (!timingSafeEqual(digestOf(session), digestOf(requiredValue(form, 'csrf')))) {
    throw new ParameterInvalid('csrf', 'must be the session of the cookie');
  }
  return session;
}

function requestOf(form: Form): { challenge: string; scope: string; state: string | undefined } {
  for (const [name, value] of Object.entries(FIXED)) {
    if (requiredValue(form, name) !== value) throw new ParameterInvalid(name, `must be ${value}`);
  }
  const challenge = requiredValue(form, 'code_challenge');
  if (!CHALLENGE.test(challenge)) throw new ParameterInvalid('code_challenge', 'must be a SHA-256 in base64url');
  const scope = scopesOfPerson(form.get('scope') ?? 'openid');
  if (scope === '') throw new ParameterInvalid('scope', 'names no scope of this service');
  const state = form.get('state');
  if (state !== undefined && !STATE.test(state))
    throw new ParameterInvalid('state', 'must be at most 512 characters of ASCII');
  return { challenge, scope, state };
}
