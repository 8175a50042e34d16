import { type Clock, secondsOf } from '../../clock/clock.ts';
import { AssertionInvalid } from '../../problems/credential-problems.ts';
import { ParameterInvalid, ParameterMissing } from '../../problems/request-problems.ts';
import type { Credential } from '../credential.ts';
import { ASSERTION_GRANT_CLAIM, type Grant, type OfferedAssertion } from '../token-request.ts';
import type { UseAssertion } from '../used-assertions.ts';
import { type AssertionKey, isSignedBy, readAssertion } from './signed-assertion.ts';

/** An identity that proves itself by what it signs. */
export interface AssertionSigner {
  readonly credential: Credential;
  readonly keys: readonly AssertionKey[];
  /** What its tokens may be for. */
  readonly scopes: readonly string[];
}

/** What the grant stands on. */
export interface AssertionGrantParts {
  /** @returns whose assertions have this `iss`; `undefined`: nobody's */
  readonly signerOf: (issuer: string) => Promise<AssertionSigner | undefined>;
  readonly useAssertion: UseAssertion;
  readonly clock: Clock;
}

/** The clocks of clients may differ by this much, in seconds. */
const SKEW_SECONDS = 60;

/** How far ahead `exp` may lie, in seconds: a longer assertion would be a key of its own, for whoever finds it. */
const LONGEST_SECONDS = 15 * 60;

/** Proves an assertion that the identity has signed with a key of its own (RFC 7523, sections 2.1 and 3). It is good for one use. */
export function assertionGrant({ signerOf, useAssertion, clock }: AssertionGrantParts): Grant {
  return {
    claim: ASSERTION_GRANT_CLAIM,
    needsClient: false,

    async prove({ assertion }) {
      if (assertion === undefined) throw new ParameterMissing('assertion');
      const read = readAssertion(assertion.jwt);
      if (read === undefined) throw invalid('not a compact JWS');
      const { iss, sub } = read.claims;
      const signer = typeof iss === 'string' ? await signerOf(iss) : undefined;
      // One answer for both: who has no key of it learns not whether there is such an identity.
      if (signer === undefined || typeof iss !== 'string') throw invalid('of an unknown issuer');
      if (!(await isSignedBy(assertion.jwt, read, signer.keys))) throw invalid('not signed by a key of its issuer');
      if (sub !== iss) throw invalid('sub is not iss');
      const expiresAt = checkedTimes(read.claims, secondsOf(clock.now()));
      await requireAudience(assertion, read.claims['aud'], signer.credential.accountId);
      // Before it is used up: clients leave out the scopes that they are told of, and send the same assertion again.
      const scope = grantedScope(assertion, signer);
      const { jti } = read.claims;
      const name = typeof jti === 'string' && jti !== '' ? jti : signedPartOf(assertion.jwt);
      // Replay: whoever reads one on its way must not make a second token of it.
      if (!(await useAssertion(iss, name, (expiresAt + SKEW_SECONDS) * 1_000))) throw invalid('it was used before');
      return { credential: signer.credential, scope };
    },
  };
}

/** @returns its `exp`, in seconds */
function checkedTimes({ exp, nbf, iat }: Readonly<Record<string, unknown>>, now: number): number {
  if (!isInstant(exp)) throw invalid('exp is missing');
  if (now >= exp + SKEW_SECONDS) throw invalid('expired');
  if (exp > now + LONGEST_SECONDS + SKEW_SECONDS) throw invalid('exp is more than 15 minutes away');
  const latestStart = now + SKEW_SECONDS;
  if (nbf !== undefined && !(isInstant(nbf) && nbf <= latestStart)) throw invalid('not valid yet');
  if (iat !== undefined && !(isInstant(iat) && iat <= latestStart)) throw invalid('issued in the future');
  return Math.ceil(exp);
}

const isInstant = (value: unknown): value is number =>
  typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER;

/** One that was signed for another service, which then sends it here, is worth nothing (RFC 7523, section 3, "aud"). */
async function requireAudience({ isAudience }: OfferedAssertion, aud: unknown, accountId: string): Promise<void> {
  const named: readonly unknown[] = Array.isArray(aud) ? aud.slice(0, 5) : [aud];
  for (const one of named) {
    if (typeof one === 'string' && (await isAudience(one, accountId))) return;
  }
  throw invalid('for another audience');
}

function grantedScope({ scopes }: OfferedAssertion, signer: AssertionSigner): string {
  const unsupported = scopes?.filter((scope) => !signer.scopes.includes(scope)) ?? [];
  if (unsupported.length > 0) {
    throw new ParameterInvalid('scope', 'names what the service account may not have', {
      details: `Unsupported scope for service account: ${unsupported.join(',')}`,
    });
  }
  return [...new Set(scopes ?? signer.scopes)].join(' ');
}

/** What is signed; the signature itself may be written in more than one way. */
const signedPartOf = (jwt: string): string => jwt.slice(0, jwt.lastIndexOf('.'));

/** One sentence for every reason: a forger learns nothing; the log learns which check it was. */
const invalid = (diagnostic: string): AssertionInvalid =>
  new AssertionInvalid('The assertion is not valid.', {
    details:
      'It must be signed by a key of the service account that iss and sub name, for this service, for at most 15 minutes, and used once.',
    diagnostic,
  });
