import { hash } from 'node:crypto';
import { expect, it } from '@jest/globals';
import type { CodeGrant } from '../../../src/tokens/authorization-codes.ts';
import { authorizationCodeGrant } from '../../../src/tokens/grants/authorization-code-grant.ts';
import type { IdentityChain } from '../../../src/tokens/identity-chain.ts';

const VERIFIER = 'v'.repeat(43);
const REDIRECT = 'https://keys.test/back';
const GIVEN: CodeGrant = {
  session: {
    account: { valid: true, bss: 'a'.repeat(32) },
    exp: 2_000_000_000,
    iam_id: 'IBMid-1',
    jti: 'one',
    latchkey: {
      api_key_id: 'Password-IBMid-1',
      grant_id: 'two',
      generations: { installation: 1, account: 1, key: 1, identity: 1, membership: 1 },
    },
  },
  challenge: hash('sha256', VERIFIER, 'base64url'),
  redirectUri: REDIRECT,
  scope: 'openid',
};

const TRACE = { tokenId: 'three', accountId: 'a'.repeat(32), endsAt: 2_000_000_000_000 };

const grantWhere = (membershipGeneration: number) =>
  authorizationCodeGrant({
    codes: { take: async () => ({ trace: TRACE, grant: GIVEN, isReplayed: false }) },
    endReplayed: async () => undefined,
    // Safe: nothing else of it is asked. The news of a cut-off has not come.
    revocations: { revokes: async () => false } as never,
    // Safe: only its generations are looked at.
    loadIdentityChain: async (credential) =>
      ({
        installation: { generation: 1 },
        account: { generation: 1 },
        credential,
        identity: { kind: 'user', user: { generation: 1 }, membership: { generation: membershipGeneration } },
      }) as IdentityChain,
  });

const ASKED = {
  grant: 'authorization_code',
  offered: ['authorization_code'],
  code: { value: 'code', verifier: VERIFIER, redirectUri: REDIRECT },
};

it('given a code of a session, when nothing was cut off, then it proves who asked for it', async () => {
  const { credential } = await grantWhere(1).prove(ASKED, { address: '127.0.0.1', requestId: 'r', transactionId: 't' });

  expect(credential).toMatchObject({ id: 'Password-IBMid-1', iamId: 'IBMid-1', generation: 1 });
});

/** Outlived sign-out: the token would carry the generation that is good again. */
it('given a code of a session that was cut off, when the news of it has not come, then it proves nothing', async () => {
  await expect(
    grantWhere(2).prove(ASKED, { address: '127.0.0.1', requestId: 'r', transactionId: 't' }),
  ).rejects.toMatchObject({
    code: 'authorization_code_invalid',
  });
});
