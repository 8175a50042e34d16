import { randomUUID } from 'node:crypto';
import type { AccessTokenClaims, RefreshTokenClaims } from '../../src/token-format/token-claims.ts';

/** The issuer in the tests of tokens. */
export const ISSUER = 'https://iam.example.com/identity';

const CHAIN = {
  iss: ISSUER,
  sub: 'ServiceId-1',
  aud: ISSUER,
  exp: 1_700_003_600,
  iat: 1_700_000_000,
  client_id: 'default',
  account: { valid: true, bss: '0123456789abcdef0123456789abcdef', frozen: false },
  latchkey: { api_key_id: 'ApiKey-1', generations: { installation: 1, account: 2, identity: 3, key: 5 } },
};

const JTI = randomUUID();

/** Claims of a service ID's access token, from 1,700,000,000 for an hour. */
export function accessClaims(changes: Partial<AccessTokenClaims> = {}): AccessTokenClaims {
  return {
    ...CHAIN,
    jti: JTI,
    iam_id: 'iam-ServiceId-1',
    scope: 'ibm openid',
    id: 'iam-ServiceId-1',
    realmid: 'iam',
    identifier: 'ServiceId-1',
    sub_type: 'ServiceId',
    name: 'builder',
    authn: { sub: 'ServiceId-1', iam_id: 'iam-ServiceId-1', sub_type: 'ServiceId', name: 'builder' },
    grant_type: 'urn:ibm:params:oauth:grant-type:apikey',
    ...changes,
  };
}

/** Claims of a refresh token, from 1,700,000,000 for 72 hours. */
export function refreshClaims(changes: Partial<RefreshTokenClaims> = {}): RefreshTokenClaims {
  const latchkey = { ...CHAIN.latchkey, grant_id: 'grant-1' };
  return { ...CHAIN, aud: `${ISSUER}/token`, latchkey, jti: JTI, exp: 1_700_259_200, ...changes };
}
