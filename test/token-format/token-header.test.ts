import { describe, expect, it } from '@jest/globals';
import { readHeader } from '../../src/token-format/token-header.ts';

const HEADER = { alg: 'RS256', kid: '202501010000-abc_DEF', typ: 'at+jwt' };
const encode = (text: string): string => Buffer.from(text).toString('base64url');
const tokenWith = (header: unknown): string => `${encode(JSON.stringify(header))}.${encode('{}')}.${encode('abc')}`;

describe('readHeader', () => {
  it('when it is one that we write, then its three members are read', () => {
    expect(readHeader(tokenWith(HEADER))).toEqual(HEADER);
    expect(readHeader(tokenWith({ ...HEADER, alg: 'ES256', typ: 'refresh+jwt' }))).toMatchObject({ alg: 'ES256' });
  });

  it.each([
    ['alg none', { ...HEADER, alg: 'none' }],
    ['alg nOnE', { ...HEADER, alg: 'nOnE' }],
    ['alg HS256', { ...HEADER, alg: 'HS256' }],
    ['alg PS256', { ...HEADER, alg: 'PS256' }],
    ['alg as a list', { ...HEADER, alg: ['RS256'] }],
    ['no alg', { kid: HEADER.kid, typ: HEADER.typ }],
    ['no kid', { alg: HEADER.alg, typ: HEADER.typ }],
    ['no typ', { alg: HEADER.alg, kid: HEADER.kid }],
    ['typ JWT', { ...HEADER, typ: 'JWT' }],
    ['typ AT+JWT', { ...HEADER, typ: 'AT+JWT' }],
    ['kid with a path', { ...HEADER, kid: '../../etc/passwd' }],
    ['kid with a quote', { ...HEADER, kid: "a' OR '1'='1" }],
    ['kid with NUL', { ...HEADER, kid: 'a\0b' }],
    ['kid of 129 characters', { ...HEADER, kid: 'a'.repeat(129) }],
    ['kid of 10 kB', { ...HEADER, kid: 'a'.repeat(10_000) }],
    ['kid as a number', { ...HEADER, kid: 5 }],
    ['kid as an object', { ...HEADER, kid: { $ne: '' } }],
    ['empty kid', { ...HEADER, kid: '' }],
    ['jku', { ...HEADER, jku: 'https://evil.example/keys' }],
    ['jwk', { ...HEADER, jwk: { kty: 'oct', k: 'AA' } }],
    ['x5u', { ...HEADER, x5u: 'https://evil.example/chain' }],
    ['x5c', { ...HEADER, x5c: ['AA'] }],
    ['crit', { ...HEADER, crit: ['exp'] }],
    ['b64', { ...HEADER, b64: false }],
    ['cty', { ...HEADER, cty: 'JWT' }],
    ['a list', [HEADER]],
    ['a text', 'RS256'],
    ['null', null],
  ])('when the header has %s, then it is refused', (_name, header) => {
    expect(readHeader(tokenWith(header))).toBeUndefined();
  });

  it.each([
    ['a repeated member', '{"alg":"none","alg":"RS256","kid":"a","typ":"at+jwt"}'],
    ['an escape', '{"alg":"RS256","kid":"\\u0061","typ":"at+jwt"}'],
    ['white space', '{"alg": "RS256","kid":"a","typ":"at+jwt"}'],
    ['a byte order mark', '\uFEFF{"alg":"RS256","kid":"a","typ":"at+jwt"}'],
    ['__proto__', '{"__proto__":{},"alg":"RS256","kid":"a","typ":"at+jwt"}'],
    ['a text after it', '{"alg":"RS256","kid":"a","typ":"at+jwt"}x'],
    ['no JSON', '{{'],
  ])('when the header is JSON with %s, then it is refused', (_name, json) => {
    expect(readHeader(`${encode(json)}.${encode('{}')}.${encode('abc')}`)).toBeUndefined();
  });

  const good = tokenWith(HEADER);
  it.each([
    ['two parts', good.slice(0, good.lastIndexOf('.'))],
    ['four parts', `${good}.AAAA`],
    ['five parts (JWE)', `${good}.AAAA.AAAA`],
    ['an empty signature', good.slice(0, good.lastIndexOf('.') + 1)],
    ['an empty payload', good.replace(/\..*\./, '..')],
    ['padding', `${good}=`],
    ['a line end', `${good}\n`],
    ['a leading space', ` ${good}`],
    ['the standard alphabet', `${good.slice(0, -1)}+`],
    ['NUL', `${good}\0`],
    ['a character beyond ASCII', `${good}é`],
    ['more than 16 KiB', `${good}${'A'.repeat(16_384)}`],
    ['nothing', ''],
  ])('when the token has %s, then it is refused', (_name, token) => {
    expect(readHeader(token)).toBeUndefined();
  });

  /** Each of these decodes to the same bytes as the canonical one, so a list of refused tokens would not know it. */
  it('when the last character of a part carries stray bits, then it is refused, whatever the length of the part', () => {
    const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    for (const bytes of ['ab', 'abc', 'abcd']) {
      const canonical = Buffer.from(bytes).toString('base64url');
      const stem = `${encode(JSON.stringify(HEADER))}.${encode('{}')}.${canonical.slice(0, -1)}`;

      const accepted = [...ALPHABET].filter((last) => readHeader(stem + last) !== undefined);

      const decoded = accepted.map((last) =>
        Buffer.from(canonical.slice(0, -1) + last, 'base64url').toString('base64url'),
      );
      expect(decoded).toEqual(accepted.map((last) => canonical.slice(0, -1) + last));
      expect(accepted).toContain(canonical.at(-1));
    }
  });

  it('when it is no text, then it is refused', () => {
    expect([undefined, null, 7, [good], { split: 1 }].map(readHeader)).toEqual(new Array(5).fill(undefined));
  });

  it('when it is a megabyte of dots or of letters, then the refusal takes no time (R31)', () => {
    const times = [1, 2, 3].map(() => {
      const started = performance.now();
      expect(readHeader('.'.repeat(1_000_000))).toBeUndefined();
      expect(readHeader('A'.repeat(1_000_000))).toBeUndefined();
      return performance.now() - started;
    });

    // The fastest of three: what the machine does beside it is no property of the reader.
    expect(Math.min(...times)).toBeLessThan(50);
  });
});
