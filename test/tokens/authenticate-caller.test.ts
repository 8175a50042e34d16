import { describe, expect, it } from '@jest/globals';
import type { Account } from '../../src/accounts/account.ts';
import { allowedAddresses } from '../../src/accounts/allowed-addresses.ts';
import { AddressNotAllowed, TokenRevoked } from '../../src/problems/credential-problems.ts';
import { StoreUnavailable } from '../../src/problems/request-problems.ts';
import type { AccessTokenClaims } from '../../src/token-format/token-claims.ts';
import { callerAuthentication } from '../../src/tokens/authenticate-caller.ts';

const ACCOUNT: Account = {
  ...{ id: 'a'.repeat(32), entityTag: '1-0', tenantId: 'tenant', name: 'account', ownerIamId: 'IBMid-1' },
  ...{ settings: { allowedAddresses: '192.0.2.7' }, generation: 1, createdAt: 0, modifiedAt: 0 },
};

/** The one thing that is asked of a store: the account, as it was read lately. */
const authenticateWith = (read: () => Promise<Account | undefined>) =>
  callerAuthentication({
    accounts: { get: read },
    // Only the account is looked at; what a real token holds besides, other tests prove.
    authenticateBearer: async () => ({ account: { bss: ACCOUNT.id } }) as AccessTokenClaims,
    requireAllowedAddress: allowedAddresses(),
  });

/** Fails open: an outage, or an account that is gone, must never be taken for an account without a list. */
describe('the authentication of callers', () => {
  it('given the list of the account, when a caller comes from it or from elsewhere, then it holds', async () => {
    const authenticate = authenticateWith(async () => ACCOUNT);

    await expect(authenticate('token', '192.0.2.7')).resolves.toMatchObject({ account: { bss: ACCOUNT.id } });
    await expect(authenticate('token', '192.0.2.8')).rejects.toThrow(AddressNotAllowed);
    await expect(authenticate('token', '')).rejects.toThrow(AddressNotAllowed);
  });

  it('attack: when the list cannot be read, then nobody is let in, and it is an outage', async () => {
    const authenticate = authenticateWith(async () => {
      throw new StoreUnavailable();
    });

    await expect(authenticate('token', '192.0.2.7')).rejects.toThrow(StoreUnavailable);
  });

  it('attack: when the account is gone, then its tokens are too', async () => {
    await expect(authenticateWith(async () => undefined)('token', '192.0.2.7')).rejects.toThrow(TokenRevoked);
  });
});
