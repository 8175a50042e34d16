import type { IncomingMessage } from 'node:http';
import { basicCredentialsOf } from '../../http/authorization.ts';
import type { ClientAddressOf } from '../../http/client-addresses.ts';
import type { DirectHandler } from '../../http/direct-routes.ts';
import { readForm } from '../../http/read-form.ts';
import { refuseSecretsInUrl } from '../../http/read-query.ts';
import { requestNamesOf } from '../../http/request-identity.ts';
import type { Form } from '../../http/url-encoded.ts';
import { CredentialsConflicting } from '../../problems/credential-problems.ts';
import { ParameterMissing } from '../../problems/request-problems.ts';
import type { Exchange } from '../../tokens/exchange.ts';
import type { ClientCredentials, GrantedToken, TokenRequest } from '../../tokens/token-request.ts';
import { writeJson } from './answers.ts';
import { API_KEY_GRANT } from './token-names.ts';

/** What the token route stands on. */
export interface TokenRouteParts {
  readonly exchange: Exchange;
  readonly clientAddressOf: ClientAddressOf;
}

/** IBM's names of the grants that are served; the plain name of a grant is accepted as well. */
const GRANTS: ReadonlyMap<string, string> = new Map([[API_KEY_GRANT, 'apikey']]);

const OFFERED = ['apikey', 'refresh_token'];

/** POST /identity/token (IBM Cloud IAM Identity API, token operations). */
export function tokenRoute({ exchange, clientAddressOf }: TokenRouteParts): DirectHandler {
  return async (request, response) => {
    const names = requestNamesOf(request);
    refuseSecretsInUrl(request);
    const asked = readTokenRequest(await readForm(request), request);
    const granted = await exchange(asked, { address: clientAddressOf(request), ...names });
    writeJson(response, names, 200, tokenJson(granted));
  };
}

function readTokenRequest(form: Form, request: IncomingMessage): TokenRequest {
  const grantType = form.get('grant_type');
  if (grantType === undefined) throw new ParameterMissing('grant_type');
  return {
    grant: GRANTS.get(grantType) ?? grantType,
    offered: OFFERED,
    secret: form.get('apikey'),
    refreshToken: form.get('refresh_token'),
    accountId: form.get('account'),
    acceptedAccountIds: acceptedAccountIdsOf(request),
    client: clientOf(form, request),
  };
}

/** A client names itself in the header or in the form (RFC 6749, section 2.3.1). @returns `undefined` when it does not */
export function clientOf(form: Form, request: IncomingMessage): ClientCredentials | undefined {
  const basic = basicCredentialsOf(request);
  const id = form.get('client_id');
  if (id === undefined) return basic;
  const posted = { id, secret: form.get('client_secret') ?? '' };
  if (basic !== undefined && (basic.id !== posted.id || (posted.secret !== '' && basic.secret !== posted.secret))) {
    throw new CredentialsConflicting('The header and the form name different clients.', {
      details: 'Send the client credentials once, in the Authorization header or as client_id and client_secret.',
    });
  }
  return basic ?? posted;
}

/** `ibm-cloud-tenant`: the token is only given for one of these accounts. */
function acceptedAccountIdsOf({ headers }: IncomingMessage): readonly string[] | undefined {
  const tenants = headers['ibm-cloud-tenant'];
  if (typeof tenants !== 'string' || tenants.trim() === '') return undefined;
  return tenants.split(',').map((tenant) => tenant.trim());
}

/** The token, by far the longest, is written as it is: a compact JWS holds no character that JSON escapes. */
function tokenJson({ accessToken, refreshToken, issuedAt, expiresAt, scope }: GrantedToken): string {
  const others = JSON.stringify({
    refresh_token: refreshToken ?? 'not_supported',
    token_type: 'Bearer',
    expires_in: expiresAt - issuedAt,
    expiration: expiresAt,
    scope,
  });
  return `{"access_token":"${accessToken}",${others.slice(1)}`;
}
