import { type AuthenticateApiKey, requireUsable } from '../api-keys/authenticate-api-key.ts';
import type { Clock } from '../clock/clock.ts';
import { ClientUnknown } from '../problems/credential-problems.ts';
import { isRefusal } from '../problems/is-refusal.ts';
import type { Problem } from '../problems/problem.ts';
import type { LoadIdentityChain } from './identity-chain.ts';
import type { ClientCredentials } from './token-request.ts';

/**
 * Proves the client that names itself.
 * @returns its id, or `undefined` when none named itself
 * @throws ClientUnknown
 */
export type AuthenticateClient = (client: ClientCredentials | undefined) => Promise<string | undefined>;

/** Names without a secret of their own, which prove nothing (IBM Cloud IAM Identity API, token operations). */
const NAMES_WITHOUT_SECRET: ReadonlySet<string> = new Set(['bx', 'kube', 'default']);

/** @returns whether the client of this id has a secret, so that naming itself proves something */
export const hasSecret = ({ id }: ClientCredentials): boolean => !NAMES_WITHOUT_SECRET.has(id);

/** What the authentication of clients stands on. */
export interface AuthenticateClientParts {
  readonly authenticate: AuthenticateApiKey;
  readonly loadIdentityChain: LoadIdentityChain;
  readonly clock: Clock;
}

/** OAuth clients are service IDs: the client id is the service ID's id, the client secret one of its keys. */
export function clientAuthentication(parts: AuthenticateClientParts): AuthenticateClient {
  const { authenticate, loadIdentityChain, clock } = parts;
  return async (client) => {
    if (client === undefined) return undefined;
    if (!hasSecret(client)) return client.id;
    const apiKey = await authenticate(client.secret);
    if (apiKey === undefined || apiKey.iamId !== `iam-${client.id}`) throw unknown();
    try {
      requireUsable(apiKey, clock.now());
      // A removed service ID is no client any more, also while its keys still wait for their removal.
      await loadIdentityChain(apiKey, undefined);
    } catch (error) {
      if (isRefusal(error)) throw unknown(error);
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
