import { type ServiceAccountsParts, serviceAccountsIn } from '../service-accounts/service-accounts.ts';
import { signersIn } from '../service-accounts/signers.ts';
import { type AuthorizationCodesParts, authorizationCodesIn } from '../tokens/authorization-codes.ts';
import { assertionGrant } from '../tokens/grants/assertion-grant.ts';
import { authorizationCodeGrant } from '../tokens/grants/authorization-code-grant.ts';
import { identityChainsIn } from '../tokens/identity-chain.ts';
import { replayedCodes } from '../tokens/replayed-codes.ts';
import { type SessionParts, sessionProofs } from '../tokens/sessions.ts';
import { usedAssertionsIn } from '../tokens/used-assertions.ts';

/** What log-ins other than with an API key are joined from. */
export type LogInDomainsParts = ServiceAccountsParts & SessionParts & AuthorizationCodesParts;

/** What doors and the exchange need for them. */
export type LogInDomains = ReturnType<typeof logInDomainsIn>;

/** Joins sessions, authorization codes, service accounts and the grants that prove them. No exchange of an API key needs any of it. */
export function logInDomainsIn(parts: LogInDomainsParts) {
  const { store, clock, revocations } = parts;
  const codes = authorizationCodesIn(parts);
  return {
    codes,
    proveSession: sessionProofs(parts),
    serviceAccounts: serviceAccountsIn(parts),
    authorizationCodeGrant: authorizationCodeGrant({
      ...{ codes, revocations, loadIdentityChain: identityChainsIn(store) },
      endReplayed: replayedCodes(parts),
    }),
    assertionGrant: assertionGrant({ signerOf: signersIn(store), useAssertion: usedAssertionsIn(store), clock }),
  };
}
