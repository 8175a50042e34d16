import { Router } from 'express';
import type { OnFailure } from '../../http/api-answers.ts';
import { respondWith } from '../../http/app.ts';
import type { DirectRoutes } from '../../http/direct-routes.ts';
import { methods } from '../../http/methods.ts';
import { MethodNotAllowed, RouteUnknown } from '../../problems/request-problems.ts';
import type { Jwks } from '../../signing-keys/jwks.ts';
import { tokenFailures } from './answers.ts';
import { type CredentialRouteParts, introspectRoute, revokeRoute, userinfoRoute } from './credential-routes.ts';
import { type DiscoveryParts, discoveryRoute, keysRoute } from './discovery.ts';
import { type TokenRouteParts, tokenRoute } from './token-route.ts';

/** What the door stands on. */
export interface IbmIamTokenDoorParts extends TokenRouteParts, CredentialRouteParts, DiscoveryParts {
  readonly direct: DirectRoutes;
  readonly jwks: () => Jwks;
  readonly onFailure: OnFailure;
}

const TOKEN_PATH = '/identity/token';

/** Of clients that escape the `#` of the generated "token API" (`/identity/token#apikey`). Linear: one bounded class. */
const ESCAPED_TOKEN = /^\/identity\/token%23[^/]{0,100}$/;

/**
 * `/identity/*`: IBM Cloud IAM's token endpoint, its keys, discovery and introspection, and a revocation endpoint that IBM
 * does not have. It knows IBM's wire format and nothing of how a key is proven.
 */
export function ibmIamTokenDoor(parts: IbmIamTokenDoorParts): Router {
  const router = Router();
  const token = tokenRoute(parts);
  const keys = keysRoute(parts.jwks);
  const discovery = discoveryRoute(parts);

  methods(router, TOKEN_PATH, { POST: parts.direct.post(TOKEN_PATH, token) });
  // Aliases: an old one, and a common mistake of clients that are given the issuer as base.
  methods(router, '/oidc/token', { POST: token });
  methods(router, '/identity/identity/token', { POST: token });
  methods(router, '/identity/keys', { GET: keys });
  methods(router, '/oidc/jwks', { GET: keys });
  methods(router, '/identity/introspect', { POST: introspectRoute(parts) });
  methods(router, '/identity/revoke', { POST: revokeRoute(parts) });
  methods(router, '/identity/userinfo', { GET: userinfoRoute(parts) });
  methods(router, '/identity/.well-known/openid-configuration', { GET: discovery });
  methods(router, '/identity/.well-known/oauth-authorization-server', { GET: discovery });
  methods(router, '/.well-known/oauth-authorization-server/identity', { GET: discovery });
  methods(router, '/.well-known/openid-configuration/identity', { GET: discovery });
  router.post(ESCAPED_TOKEN, token);
  router.all(ESCAPED_TOKEN, (request) => {
    throw new MethodNotAllowed(request.method, ['POST']);
  });

  router.use(['/identity', '/oidc'], () => {
    // The path is not repeated: somebody may have put a key into it.
    throw new RouteUnknown('There is nothing at this path.', {
      details: 'The token endpoint is POST /identity/token.',
    });
  });
  router.use(respondWith(tokenFailures(parts.onFailure)));
  return router;
}
