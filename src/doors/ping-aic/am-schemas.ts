import { z } from 'zod';

/** The path of what clients ask first: `*` or `version`. */
export const INFO_PATH = '/am/json/serverinfo/:serverinfo';

/** The path of a log-in. */
export const AUTHENTICATE_PATH = '/am/json/realms/root/authenticate';

/** The paths of sessions: users have no realms here, and clients that were told one ask below it. */
export const SESSION_PATHS = ['/am/json/realms/root/sessions', '/am/json/realms/root/realms/:realm/sessions'] as const;

/** The paths of the authorization server. */
export const OAUTH_PATHS = { authorize: '/am/oauth2/authorize', token: '/am/oauth2/access_token' } as const;

/** Which information. */
export const INFO_PARAMETERS = z.object({ serverinfo: z.enum(['*', 'version']) });

/** What clients ask first. */
export const INFO = z
  .object({
    _id: z.string(),
    _rev: z.string(),
    cookieName: z.string().optional().describe('In which cookie a session is sent; of `*`.'),
    secureCookie: z.boolean().optional(),
    realm: z.string().optional(),
    domains: z.array(z.string()).optional(),
    version: z.string().optional().describe('As which version of Access Management clients may take it; of `version`.'),
    fullVersion: z.string().optional(),
    revision: z.string().optional(),
    date: z.string().optional(),
  })
  .meta({ id: 'ServerInfo' });

const PAIR = z.object({ name: z.string().max(200), value: z.unknown() });

const CALLBACK = z.object({
  type: z.string().max(100),
  input: z.array(PAIR).max(10).optional(),
  output: z.array(PAIR).max(10).optional(),
  _id: z.int().optional(),
});

/** The body of a log-in: empty, or the filled form. */
export const LOG_IN = z
  .object({
    authId: z.string().max(2_000).optional(),
    callbacks: z.array(CALLBACK).max(10).optional().describe('As they were asked, with their input filled.'),
  })
  .meta({ id: 'AuthenticationStep' });

/** What it answers: the session, or a form to fill. */
export const LOGGED_IN = z
  .object({
    tokenId: z.string().optional().describe('The session. It is no bearer token.'),
    successUrl: z.string().optional(),
    realm: z.string().optional(),
    authId: z.string().optional(),
    callbacks: z.array(CALLBACK).optional(),
  })
  .meta({ id: 'AuthenticationAnswer' });

/** The query of sessions. */
export const SESSION_PARAMETERS = z.object({ _action: z.enum(['getSessionInfo', 'logout']) });

/** Of which session. */
export const SESSION_NAMED = z
  .object({ tokenId: z.string().max(16_384).optional().describe('Default: that of the cookie.') })
  .meta({ id: 'NamedSession' });

/** A session. */
export const SESSION = z
  .object({
    username: z.string().optional(),
    universalId: z.string().optional(),
    realm: z.string().optional(),
    latestAccessTime: z.string().optional(),
    maxIdleExpirationTime: z.string().optional(),
    maxSessionExpirationTime: z.string().optional(),
    properties: z.record(z.string(), z.string()).optional(),
    result: z.string().optional().describe('Of `logout`.'),
  })
  .meta({ id: 'Session' });

/** The form of an authorization request (RFC 6749, section 4.1.1; RFC 7636, section 4.3). */
export const AUTHORIZATION = z
  .object({
    response_type: z.literal('code'),
    client_id: z.literal('idmAdminClient'),
    redirect_uri: z.string(),
    decision: z.literal('allow'),
    csrf: z.string().describe('The session, as in the cookie.'),
    code_challenge: z.string(),
    code_challenge_method: z.literal('S256'),
    scope: z.string().optional(),
    state: z.string().optional(),
  })
  .meta({ id: 'AuthorizationForm' });

/** The form of a token request. */
export const TOKEN_FORM = z
  .object({
    grant_type: z.enum(['authorization_code', 'urn:ietf:params:oauth:grant-type:jwt-bearer']),
    client_id: z.string().optional(),
    code: z.string().optional(),
    code_verifier: z.string().optional(),
    redirect_uri: z.string().optional(),
    assertion: z.string().optional().describe('Of a service account: a JWT, signed with its private key.'),
    scope: z.string().optional(),
  })
  .meta({ id: 'AccessTokenForm' });

/** A token. */
export const TOKEN = z
  .object({ access_token: z.string(), scope: z.string(), token_type: z.literal('Bearer'), expires_in: z.int() })
  .meta({ id: 'AccessTokenAnswer' });

/** How these paths say a problem (RFC 6749, section 5.2). */
export const OAUTH_FAILURE = z
  .object({ error: z.string(), error_description: z.string() })
  .meta({ id: 'AuthorizationFailure' });
