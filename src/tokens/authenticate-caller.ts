import type { Account } from '../accounts/account.ts';
import type { RequireAllowedAddress } from '../accounts/allowed-addresses.ts';
import { TokenRevoked } from '../problems/credential-problems.ts';
import type { RecentReader } from '../store/store.ts';
import type { AccessTokenClaims } from '../token-format/token-claims.ts';
import type { AuthenticateBearer } from './authenticate-bearer.ts';

/**
 * Proves an access token that comes from an address which the token's account allows: a stolen token is worth nothing
 * elsewhere, also one that was made before the list was.
 * @param address the client's normalised address
 * @throws AddressNotAllowed, and what `AuthenticateBearer` throws
 */
export type AuthenticateCaller = (token: string, address: string) => Promise<AccessTokenClaims>;

/** What the authentication of callers stands on. */
export interface AuthenticateCallerParts {
  /** May be a second old: a list holds everywhere within a second of its change. */
  readonly accounts: Pick<RecentReader<Account, never>, 'get'>;
  readonly authenticateBearer: AuthenticateBearer;
  readonly requireAllowedAddress: RequireAllowedAddress;
}

/** @returns the one way in which a call that does something is let in; the account is one that was read lately */
export function callerAuthentication(parts: AuthenticateCallerParts): AuthenticateCaller {
  const { accounts, authenticateBearer, requireAllowedAddress } = parts;
  return async (token, address) => {
    const claims = await authenticateBearer(token);
    const account = await accounts.get(claims.account.bss);
    if (account === undefined) throw new TokenRevoked('The account of the token is gone.');
    requireAllowedAddress(account, address);
    return claims;
  };
}
