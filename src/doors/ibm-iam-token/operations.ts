import { z } from 'zod';
import type { Answer, Operation } from '../../http/openapi.ts';

const FORM = 'application/x-www-form-urlencoded';
const TAGS = ['Tokens'] as const;

const TokenError = z
  .object({
    errorCode: z.string().meta({ example: 'BXNIM0415E' }),
    errorMessage: z.string(),
    errorDetails: z.string().optional(),
    context: z.object({ requestId: z.string() }).catchall(z.string()),
  })
  .meta({ id: 'TokenError' });

const TokenForm = z
  .object({
    grant_type: z
      .string()
      .meta({ description: '`urn:ibm:params:oauth:grant-type:apikey`, `apikey` or `refresh_token`.' }),
    apikey: z.string().optional().meta({ description: 'The API key, for the API key grant.' }),
    refresh_token: z.string().optional().meta({ description: 'For the refresh_token grant.' }),
    account: z.string().optional().meta({ description: 'The account in which a user wants to act.' }),
    response_type: z.string().optional().meta({ description: 'Tolerated; `cloud_iam`.' }),
    client_id: z.string().optional(),
    client_secret: z.string().optional(),
  })
  .meta({ id: 'TokenForm' });

const Token = z
  .object({
    access_token: z.string(),
    refresh_token: z.string().meta({ description: '`not_supported` unless a client named itself.' }),
    token_type: z.literal('Bearer'),
    expires_in: z.int().meta({ description: 'Seconds.' }),
    expiration: z.int().meta({ description: 'Seconds since the epoch; the `exp` claim.' }),
    scope: z.string(),
  })
  .meta({ id: 'Token' });

const CredentialForm = z
  .object({ token: z.string().optional(), apikey: z.string().optional() })
  .meta({ id: 'CredentialForm', description: 'One of the two.' });

const Introspected = z.object({ active: z.boolean() }).catchall(z.unknown()).meta({ id: 'Introspected' });
const Userinfo = z.object({ active: z.boolean(), iam_id: z.string() }).catchall(z.unknown()).meta({ id: 'Userinfo' });
const KeySet = z
  .object({
    keys: z.array(
      z.object({ kty: z.string(), kid: z.string(), alg: z.string(), use: z.string() }).catchall(z.string()),
    ),
  })
  .meta({ id: 'KeySet' });
const Metadata = z
  .object({ issuer: z.string(), token_endpoint: z.string(), jwks_uri: z.string() })
  .catchall(z.unknown())
  .meta({ id: 'ServerMetadata' });

const refusal = (description: string): Answer => ({ description, schema: TokenError });
const REFUSALS: Readonly<Record<number, Answer>> = {
  400: refusal('The request or its credential is refused; `errorCode` says why.'),
  405: refusal('The method is not served here.'),
  413: refusal('The form is larger than 8 KiB.'),
  415: refusal('The body is no form.'),
  429: refusal('Too many failures from this address or with this key; see `Retry-After`.'),
  500: refusal('An internal error.'),
  503: refusal('Too much to do, or the store cannot be reached; see `Retry-After`.'),
};
const UNAUTHENTICATED = { 401: refusal('The credentials are missing or not good.') };
const METADATA_ANSWERS = { 200: { description: 'The metadata.', schema: Metadata } };

/** What this door serves, for the OpenAPI document. */
export const operations: readonly Operation[] = [
  {
    method: 'POST',
    path: '/identity/token',
    operationId: 'exchange',
    requires: 'nothing',
    summary: 'Exchange an API key, or a refresh token, for an access token',
    description: 'Also at /oidc/token, /identity/identity/token and /identity/token%23…',
    tags: TAGS,
    security: ['basic'],
    body: { schema: TokenForm, mediaType: FORM },
    answers: { 200: { description: 'The token.', schema: Token }, ...REFUSALS, ...UNAUTHENTICATED },
  },
  {
    method: 'POST',
    path: '/identity/introspect',
    operationId: 'introspect',
    requires: 'nothing',
    summary: 'Ask whether a token or an API key is good now (RFC 7662)',
    tags: TAGS,
    security: ['basic', 'bearer'],
    body: { schema: CredentialForm, mediaType: FORM },
    answers: {
      200: { description: 'Active with claims, or not active.', schema: Introspected },
      ...REFUSALS,
      ...UNAUTHENTICATED,
    },
  },
  {
    method: 'POST',
    path: '/identity/revoke',
    operationId: 'revoke',
    requires: 'nothing',
    summary: 'End a token, or disable an API key, that one holds (RFC 7009)',
    tags: TAGS,
    security: [],
    body: { schema: CredentialForm, mediaType: FORM },
    answers: {
      200: { description: 'It is refused from now on, or never was good.', schema: z.object({}) },
      ...REFUSALS,
    },
  },
  {
    method: 'GET',
    path: '/identity/userinfo',
    operationId: 'userinfo',
    requires: 'a token',
    summary: 'Whose token this is',
    tags: TAGS,
    security: ['bearer'],
    answers: {
      200: { description: 'The identity.', schema: Userinfo },
      400: refusal('The header is malformed, or a secret stands in the URL.'),
      ...UNAUTHENTICATED,
      500: refusal('An internal error.'),
    },
  },
  {
    method: 'GET',
    path: '/identity/keys',
    operationId: 'getSigningKeys',
    requires: 'nothing',
    summary: 'The public signing keys (RFC 7517)',
    description: 'Also at /oidc/jwks.',
    tags: TAGS,
    security: [],
    answers: { 200: { description: 'The key set.', schema: KeySet }, 304: { description: 'Unchanged.' } },
  },
  {
    method: 'GET',
    path: '/identity/.well-known/openid-configuration',
    operationId: 'getOpenidConfiguration',
    requires: 'nothing',
    summary: 'Discovery (OpenID Connect Discovery 1.0)',
    tags: TAGS,
    security: [],
    answers: METADATA_ANSWERS,
  },
  {
    method: 'GET',
    path: '/.well-known/oauth-authorization-server/identity',
    operationId: 'getAuthorizationServerMetadata',
    requires: 'nothing',
    summary: 'Discovery (RFC 8414)',
    description: 'Also at /identity/.well-known/oauth-authorization-server.',
    tags: TAGS,
    security: [],
    answers: METADATA_ANSWERS,
  },
];
