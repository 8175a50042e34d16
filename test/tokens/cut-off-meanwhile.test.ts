import { expect, it } from '@jest/globals';
import { allowedAddresses } from '../../src/accounts/allowed-addresses.ts';
import { isRefusal } from '../../src/problems/is-refusal.ts';
import { jwtVerifier } from '../../src/signing-keys/verify-jwt.ts';
import { exchangeWith } from '../../src/tokens/exchange.ts';
import { authorizationCodeGrant } from '../../src/tokens/grants/authorization-code-grant.ts';
import { refreshTokenGrant } from '../../src/tokens/grants/refresh-token-grant.ts';
import { renewalGrant } from '../../src/tokens/grants/renewal-grant.ts';
import { identityChainsIn, type LoadIdentityChain } from '../../src/tokens/identity-chain.ts';
import { tokenIssuer } from '../../src/tokens/issue-token.ts';
import type { Grant, TokenRequest } from '../../src/tokens/token-request.ts';
import { codeOf, newVerifier, returnAddress, sessionOf } from '../doors/ping-aic/logged-in.ts';
import { givenMembership, givenUser } from '../harness/given-credentials.ts';
import { givenOtherAccount } from '../harness/given-other-account.ts';
import { A_PASSWORD, givenPasswordUser } from '../harness/given-password.ts';
import { givenTenant } from '../harness/given-people.ts';
import { describeOnEveryBackend } from '../harness/running-service.ts';
import { signedIn } from '../harness/signed-in.ts';

const ORIGIN = { address: '127.0.0.1', requestId: 'r', transactionId: 't' };
const SCOPE = 'ibm openid';

/** Where the grants and the exchange read a chain, and when something happens beside them. */
interface Interleaving {
  /** After the first read of a chain in this account. */
  readonly accountId: string;
  readonly happens: () => Promise<unknown>;
}

/** Outlived sign-out: whoever proves something at the very moment at which it is cut off must come to no token that holds. */
describeOnEveryBackend('a cut-off that is made between the proof of something and its token', (service) => {
  /** @returns whether there is a token that is good after the cut-off */
  const comesToAToken = async (
    request: Omit<TokenRequest, 'offered'>,
    grantOver: (loadIdentityChain: LoadIdentityChain) => Grant,
    { accountId: cutOffIn, happens }: Interleaving,
  ): Promise<boolean> => {
    const { store, clock, domains, publicUrl } = service();
    const load = identityChainsIn(store);
    let isDone = false;
    const loadIdentityChain: LoadIdentityChain = async (credential, accountId = credential.accountId) => {
      const chain = await load(credential, accountId);
      if (!isDone && accountId === cutOffIn) {
        isDone = true;
        await happens();
      }
      return chain;
    };
    const issuer = `${publicUrl}/identity`;
    const exchange = exchangeWith({
      ...{ grants: new Map([[request.grant, grantOver(loadIdentityChain)]]), loadIdentityChain, clock },
      ...{ authenticateClient: domains.authenticateClient, recorder: domains.recorder },
      issueToken: tokenIssuer({ signingKeys: domains.signingKeys, clock, issuer, scope: SCOPE }),
      requireAllowedAddress: allowedAddresses(),
      failedAttempts: { check: () => undefined, record: () => undefined },
      onOutcome: () => undefined,
    });
    try {
      const { accessToken } = await exchange({ ...request, offered: [request.grant] }, ORIGIN);
      return (await service().call('POST', '/identity/introspect', { form: { token: accessToken } })).body.active;
    } catch (failure) {
      if (!isRefusal(failure)) throw failure;
      return false;
    } finally {
      expect(isDone).toBe(true);
    }
  };
  const refreshGrant = (loadIdentityChain: LoadIdentityChain): Grant => {
    const { store, clock, domains, publicUrl } = service();
    const verify = jwtVerifier({ signingKeys: domains.signingKeys, clock });
    const { revocations } = domains;
    return refreshTokenGrant({ store, verify, revocations, loadIdentityChain, clock, issuer: `${publicUrl}/identity` });
  };
  const signOutAt = (level: string, token: string) => async () => {
    expect((await service().call('POST', `/latchkey/v1/${level}/sign_out`, { token })).status).toBe(200);
  };
  const signOut = (accountId: string, iamId: string, token: string) =>
    signOutAt(`accounts/${accountId}/users/${iamId}`, token);
  const BX = { id: 'bx', secret: 'bx' };

  it('when a refresh token is used, then it leads to no token that holds', async () => {
    const { key } = await givenUser(service());
    const { refreshToken } = await signedIn(service(), key.secret);
    const happens = signOut(key.accountId, key.iamId, await service().ownerToken());
    const request = { grant: 'refresh_token', refreshToken, client: BX };

    expect(await comesToAToken(request, refreshGrant, { accountId: key.accountId, happens })).toBe(false);
  });

  it.each(['before', 'after'])(
    'when a refresh token leads into another account, and the cut-off there comes %s its chain is read, then none holds',
    async (when) => {
      const { key } = await givenUser(service());
      const { accountId, ownerToken } = await givenOtherAccount(service());
      await givenMembership(service(), accountId, key.iamId);
      const { refreshToken } = await signedIn(service(), key.secret);
      const happens = signOut(accountId, key.iamId, await ownerToken());
      const request = { grant: 'refresh_token', refreshToken, accountId, client: BX };
      const interleaving = { accountId: when === 'before' ? key.accountId : accountId, happens };

      expect(await comesToAToken(request, refreshGrant, interleaving)).toBe(false);
    },
  );

  it.each(['users', 'installation'])(
    'when a refresh token leads into another account, and the cut-off is that of %s, then none holds',
    async (level) => {
      const { key } = await givenUser(service());
      const { accountId } = await givenOtherAccount(service());
      await givenMembership(service(), accountId, key.iamId);
      const { refreshToken } = await signedIn(service(), key.secret);
      const path = level === 'users' ? `users/${key.iamId}` : level;
      const request = { grant: 'refresh_token', refreshToken, accountId, client: BX };
      const happens = signOutAt(path, await service().ownerToken());

      expect(await comesToAToken(request, refreshGrant, { accountId: key.accountId, happens })).toBe(false);
    },
  );

  it('when a log-in is renewed, or the code of a session exchanged, then neither leads to a token that holds', async () => {
    const tenant = await givenTenant(service());
    const { accountId } = tenant;
    const robin = await givenPasswordUser(service(), { token: await tenant.ownerToken(), accountId });
    const { domains, clock } = service();
    const interleaving = { accountId, happens: signOut(accountId, robin.iamId, await tenant.ownerToken()) };
    const json = { username: robin.email, password: A_PASSWORD };
    const login = await service().call('POST', '/api/authentication/login', { json });
    const { passwords } = await domains.people();

    const renewed = await comesToAToken(
      { grant: 'renewal', accessToken: login.body.token },
      (loadIdentityChain) =>
        renewalGrant({
          ...{ authenticateBearer: domains.authenticateBearer, loadIdentityChain, clock, scope: SCOPE },
          passwordOf: (iamId) => passwords.credentialOf(iamId),
        }),
      interleaving,
    );
    const { verifier, challenge } = newVerifier();
    const value = await codeOf(service(), await sessionOf(service(), robin), challenge);
    const { codes } = await domains.logIns();
    const exchanged = await comesToAToken(
      { grant: 'authorization_code', code: { value, verifier, redirectUri: returnAddress(service()) } },
      (loadIdentityChain) =>
        authorizationCodeGrant({
          ...{ codes, revocations: domains.revocations, loadIdentityChain },
          endReplayed: async () => undefined,
        }),
      interleaving,
    );

    expect([renewed, exchanged]).toEqual([false, false]);
  });
});
