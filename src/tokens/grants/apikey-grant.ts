import type { AuthenticateApiKey } from '../../api-keys/authenticate-api-key.ts';
import { ApiKeyUnknown } from '../../problems/credential-problems.ts';
import { ParameterMissing } from '../../problems/request-problems.ts';
import type { Grant } from '../token-request.ts';

/** What the grant stands on. */
export interface ApiKeyGrantParts extends Pick<Grant, 'claim'> {
  readonly authenticate: AuthenticateApiKey;
}

/** Proves an API key by its secret (IBM Cloud IAM Identity API, token operations). */
export function apiKeyGrant({ claim, authenticate }: ApiKeyGrantParts): Grant {
  return {
    claim,
    needsClient: false,

    async prove({ secret }) {
      if (secret === undefined) throw new ParameterMissing('apikey');
      const apiKey = await authenticate(secret);
      // A secret that is not exactly right gets one answer: anything finer would let a caller
      // find out which keys exist.
      if (apiKey === undefined) throw new ApiKeyUnknown();
      return { credential: apiKey };
    },
  };
}
