import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { revokedSubjects } from '../../src/revocations/revoked-subjects.ts';
import {
  accountSubject,
  grantSubject,
  INSTALLATION_SUBJECT,
  identitySubject,
  keySubject,
  membershipSubject,
  revocationSubjects,
  tokenSubject,
} from '../../src/token-format/revocation-subjects.ts';
import { accessClaims } from '../token-format/given-claims.ts';

const NOW = 1_800_000_000_000;
const few = <const T>(...values: readonly T[]) => fc.constantFrom(...values);
const generation = fc.nat(4);

/** Tokens of a small world, so that their chains overlap in every way. */
const CHAINS = fc.record({
  jti: few('j1', 'j2', 'j3'),
  key: few('k1', 'k2'),
  identity: few('i1', 'i2'),
  account: few('a1', 'a2'),
  grant: few('g1', 'g2', undefined),
  isMember: fc.boolean(),
  generations: fc.record({
    installation: generation,
    account: generation,
    identity: generation,
    membership: generation,
    key: generation,
  }),
});
type Chain = typeof CHAINS extends fc.Arbitrary<infer T> ? T : never;

/** What may be cut off, at every level. */
const CUTS = fc.record({
  level: few('token', 'grant', 'key', 'identity', 'membership', 'account', 'installation'),
  chain: CHAINS,
  minimum: fc.integer({ min: 1, max: 5 }),
});
type Cut = typeof CUTS extends fc.Arbitrary<infer T> ? T : never;

const claimsOf = ({ jti, key, identity, account, grant, isMember, generations }: Chain) => {
  const { membership, ...always } = generations;
  return accessClaims({
    ...{ jti, iam_id: identity },
    account: { valid: true, bss: account, frozen: false },
    latchkey: {
      api_key_id: key,
      generations: isMember ? { ...always, membership } : always,
      ...(grant !== undefined && { grant_id: grant }),
    },
  });
};

const subjectOf = ({ level, chain: { jti, grant, key, identity, account } }: Cut): string =>
  ({
    token: tokenSubject(jti),
    grant: grantSubject(grant ?? 'g1'),
    key: keySubject(key),
    identity: identitySubject(identity),
    membership: membershipSubject(account, identity),
    account: accountSubject(account),
    installation: INSTALLATION_SUBJECT,
  })[level];

/** The rule, written the other way round: from the cut to the token, level by level. */
function isCut(token: Chain, { level, chain, minimum }: Cut): boolean {
  const { generations } = token;
  const isMembership = token.isMember && token.account === chain.account && token.identity === chain.identity;
  switch (level) {
    case 'token':
      return token.jti === chain.jti;
    case 'grant':
      return token.grant === (chain.grant ?? 'g1');
    case 'key':
      return token.key === chain.key && generations.key < minimum;
    case 'identity':
      return token.identity === chain.identity && generations.identity < minimum;
    case 'membership':
      return isMembership && generations.membership < minimum;
    case 'account':
      return token.account === chain.account && generations.account < minimum;
    case 'installation':
      return generations.installation < minimum;
  }
}

const minimumOf = ({ level, minimum }: Cut): number => (level === 'token' || level === 'grant' ? 1 : minimum);

/** R16, CVE-2026-8922: one level that is compared wrongly lets a token of a suspended account pass. */
describe('any cut-offs of any levels, and any token', () => {
  it('when they are compared, then the token is revoked exactly if one of them concerns its chain', () => {
    fc.assert(
      fc.property(fc.array(CUTS, { maxLength: 6 }), CHAINS, (cuts, token) => {
        const revoked = revokedSubjects({ now: () => NOW });
        for (const cut of cuts) revoked.learn(subjectOf(cut), minimumOf(cut), NOW + 3_660_000);

        const verdict = revoked.judge(revocationSubjects(claimsOf(token)));

        expect(verdict).toBe(cuts.some((cut) => isCut(token, cut)));
      }),
      { numRuns: 1_000 },
    );
  });

  it('when they expire at different times, then each holds until its own, to the second', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(CUTS, fc.nat(10)), { maxLength: 6 }), CHAINS, async (cuts, token) => {
        let now = NOW;
        const revoked = revokedSubjects({ now: () => now });
        for (const [cut, seconds] of cuts) revoked.learn(subjectOf(cut), minimumOf(cut), NOW + seconds * 1_000);
        for (; now <= NOW + 11_000; now += 1_000) {
          await revoked.sweep();
          // A later cut-off of the same thing keeps the highest minimum alive, which errs on the safe side.
          const must = cuts.some(([cut, seconds]) => isCut(token, cut) && NOW + seconds * 1_000 >= now);
          const verdict = revoked.judge(revocationSubjects(claimsOf(token)));
          if (must) expect(verdict).toBe(true);
          if (!cuts.some(([cut]) => isCut(token, cut))) expect(verdict).toBe(false);
        }
        expect([revoked.size, revoked.generations]).toEqual([0, 0]);
      }),
      { numRuns: 30 },
    );
  });
});
