import { type AuthenticateApiKey, requireUsable } from '../api-keys/authenticate-api-key.ts';
import type { Clock } from '../clock/clock.ts';
import { ClientUnknown } from '../problems/credential-problems.ts';
import { Problem } from '../problems/problem.ts';
import type { ClientCredentials } from './token-request.ts';

/**
 * Proves the client that names itself.
 * @returns its id, or `undefined` when none named itself
 * @throws ClientUnknown
 */
export type AuthenticateClient = (client: ClientCredentials | undefined) => Promise<string | undefined>;

/** Clients that IBM's tools use; a name without a secret of its own, which proves nothing. */
const NAMES_WITHOUT_SECRET: ReadonlySet<string> = new Set(['bx', 'kube', 'default']);

/** OAuth clients are service IDs: the client id is the service ID's id, the client secret one of its keys. */
export function clientAuthentication(parts: { authenticate: AuthenticateApiKey; clock: Clock }): AuthenticateClient {
  const { authenticate, clock } = parts;
  return async (client) => {
    if (client === undefined) return undefined;
    if (NAMES_WITHOUT_SECRET.has(client.id)) return client.id;
    const apiKey = await authenticate(client.secret);
    if (apiKey === undefined || apiKey.iamId !== `iam-${client.id}`) throw unknown();
    try {
      requireUsable(apiKey, clock.now());
    } catch (error) {
      if (error instanceof Problem) throw unknown(error);
      throw error;
    }
    return client.id;
  };
}

const unknown = (cause?: Problem): ClientUnknown =>
  new ClientUnknown('The client is unknown, or its secret is wrong.', {
    details: 'A client id is the id of a service ID, and the client secret one of its API keys.',
    cause,
  });
