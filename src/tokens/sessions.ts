import type { Account } from '../accounts/account.ts';
import type { RequireAllowedAddress } from '../accounts/allowed-addresses.ts';
import { TokenRevoked } from '../problems/credential-problems.ts';
import type { LiveSet } from '../revocations/live-set.ts';
import type { VerifyJwt } from '../signing-keys/verify-jwt.ts';
import type { RecentReader } from '../store/store.ts';
import { revocationSubjects } from '../token-format/revocation-subjects.ts';
import type { SessionClaims } from '../token-format/token-claims.ts';
import { SESSION_TOKEN_TYPE, sessionAudience } from '../token-format/token-types.ts';

/**
 * Proves a session of ours that was not taken back, from an address that its account allows. Nothing else is a session: an access
 * token that leaked must not become one that asks for more (token confusion).
 * @param address the client's normalised address
 * @throws TokenInvalid @throws TokenExpired @throws TokenRevoked @throws AddressNotAllowed
 */
export type ProveSession = (session: string, address: string) => Promise<SessionClaims>;

/** What the proof of sessions stands on. */
export interface SessionParts {
  readonly accounts: Pick<RecentReader<Account, never>, 'get'>;
  readonly verify: VerifyJwt;
  readonly revocations: LiveSet;
  readonly requireAllowedAddress: RequireAllowedAddress;
  readonly issuer: string;
}

/** @returns the one way in which a session is believed; it is signed, and no row is kept of it */
export function sessionProofs(parts: SessionParts): ProveSession {
  const { accounts, verify, revocations, requireAllowedAddress, issuer } = parts;
  return async (session, address) => {
    const claims = await verify(session, { typ: SESSION_TOKEN_TYPE, issuer, audience: sessionAudience(issuer) });
    if (await revocations.revokes(revocationSubjects(claims))) {
      throw new TokenRevoked('The session has ended.', { details: 'Log in again.' });
    }
    const account = await accounts.get(claims.account.bss);
    if (account === undefined) throw new TokenRevoked('The account of the session is gone.');
    requireAllowedAddress(account, address);
    return claims;
  };
}
