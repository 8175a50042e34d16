import type { Router } from 'express';
import { z } from 'zod';
import type { ClientAddressOf } from '../../http/client-addresses.ts';
import { methods } from '../../http/methods.ts';
import type { Operation } from '../../http/openapi.ts';
import type { ProveSession } from '../../tokens/sessions.ts';
import type { BearerOf } from './administrator.ts';
import { SERVICE_ACCOUNT_SCOPES } from './environment-scopes.ts';
import { failureAnswers } from './failure-answers.ts';
import { sessionCookieOf } from './session-cookie.ts';

/** What the route stands on. */
export interface EnvironmentRouteParts {
  readonly bearerOf: BearerOf;
  readonly proveSession: ProveSession;
  readonly clientAddressOf: ClientAddressOf;
}

const PATH = '/environment/scopes/service-accounts';

const CHILD_SCOPE = z.object({ scope: z.string(), description: z.string() });
const SCOPE = CHILD_SCOPE.extend({ childScopes: z.array(CHILD_SCOPE).optional() }).meta({ id: 'ServiceAccountScope' });

/** `/environment/scopes/service-accounts`: the same for everybody who is logged in, by a token or by a session. */
export function environmentRoutes(
  router: Router,
  { bearerOf, proveSession, clientAddressOf }: EnvironmentRouteParts,
): void {
  methods(router, PATH, {
    async GET(request, response) {
      const session = request.headers.authorization === undefined ? sessionCookieOf(request) : undefined;
      // Only read: it is no harm that a cookie is enough.
      if (session === undefined) await bearerOf(request);
      else await proveSession(session, clientAddressOf(request));
      response.json(SERVICE_ACCOUNT_SCOPES);
    },
  });
}

/** The rows of the environment. */
export const ENVIRONMENT_OPERATIONS: readonly Operation[] = [
  {
    method: 'GET',
    path: PATH,
    operationId: 'listServiceAccountScopes',
    requires: 'a token',
    tags: ['Service accounts'],
    security: ['bearer'],
    summary: 'List the scopes that service accounts may have',
    description: 'A session in its cookie is enough, too.',
    answers: { 200: { description: 'The scopes.', schema: z.array(SCOPE) }, ...failureAnswers() },
  },
];
