import { hash } from 'node:crypto';
import { AuthorizationCodeInvalid } from '../../problems/credential-problems.ts';
import { ParameterMissing } from '../../problems/request-problems.ts';
import type { LiveSet } from '../../revocations/live-set.ts';
import { revocationSubjects } from '../../token-format/revocation-subjects.ts';
import type { AuthorizationCodes } from '../authorization-codes.ts';
import { isSameChain, type LoadIdentityChain } from '../identity-chain.ts';
import type { EndReplayed } from '../replayed-codes.ts';
import type { Grant } from '../token-request.ts';

/** What the grant stands on. */
export interface AuthorizationCodeGrantParts {
  readonly codes: Pick<AuthorizationCodes, 'take'>;
  readonly endReplayed: EndReplayed;
  readonly revocations: LiveSet;
  readonly loadIdentityChain: LoadIdentityChain;
}

/**
 * Proves an authorization code of a session (RFC 6749, section 4.1.3), always with the verifier of its challenge (RFC 7636): a code that
 * was read on its way is worth nothing to who did not ask for it. The token hangs on the session: it ends with it at the latest.
 */
export function authorizationCodeGrant(parts: AuthorizationCodeGrantParts): Grant {
  const { codes, endReplayed, revocations, loadIdentityChain } = parts;
  return {
    claim: 'authorization_code',
    needsClient: false,

    async prove({ code }, origin) {
      if (code === undefined) throw new ParameterMissing('code');
      const taken = await codes.take(code.value);
      // Replay: also what the first use came to is ended, because it may have been the thief's (RFC 9700, section 2.1.1).
      if (taken?.isReplayed === true) await endReplayed(taken.trace, origin);
      const given = taken?.grant;
      if (taken === undefined || given === undefined) throw invalid('unknown, used or too old');
      // Code injection: it was given for another place (RFC 9700, section 2.1).
      if (given.redirectUri !== code.redirectUri) throw invalid('another redirect_uri');
      // No comparison in constant time is needed: both are digests of what the caller chose.
      if (given.challenge !== hash('sha256', code.verifier, 'base64url')) throw invalid('another verifier');
      const { session, scope } = given;
      if (await revocations.revokes(revocationSubjects(session))) throw invalid('its session has ended');
      const { latchkey, account, iam_id: iamId, exp, auth_time: authenticatedAt } = session;
      const { api_key_id: id, generations, grant_id: grantId } = latchkey;
      const lasting = { generation: generations.key, disabled: false, expiresAt: exp * 1_000 };
      const credential = { id, iamId, accountId: account.bss, ...lasting };
      // The news of a cut-off may come after the cut-off: the token would have the generations that are good again.
      const chain = await loadIdentityChain(credential, account.bss);
      if (!isSameChain(chain, generations)) throw invalid('its session was cut off');
      return { credential, chain, grantId, scope, authenticatedAt, tokenId: taken.trace.tokenId };
    },
  };
}

const invalid = (diagnostic: string): AuthorizationCodeInvalid =>
  new AuthorizationCodeInvalid('The authorization code is invalid, expired or was used. Log in again.', { diagnostic });
