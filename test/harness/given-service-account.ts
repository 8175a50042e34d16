import { createPrivateKey, generateKeyPairSync, type JsonWebKey, randomUUID } from 'node:crypto';
import jsonwebtoken from 'jsonwebtoken';
import type { RunningService } from './running-service.ts';

/** A service account, and the key pair of which it knows the public half. */
export interface GivenServiceAccount {
  /** Its `iss`. */
  readonly id: string;
  readonly publicJwk: JsonWebKey;
  readonly privateJwk: JsonWebKey;
}

/** What an assertion says; each may be replaced, or left out with `undefined`. */
export type AssertionChange = Readonly<Record<string, unknown>>;

const SCOPES = ['fr:am:*', 'fr:idm:*'];

// Made once: a pair takes longer than the tests that use it.
const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const PUBLIC_JWK: JsonWebKey = publicKey.export({ format: 'jwk' });
const PRIVATE_JWK: JsonWebKey = privateKey.export({ format: 'jwk' });

/** @returns the body of a new service account, with the public key of every test */
export const serviceAccountBody = (name = 'pipeline', keys: readonly JsonWebKey[] = [PUBLIC_JWK]) => ({
  ...{ name, description: 'from a test', accountStatus: 'active', scopes: SCOPES },
  jwks: JSON.stringify({ keys }),
});

/** Makes one. @throws when it is refused */
export async function givenServiceAccount(service: RunningService, token: string): Promise<GivenServiceAccount> {
  const json = serviceAccountBody();
  const { status, body, text } = await service.call('POST', '/openidm/managed/svcacct?_action=create', { token, json });
  if (status !== 201) throw new Error(`no service account: ${status} ${text}`);
  return { id: body._id, publicJwk: PUBLIC_JWK, privateJwk: PRIVATE_JWK };
}

/** @returns an assertion, as clients sign it */
export function assertionOf(
  service: RunningService,
  { id, privateJwk }: GivenServiceAccount,
  change: AssertionChange = {},
): string {
  const exp = Math.floor(service.clock.now() / 1_000) + 180;
  const aud = `${service.publicUrl}/am/oauth2/access_token`;
  const claims = { iss: id, sub: id, aud, exp, jti: randomUUID(), ...change };
  const given = Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined));
  return jsonwebtoken.sign(given, createPrivateKey({ key: privateJwk, format: 'jwk' }), {
    algorithm: 'RS256',
    noTimestamp: true,
  });
}

/** Exchanges an assertion. */
export const exchangeAssertion = (
  service: RunningService,
  assertion: string,
  form: Readonly<Record<string, string>> = {},
) =>
  service.call('POST', '/am/oauth2/access_token', {
    form: {
      ...{ client_id: 'service-account', grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion },
      ...form,
    },
  });

/** A token of a service account. @throws when it is refused */
export async function tokenOfServiceAccount(service: RunningService, account: GivenServiceAccount): Promise<string> {
  const answer = await exchangeAssertion(service, assertionOf(service, account));
  if (answer.status !== 200) throw new Error(`no token: ${answer.text}`);
  return answer.body.access_token;
}
