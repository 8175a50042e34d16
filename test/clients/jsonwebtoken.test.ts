import { createPublicKey } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import jwt from 'jsonwebtoken';
import { describeOnEveryBackend } from '../harness/running-service.ts';

for (const algorithm of ['RS256', 'ES256'] as const) {
  /** `jsonwebtoken`, unmodified, with a key from the published set. */
  describeOnEveryBackend(
    `jsonwebtoken with ${algorithm}`,
    (service) => {
      const givenKey = async (token: string) => {
        const kid = jwt.decode(token, { complete: true })?.header.kid;
        const { body } = await service().call('GET', '/identity/keys');
        const key = body['keys'].find((candidate: { kid: string }) => candidate.kid === kid);
        return createPublicKey({ key, format: 'jwk' });
      };

      describe('given an access token', () => {
        it('when it is verified with issuer and audience, then its claims are read', async () => {
          const token = await service().ownerToken();
          const issuer = `${service().publicUrl}/identity`;

          const claims = jwt.verify(token, await givenKey(token), {
            algorithms: [algorithm],
            issuer,
            audience: issuer,
          });

          expect(claims).toMatchObject({ iss: issuer, iam_id: expect.stringMatching(/^IBMid-/) });
        });

        /** Token confusion: both kinds are signed by the same keys, and this library does not look at `typ`. */
        it('when a refresh token stands in for it, then it is refused', async () => {
          const client = { Authorization: `Basic ${Buffer.from('bx:bx').toString('base64')}` };
          const { body } = await service().exchange({ grant_type: 'apikey', apikey: service().adminKey }, client);
          const issuer = `${service().publicUrl}/identity`;
          const key = await givenKey(body['refresh_token']);

          const verified = () =>
            jwt.verify(body['refresh_token'], key, { algorithms: [algorithm], issuer, audience: issuer });

          expect(verified).toThrow(/audience invalid/);
          expect(jwt.decode(body['refresh_token'])).not.toMatchObject({ iam_id: expect.anything() });
        });

        it('when one character of its claims is changed, then it is refused', async () => {
          const token = await service().ownerToken();
          const [header, claims = '', signature] = token.split('.');
          const forged = [header, `${claims.slice(0, -1)}${claims.endsWith('A') ? 'B' : 'A'}`, signature].join('.');
          const key = await givenKey(token);

          expect(() => jwt.verify(forged, key, { algorithms: [algorithm] })).toThrow('invalid signature');
        });
      });
    },
    { settings: { LATCHKEY_SIGNING_ALGORITHM: algorithm } },
  );
}
