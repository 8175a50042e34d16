import type { RequestHandler } from 'express';
import { SECURITY_HEADERS } from '../../http/security-headers.ts';
import type { Jwks } from '../../signing-keys/jwks.ts';
import type { SigningAlgorithm } from '../../token-format/token-types.ts';
import { API_KEY_GRANT, TOKEN_SCOPE } from './token-names.ts';

/** GET /identity/keys: the public signing keys (RFC 7517, section 5), precomputed; revalidated by a strong ETag. */
export function keysRoute(jwks: () => Jwks): RequestHandler {
  return (request, response) => {
    const { body, etag, maxAgeSeconds } = jwks();
    const headers = { ...SECURITY_HEADERS, ETag: etag, 'Cache-Control': `public, max-age=${maxAgeSeconds}` };
    if (matches(request.headers['if-none-match'], etag)) {
      response.writeHead(304, headers).end();
      return;
    }
    response.writeHead(200, { ...headers, 'Content-Type': 'application/json', 'Content-Length': body.length });
    response.end(body);
  };
}

/** RFC 9110, section 13.1.2: compared weakly, `*` matches whatever is there. */
function matches(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  const candidates = ifNoneMatch.split(',').map((candidate) => candidate.trim().replace(/^W\//, ''));
  return candidates.includes(etag) || candidates.includes('*');
}

/** What discovery tells. */
export interface DiscoveryParts {
  readonly publicUrl: string;
  readonly issuer: string;
  readonly signingAlgorithms: readonly SigningAlgorithm[];
  /** Whether introspection without credentials is allowed. */
  readonly anonymousIntrospection: boolean;
}

/** OpenID Connect Discovery 1.0 and RFC 8414 in one: the same, only issuer and the same endpoints in both documents. */
export function discoveryRoute(parts: DiscoveryParts): RequestHandler {
  const { publicUrl, issuer, signingAlgorithms, anonymousIntrospection } = parts;
  const document = {
    issuer,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/keys`,
    introspection_endpoint: `${issuer}/introspect`,
    revocation_endpoint: `${issuer}/revoke`,
    userinfo_endpoint: `${issuer}/userinfo`,
    // IBM's CLI reads these two; this service has no login pages, and both answer with an error that says so.
    authorization_endpoint: `${issuer}/authorize`,
    passcode_endpoint: `${issuer}/passcode`,
    response_types_supported: ['cloud_iam'],
    grant_types_supported: [API_KEY_GRANT, 'refresh_token'],
    subject_types_supported: ['public'],
    token_endpoint_auth_methods_supported: ['none', 'client_secret_basic', 'client_secret_post'],
    introspection_endpoint_auth_methods_supported: [
      ...(anonymousIntrospection ? ['none'] : []),
      'client_secret_basic',
      'bearer',
    ],
    revocation_endpoint_auth_methods_supported: ['none'],
    id_token_signing_alg_values_supported: signingAlgorithms,
    scopes_supported: TOKEN_SCOPE.split(' '),
    claims_supported: [
      'iss',
      'sub',
      'aud',
      'exp',
      'iat',
      'jti',
      'client_id',
      'iam_id',
      'account',
      'scope',
      'grant_type',
    ],
    service_documentation: `${publicUrl}/`,
  };
  const body = Buffer.from(JSON.stringify(document));
  return (_request, response) => {
    response.writeHead(200, {
      ...SECURITY_HEADERS,
      'Content-Type': 'application/json',
      'Cache-Control': 'public, max-age=300',
      'Content-Length': body.length,
    });
    response.end(body);
  };
}
