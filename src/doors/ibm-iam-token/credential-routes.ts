import type { Request, RequestHandler } from 'express';
import { basicCredentialsOf, bearerTokenOf, requiredBearerTokenOf } from '../../http/authorization.ts';
import type { ClientAddressOf } from '../../http/client-addresses.ts';
import { readForm } from '../../http/read-form.ts';
import { refuseSecretsInUrl } from '../../http/read-query.ts';
import { requestNamesOf } from '../../http/request-identity.ts';
import type { Form } from '../../http/url-encoded.ts';
import { addressBucketOf, type FailedAttempts } from '../../limits/failed-attempts.ts';
import { ClientUnknown, CredentialsConflicting, CredentialsMissing } from '../../problems/credential-problems.ts';
import { ParameterMissing } from '../../problems/request-problems.ts';
import type { AccessTokenClaims } from '../../token-format/token-claims.ts';
import type { AuthenticateBearer } from '../../tokens/authenticate-bearer.ts';
import type { AuthenticateCaller } from '../../tokens/authenticate-caller.ts';
import { type AuthenticateClient, hasSecret } from '../../tokens/authenticate-client.ts';
import type { Introspection } from '../../tokens/introspect.ts';
import type { Revocation } from '../../tokens/revoke.ts';
import type { ClientCredentials } from '../../tokens/token-request.ts';
import { writeAnswer } from './answers.ts';

/** What the routes about existing credentials stand on. */
export interface CredentialRouteParts {
  readonly introspection: Introspection;
  readonly revocation: Revocation;
  readonly authenticateBearer: AuthenticateBearer;
  readonly authenticateCaller: AuthenticateCaller;
  readonly authenticateClient: AuthenticateClient;
  readonly clientAddressOf: ClientAddressOf;
  /** Whether introspection without credentials is allowed, as at IBM. */
  readonly anonymousIntrospection: boolean;
  readonly anonymousIntrospections: FailedAttempts;
  readonly unknownRevocations: FailedAttempts;
}

/** POST /identity/introspect: form `token` or `apikey` (RFC 7662; IBM Cloud IAM). */
export function introspectRoute(parts: CredentialRouteParts): RequestHandler {
  const { introspection } = parts;
  return async (request, response) => {
    const names = requestNamesOf(request);
    refuseSecretsInUrl(request);
    await admit(parts, request);
    const { token, apikey } = credentialOf(await readForm(request));
    if (token !== undefined) {
      const claims = await introspection.token(token);
      return writeAnswer(response, names, 200, claims === undefined ? { active: false } : tokenState(claims));
    }
    const owner = await introspection.apiKey(apikey);
    if (owner === undefined) return writeAnswer(response, names, 200, { active: false });
    const { accountId, ...identity } = owner;
    writeAnswer(response, names, 200, { active: true, ...identity, account: { valid: true, bss: accountId } });
  };
}

/** POST /identity/revoke: form `token` (a token or a key) or `apikey` (RFC 7009, section 2). What is unknown is 200 too. */
export function revokeRoute({ revocation, clientAddressOf, unknownRevocations }: CredentialRouteParts): RequestHandler {
  return async (request, response) => {
    const names = requestNamesOf(request);
    refuseSecretsInUrl(request);
    const { token, apikey } = credentialOf(await readForm(request));
    const origin = { address: clientAddressOf(request), ...names };
    // A client that knows RFC 7009 alone has no other name for what it holds than `token`, also when it is a key.
    const known =
      (token !== undefined && (await revocation.token(token, origin))) ||
      (await revocation.apiKey(apikey ?? token, origin));
    // Guessing keys here must cost as much as at the exchange. Afterwards, so that whoever holds the credential can always
    // end it, whatever else comes from that address.
    if (!known) countAttempt(unknownRevocations, origin.address);
    writeAnswer(response, names, 200, {});
  };
}

/** GET /identity/userinfo (IBM Cloud IAM). */
export function userinfoRoute({ authenticateCaller, clientAddressOf }: CredentialRouteParts): RequestHandler {
  return async (request, response) => {
    const names = requestNamesOf(request);
    refuseSecretsInUrl(request);
    const claims = await authenticateCaller(requiredBearerTokenOf(request), clientAddressOf(request));
    const { realmid, identifier, iam_id, given_name, family_name, name, email, sub, account, iat, exp } = claims;
    const { iss, grant_type, client_id, scope, acr, amr } = claims;
    const person = { given_name, family_name, name, email };
    const token = { iat, exp, iss, grant_type, client_id, scope, acr, amr };
    writeAnswer(response, names, 200, {
      active: true,
      realmId: realmid,
      identifier,
      iam_id,
      ...person,
      sub,
      account: { bss: account.bss },
      ...token,
    });
  };
}

/**
 * Who may introspect: a client or bearer that proves itself, or, where it is not switched off, anybody within a limit. A
 * client without a secret (`bx:bx`) is anybody: it must pass neither the switch nor the limit.
 */
async function admit(parts: CredentialRouteParts, request: Request): Promise<void> {
  const bearer = bearerTokenOf(request);
  if (bearer !== undefined) {
    await parts.authenticateBearer(bearer);
    return;
  }
  const client = basicCredentialsOf(request);
  if (client !== undefined && hasSecret(client)) {
    await proveClient(parts, client, request);
    return;
  }
  if (!parts.anonymousIntrospection) {
    throw new CredentialsMissing('Introspection needs credentials here.', {
      details: 'Send an Authorization header: Bearer with a token, or Basic with a service ID and one of its keys.',
    });
  }
  countAnonymous(parts, request);
}

/** A client secret is an API key: guessing it here must cost as much as asking without credentials. */
async function proveClient(parts: CredentialRouteParts, client: ClientCredentials, request: Request): Promise<void> {
  try {
    await parts.authenticateClient(client);
  } catch (failure) {
    if (failure instanceof ClientUnknown) countAnonymous(parts, request);
    throw failure;
  }
}

/** @throws RateLimited  the address has asked too often without proving anything */
function countAnonymous({ anonymousIntrospections, clientAddressOf }: CredentialRouteParts, request: Request): void {
  countAttempt(anonymousIntrospections, clientAddressOf(request));
}

/** @throws RateLimited  the address has used up its attempts */
function countAttempt(attempts: FailedAttempts, address: string): void {
  const bucket = addressBucketOf(address);
  attempts.check(bucket);
  attempts.record(bucket);
}

/** Exactly one of the two: with both it would be unclear which was meant. */
function credentialOf(form: Form): { token: string; apikey?: undefined } | { token?: undefined; apikey: string } {
  const token = form.get('token');
  const apikey = form.get('apikey');
  if (token !== undefined && apikey !== undefined) {
    throw new CredentialsConflicting('Both a token and an API key were sent.', { details: 'Send one of them.' });
  }
  if (token !== undefined) return { token };
  if (apikey !== undefined) return { apikey };
  throw new ParameterMissing('token', { details: "Send 'token' or 'apikey'." });
}

/** The claims without our private one: which generations a token carries is nobody's business. */
function tokenState({ latchkey: _private, ...claims }: AccessTokenClaims): object {
  return { active: true, token_type: 'Bearer', ...claims };
}
