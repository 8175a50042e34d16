import { type Clock, secondsOf } from '../../clock/clock.ts';
import { TokenExpired, TokenRevoked } from '../../problems/credential-problems.ts';
import { AccessDenied } from '../../problems/entity-problems.ts';
import { ParameterMissing } from '../../problems/request-problems.ts';
import type { AuthenticateBearer } from '../authenticate-bearer.ts';
import type { Credential } from '../credential.ts';
import { isSameChain, type LoadIdentityChain } from '../identity-chain.ts';
import { sessionEnd } from '../session-life.ts';
import type { Grant } from '../token-request.ts';

/** What the grant stands on. */
export interface RenewalGrantParts {
  readonly authenticateBearer: AuthenticateBearer;
  readonly loadIdentityChain: LoadIdentityChain;
  /** @returns the password of a user as it is now; `undefined`: the user has none */
  readonly passwordOf: (iamId: string) => Promise<Pick<Credential, 'id' | 'iamId' | 'generation'> | undefined>;
  readonly clock: Clock;
  /** That of tokens that are for everything. */
  readonly scope: string;
}

/** That of the log-in itself: a token that was renewed can be renewed again. */
const GRANT_CLAIM = 'password';

/**
 * Proves that a user is still logged in, by the good token of a log-in with a password: for the same account, and never beyond the
 * end of the session. Whoever has a token of anything else has what it was made with, and makes a new one with that: an hour's token of
 * a key must not become half a day's.
 */
export function renewalGrant({
  authenticateBearer,
  loadIdentityChain,
  passwordOf,
  clock,
  scope,
}: RenewalGrantParts): Grant {
  return {
    claim: GRANT_CLAIM,
    needsClient: false,
    async prove({ accessToken }) {
      if (accessToken === undefined) throw new ParameterMissing('token');
      const claims = await authenticateBearer(accessToken);
      const { auth_time: authenticatedAt, iam_id: iamId, latchkey } = claims;
      // Privilege growth: the new token has every scope, and would outlive the session from which a code has led to this one.
      const isOfALogIn = authenticatedAt !== undefined && claims.grant_type === GRANT_CLAIM;
      if (!isOfALogIn || claims.scope !== scope) throw notOfALogIn();
      const password = await passwordOf(iamId);
      if (password?.id !== latchkey.api_key_id) throw revoked('its password is gone');
      const accountId = claims.account.bss;
      const credential: Credential = { ...password, accountId, disabled: false };
      const chain = await loadIdentityChain(credential, accountId);
      // The news of a cut-off may come after the cut-off: a renewed token would have the generations that are good again.
      if (!isSameChain(chain, latchkey.generations)) throw revoked('its chain was cut off');
      if (secondsOf(clock.now()) >= sessionEnd(chain.account, authenticatedAt)) {
        throw new TokenExpired('The session has ended. Log in again.');
      }
      return { credential, chain, authenticatedAt };
    },
  };
}

const notOfALogIn = (): AccessDenied =>
  new AccessDenied('Only the token of a log-in with a password can be renewed.', {
    details: 'Make a new token with what this one was made with.',
  });

const revoked = (diagnostic: string): TokenRevoked =>
  new TokenRevoked('The token was revoked.', { details: 'Log in again.', diagnostic });
