import { createHash, createHmac, randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { newApiKeySecret } from '../../src/secrets/api-key-secret.ts';
import { keyRingFromText, PEPPER_RING } from '../../src/secrets/key-ring.ts';
import { secretDigests } from '../../src/secrets/secret-digests.ts';

const older = randomBytes(32);
const newer = randomBytes(32);
const before = secretDigests(keyRingFromText(PEPPER_RING, `a:${older.toString('base64')}`));
const after = secretDigests(
  keyRingFromText(PEPPER_RING, `b:${newer.toString('base64')},a:${older.toString('base64')}`),
);

describe('secretDigests', () => {
  it('when a secret is digested, then it is the HMAC of its SHA-256 under the pepper, after the id of the pepper', () => {
    const secret = newApiKeySecret();
    const inner = createHash('sha256').update(secret).digest();

    expect(before.digest(secret)).toBe(`a:${createHmac('sha256', older).update(inner).digest('base64url')}`);
  });

  it('when the pepper was replaced, then the new digest comes first and the old one is among them (R2)', () => {
    const secret = newApiKeySecret();

    const digests = after.digestsOfEveryPepper(secret);

    expect(digests).toEqual([after.digest(secret), before.digest(secret)]);
    expect(digests[0]).toMatch(/^b:[A-Za-z0-9_-]{43}$/);
  });

  it('when a leak report names a key by its plain SHA-256, then the same digests come out', () => {
    const secret = newApiKeySecret();
    const hex = createHash('sha256').update(secret).digest('hex');

    expect(after.digestOfSha256(hex)).toBe(after.digest(secret));
    expect(after.digestsOfSha256OfEveryPepper(hex.toUpperCase())).toEqual(after.digestsOfEveryPepper(secret));
  });

  it.each(['', 'ab', 'g'.repeat(64), `${'a'.repeat(64)}\n`])('when the hash is %j, then it is refused', (hex) => {
    expect(() => after.digestOfSha256(hex)).toThrow(RangeError);
  });
});
