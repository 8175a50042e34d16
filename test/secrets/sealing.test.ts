import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { keyRingFromText, MASTER_KEY_RING } from '../../src/secrets/key-ring.ts';
import { SealBroken, sealing } from '../../src/secrets/sealing.ts';

const older = `a:${randomBytes(32).toString('base64')}`;
const newer = `b:${randomBytes(32).toString('base64')}`;
const before = sealing(keyRingFromText(MASTER_KEY_RING, older));
const after = sealing(keyRingFromText(MASTER_KEY_RING, `${newer},${older}`));
const only = sealing(keyRingFromText(MASTER_KEY_RING, newer));

const PLACE = 'resource_keys/1/bundle';
const SECRET = 'a value that must be readable again: žluťoučký kůň';

describe('sealing', () => {
  it('when a value is sealed, then it opens again at the same place, and two seals of it differ', () => {
    const [one, two] = [before.seal(SECRET, PLACE), before.seal(SECRET, PLACE)];

    expect(before.unseal(one, PLACE)).toBe(SECRET);
    expect(one).toMatch(/^v1\.a\.[A-Za-z0-9_-]{16}\.[A-Za-z0-9_-]+$/);
    expect(one).not.toBe(two);
    expect(before.unseal(before.seal('', PLACE), PLACE)).toBe('');
  });

  /** Somebody who can write to the store puts the sealed value of a rich row into a row that they may read. */
  it('when a sealed value is moved to another place, then it does not open', () => {
    expect(() => before.unseal(before.seal(SECRET, PLACE), 'resource_keys/2/bundle')).toThrow(SealBroken);
  });

  it('when any one character of it is changed, then it does not open, and the refusal holds nothing of the value', () => {
    const sealed = before.seal(SECRET, PLACE);

    for (let position = 0; position < sealed.length - 1; position += 1) {
      const changed = sealed.slice(0, position) + (sealed[position] === 'A' ? 'B' : 'A') + sealed.slice(position + 1);
      expect(() => before.unseal(changed, PLACE)).toThrow(SealBroken);
      expect(() => before.unseal(changed, PLACE)).toThrow(
        expect.objectContaining({ message: expect.not.stringContaining(sealed.slice(-12)) }),
      );
    }
  });

  it('when the tag is cut shorter, then it does not open (GCM with short tags is forgeable)', () => {
    const [version, id, nonce, text = ''] = before.seal('', PLACE).split('.');

    for (const length of [4, 8, 12, 15]) {
      const short = Buffer.from(text, 'base64url').subarray(0, length).toString('base64url');
      expect(() => before.unseal([version, id, nonce, short].join('.'), PLACE)).toThrow(SealBroken);
    }
  });

  it('when the master key was replaced, then old values open, say what they need, and new ones use the new key', () => {
    const old = before.seal(SECRET, PLACE);

    expect(after.unseal(old, PLACE)).toBe(SECRET);
    expect(after.sealedUnder(old)).toBe('a');
    expect(after.sealedUnder(after.seal(SECRET, PLACE))).toBe(after.currentKeyId);
  });

  it('when the master key that it needs is not in the ring, then the refusal names the key that is missing', () => {
    expect(() => only.unseal(before.seal(SECRET, PLACE), PLACE)).toThrow(/'a', which is not in the ring/);
  });

  it.each(['', 'plain text', 'v2.a.AAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAA'])(
    'when the text is %j, then it is refused as no sealed value',
    (text) => {
      expect(() => before.unseal(text, PLACE)).toThrow(SealBroken);
      expect(() => before.sealedUnder(text)).toThrow(SealBroken);
    },
  );
});
