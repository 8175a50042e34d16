import type { Request, Router } from 'express';
import { basicCredentialsOf } from '../../http/authorization.ts';
import type { ClientAddressOf } from '../../http/client-addresses.ts';
import { methods } from '../../http/methods.ts';
import { readForm } from '../../http/read-form.ts';
import { requestNamesOf } from '../../http/request-identity.ts';
import type { Form } from '../../http/url-encoded.ts';
import { ClientUnknown, CredentialsConflicting } from '../../problems/credential-problems.ts';
import { ParameterInvalid } from '../../problems/request-problems.ts';
import type { Exchange } from '../../tokens/exchange.ts';
import { ASSERTION_GRANT_CLAIM, type GrantedToken, type TokenRequest } from '../../tokens/token-request.ts';
import { ADMINISTRATORS_CLIENT } from './am-authorize-routes.ts';
import { OAUTH_PATHS } from './am-schemas.ts';
import type { OwnPlaces } from './own-places.ts';
import { requiredValue } from './required-value.ts';

/** What the route stands on. */
export interface AmTokenRouteParts {
  readonly exchange: Exchange;
  readonly places: OwnPlaces;
  readonly clientAddressOf: ClientAddressOf;
}

const SERVICE_ACCOUNTS_CLIENT = 'service-account';
const LIMIT_BYTES = 16 * 1024;
const MOST_SCOPES = 50;
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]{1,100}$/;
// RFC 7636, section 4.1.
const VERIFIER = /^[A-Za-z0-9._~-]{43,128}$/;

/** `POST /am/oauth2/access_token` (RFC 6749, section 4.1.3; RFC 7523, section 2.1). Neither client has a secret, and none is asked for. */
export function amTokenRoutes(router: Router, { exchange, places, clientAddressOf }: AmTokenRouteParts): void {
  methods(router, OAUTH_PATHS.token, {
    async POST(request, response) {
      const form = await readForm(request, { limitBytes: LIMIT_BYTES });
      const asked = {
        ...askedOf(form, clientOf(request, form), places),
        offered: ['authorization_code', 'jwt_bearer'],
      };
      const granted = await exchange(asked, { address: clientAddressOf(request), ...requestNamesOf(request) });
      response.json(tokenRepresentation(granted));
    },
  });
}

function askedOf(form: Form, client: string | undefined, places: OwnPlaces): Omit<TokenRequest, 'offered'> {
  const grantType = requiredValue(form, 'grant_type');
  if (grantType === 'authorization_code') {
    requireClient(client, ADMINISTRATORS_CLIENT);
    const verifier = requiredValue(form, 'code_verifier');
    if (!VERIFIER.test(verifier))
      throw new ParameterInvalid('code_verifier', 'must be 43 to 128 letters, digits and - . _ ~');
    const code = { value: requiredValue(form, 'code'), verifier, redirectUri: requiredValue(form, 'redirect_uri') };
    return { grant: 'authorization_code', code };
  }
  if (grantType === ASSERTION_GRANT_CLAIM) {
    requireClient(client, SERVICE_ACCOUNTS_CLIENT);
    const assertion = {
      jwt: requiredValue(form, 'assertion'),
      isAudience: places.isTokenEndpoint,
      scopes: scopesOf(form),
    };
    return { grant: 'jwt_bearer', assertion };
  }
  // Whatever it is: no grant has this name, and the exchange refuses it, and counts it.
  return { grant: grantType };
}

/** Named in the header or in the form (RFC 6749, section 2.3.1); whatever stands there as a secret is passed over. */
function clientOf(request: Request, form: Form): string | undefined {
  const basic = basicCredentialsOf(request)?.id;
  const posted = form.get('client_id');
  if (basic !== undefined && posted !== undefined && basic !== posted) {
    throw new CredentialsConflicting('The header and the form name different clients.', { details: 'Name it once.' });
  }
  return basic ?? posted;
}

function requireClient(client: string | undefined, wanted: string): void {
  if (client === wanted) return;
  throw new ClientUnknown('The client is not one for this grant.', { details: `It is for the client ${wanted}.` });
}

function scopesOf(form: Form): readonly string[] | undefined {
  const scopes = form
    .get('scope')
    ?.split(' ')
    .filter((scope) => scope !== '');
  if (scopes === undefined || scopes.length === 0) return undefined;
  // What is not of this form is not repeated in an answer.
  if (scopes.length > MOST_SCOPES || !scopes.every((scope) => SCOPE.test(scope))) {
    throw new ParameterInvalid('scope', `must be at most ${MOST_SCOPES} names of scopes, with a space between them`);
  }
  return scopes;
}

function tokenRepresentation({ accessToken, scope, issuedAt, expiresAt }: GrantedToken): object {
  return { access_token: accessToken, scope, token_type: 'Bearer', expires_in: expiresAt - issuedAt };
}
