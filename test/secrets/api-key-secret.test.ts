import { describe, expect, it } from '@jest/globals';
import fastCheck from 'fast-check';
import { API_KEY_SECRET_LENGTH, isWellFormedApiKeySecret, newApiKeySecret } from '../../src/secrets/api-key-secret.ts';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_';

describe('newApiKeySecret', () => {
  it('when 1,000 are made, then all have the one shape, are well formed and differ', () => {
    const secrets = Array.from({ length: 1_000 }, newApiKeySecret);

    expect(secrets.every((secret) => /^lk_[0-9A-Za-z]{49}$/.test(secret))).toBe(true);
    expect(secrets.every(isWellFormedApiKeySecret)).toBe(true);
    expect(new Set(secrets).size).toBe(1_000);
  });

  it('when 4,000 are made, then every character is as likely as every other (no modulo bias)', () => {
    const counts = new Map<string, number>();
    for (let made = 0; made < 4_000; made += 1) {
      for (const character of newApiKeySecret().slice(3, 46)) counts.set(character, (counts.get(character) ?? 0) + 1);
    }

    const expected = (4_000 * 43) / 62;
    const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);

    expect(counts.size).toBe(62);
    // 61 degrees of freedom: above 130 once in a million runs; a plain modulo of a byte gives over 1,000.
    expect(chiSquare).toBeLessThan(130);
  });
});

describe('isWellFormedApiKeySecret', () => {
  it('when any one character of a secret is replaced by any other of the alphabet, then it is refused (R3)', () => {
    const secret = newApiKeySecret();

    const accepted: string[] = [];
    for (let position = 0; position < secret.length; position += 1) {
      for (const character of ALPHABET) {
        const changed = secret.slice(0, position) + character + secret.slice(position + 1);
        if (changed !== secret && isWellFormedApiKeySecret(changed)) accepted.push(changed);
      }
    }

    expect(accepted).toEqual([]);
  });

  it.each([
    ['cut short', (secret: string) => secret.slice(0, -1)],
    ['longer by one', (secret: string) => `${secret}0`],
    ['followed by a line end', (secret: string) => `${secret}\n`],
    ['followed by NUL', (secret: string) => `${secret}\0`],
    ['with a space before', (secret: string) => ` ${secret}`],
    ['in capitals', (secret: string) => secret.toUpperCase()],
    ['with another prefix', (secret: string) => secret.replace('lk_', 'gh_')],
    ['empty', () => ''],
  ])('when the secret is %s, then it is refused', (_name, spoil) => {
    expect(isWellFormedApiKeySecret(spoil(newApiKeySecret()))).toBe(false);
  });

  it('when it is no text at all, then it is refused', () => {
    expect([undefined, null, 5, {}, [newApiKeySecret()]].some(isWellFormedApiKeySecret)).toBe(false);
  });

  it('when random texts of the right length and characters come, then none is accepted', () => {
    const character = fastCheck.constantFrom(...ALPHABET.slice(0, 62));
    const length = API_KEY_SECRET_LENGTH - 3;
    const random = fastCheck.string({ unit: character, minLength: length, maxLength: length });

    fastCheck.assert(fastCheck.property(random, (text) => !isWellFormedApiKeySecret(`lk_${text}`)));
  });

  it('when the text has a million characters, then the refusal takes no time (R31)', () => {
    const times = [1, 2, 3].map(() => {
      const started = performance.now();
      expect(isWellFormedApiKeySecret(`lk_${'a'.repeat(1_000_000)}`)).toBe(false);
      return performance.now() - started;
    });

    // The fastest of three: what the machine does beside it is no property of the check.
    expect(Math.min(...times)).toBeLessThan(50);
  });
});
