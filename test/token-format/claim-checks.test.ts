import { describe, expect, it } from '@jest/globals';
import { claimsOfType, isAccessTokenClaims, isRefreshTokenClaims } from '../../src/token-format/claim-checks.ts';
import { revocationSubjects } from '../../src/token-format/revocation-subjects.ts';
import { accessClaims, refreshClaims } from './given-claims.ts';

describe('isAccessTokenClaims', () => {
  it('when the claims are a user’s or a service ID’s, then they are accepted', () => {
    const serviceId = accessClaims();
    const user = accessClaims({ given_name: 'Ada', family_name: '', email: 'ada@example.com', acr: 1, amr: ['pwd'] });

    expect(isAccessTokenClaims(serviceId)).toBe(true);
    expect(isAccessTokenClaims(user)).toBe(true);
  });

  it('when a newer release has added a claim, then they are accepted (rolling upgrade, R38)', () => {
    expect(isAccessTokenClaims({ ...accessClaims(), added_later: { any: 1 } })).toBe(true);
  });

  it.each(Object.keys(accessClaims()).filter((name) => !['name', 'sub_type', 'authn'].includes(name)))(
    'when %s is missing, then they are refused',
    (name) => {
      const { [name]: _gone, ...rest } = { ...accessClaims() } as Record<string, unknown>;

      expect(isAccessTokenClaims(rest)).toBe(false);
    },
  );

  it.each([
    ['exp is a text', { exp: '1700003600' }],
    ['exp is a fraction', { exp: 1.5 }],
    ['iat is negative', { iat: -1 }],
    ['aud is an empty list', { aud: [] }],
    ['aud holds a number', { aud: ['a', 5] }],
    ['sub is empty', { sub: '' }],
    ['scope is a list', { scope: ['ibm'] }],
    ['account is null', { account: null }],
    ['account is a list', { account: [] }],
    ['account has no bss', { account: { valid: true } }],
    ['account.valid is a text', { account: { valid: 'true', bss: 'a' } }],
    ['latchkey has no key id', { latchkey: { generations: accessClaims().latchkey.generations } }],
    [
      'a generation is missing',
      { latchkey: { api_key_id: 'k', generations: { installation: 1, account: 1, identity: 1 } } },
    ],
    ['unique_instance_crns is a text', { unique_instance_crns: 'crn' }],
    ['authn is a text', { authn: 'me' }],
    ['the grant id is a number', { latchkey: { ...accessClaims().latchkey, grant_id: 7 } }],
  ])('when %s, then they are refused', (_name, wrong) => {
    expect(isAccessTokenClaims({ ...accessClaims(), ...wrong })).toBe(false);
  });

  /** A generation that is not a plain number would compare false with every cut-off and never be revoked. */
  it.each([['"9"'], ['null'], ['1e999'], ['-1'], ['1.5'], ['[2]']])(
    'when a generation is %s, then they are refused',
    (json) => {
      const claims = JSON.parse(JSON.stringify(accessClaims()).replace('"key":5', `"key":${json}`));

      expect(isAccessTokenClaims(claims)).toBe(false);
    },
  );

  it('when members come from the prototype, then they do not count', () => {
    expect(isAccessTokenClaims(Object.create(accessClaims()))).toBe(false);
  });

  it('when the claims are no object, then they are refused', () => {
    expect([undefined, null, 'x', [], 3].some(isAccessTokenClaims)).toBe(false);
  });
});

describe('claimsOfType', () => {
  it('when refresh claims are asked for as an access token, then there are none', () => {
    expect(isRefreshTokenClaims(refreshClaims())).toBe(true);
    expect(isRefreshTokenClaims({ ...refreshClaims(), latchkey: accessClaims().latchkey })).toBe(false);
    expect(claimsOfType('at+jwt', refreshClaims())).toBeUndefined();
    expect(claimsOfType('refresh+jwt', refreshClaims())).toEqual(refreshClaims());
  });
});

describe('revocationSubjects', () => {
  it('when a service ID’s token is asked, then its chain is named with the generations that it carries', () => {
    const claims = accessClaims();

    expect(new Map(revocationSubjects(claims))).toEqual(
      new Map([
        [`token:${claims.jti}`, 0],
        ['key:ApiKey-1', 5],
        [`identity:${claims.iam_id}`, 3],
        [`account:${claims.account.bss}`, 2],
        ['installation', 1],
      ]),
    );
  });

  it('when a token came of the log-in of a client, then its authorization grant is named too', () => {
    const { latchkey } = accessClaims();

    const subjects = revocationSubjects(accessClaims({ latchkey: { ...latchkey, grant_id: 'grant-1' } }));

    expect(subjects).toContainEqual(['grant:grant-1', 0]);
  });

  it('when a user’s token is asked, then the membership is named too', () => {
    const { latchkey } = accessClaims();
    const claims = accessClaims({
      latchkey: { ...latchkey, generations: { ...latchkey.generations, membership: 4 } },
    });

    expect(revocationSubjects(claims)).toContainEqual([`membership:${claims.account.bss}:${claims.iam_id}`, 4]);
  });
});
