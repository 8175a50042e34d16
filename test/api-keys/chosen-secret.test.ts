import { randomBytes, randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { chosenSecretFault, isWellFormedChosenSecret } from '../../src/api-keys/chosen-secret.ts';
import { KEY_KINDS } from '../../src/api-keys/key-kinds.ts';
import { newApiKeySecret } from '../../src/secrets/api-key-secret.ts';

describe('chosenSecretFault', () => {
  it.each([
    [
      '44 characters as IBM Cloud makes them',
      randomBytes(33)
        .toString('base64url')
        .replace(/^(lk_|eyJ)/i, 'abc'),
    ],
    ['32 characters', 'x'.repeat(32)],
    ['512 characters', 'y'.repeat(512)],
    ['32 characters of four bytes each', '\u{1F511}'.repeat(32)],
    ['spaces, quotes, signs', '  "quoted" & signed + 100 % = \\ <yes>  '],
    ['a key of our own in the middle', `x${newApiKeySecret()}`],
    ['64 hexadecimal digits', randomBytes(32).toString('hex')],
  ])('given %s, when it is looked at, then it can be the value of a key', (_name, text) => {
    expect(chosenSecretFault(text)).toBeUndefined();
    expect(isWellFormedChosenSecret(text)).toBe(true);
  });

  it.each([
    ['31 characters', 'x'.repeat(31), /at least 32/],
    ['31 characters of four bytes each', '\u{1F511}'.repeat(31), /at least 32/],
    ['nothing', '', /at least 32/],
    ['513 characters', 'x'.repeat(513), /at most 512/],
    ['a megabyte', 'x'.repeat(1_000_000), /at most 512/],
    ['a line end', `${'x'.repeat(40)}\n`, /control characters/],
    ['a NUL', `${'x'.repeat(40)}\0`, /control characters/],
    ['a control character of Latin 1', `${'x'.repeat(40)}\u0085`, /control characters/],
    ['half a character', `${'x'.repeat(40)}\ud83d`, /control characters/],
  ])('given %s, when it is looked at, then it is refused and said why', (_name, text, why) => {
    expect(chosenSecretFault(text)).toMatch(why);
  });

  /** A value in the form of another kind would be weaker than that kind, or be taken for it. */
  it.each([
    ['our own keys', newApiKeySecret()],
    ['our own keys without a right check', `lk_${'x'.repeat(49)}`],
    ['our own keys in capitals', `LK_${'x'.repeat(49)}`],
    ['our own keys, percent-encoded', `lk%5F${'x'.repeat(49)}`],
    ['a UUID', randomUUID()],
    ['a UUID without dashes', randomUUID().replaceAll('-', '')],
    ['a UUID in capitals', randomUUID().toUpperCase()],
    ['a signed token', `eyJ${'x'.repeat(49)}`],
  ])('given the form of %s, when it is looked at, then it is refused', (_name, text) => {
    expect(chosenSecretFault(text)).toMatch(/another kind/);
  });

  it('given any text, when every kind of key looks at it, then at most one takes it', () => {
    for (const text of [newApiKeySecret(), 'x'.repeat(40), randomUUID(), ` ${newApiKeySecret()}`, '']) {
      expect(Object.values(KEY_KINDS).filter(({ wellFormed }) => wellFormed(text)).length).toBeLessThanOrEqual(1);
    }
  });
});
