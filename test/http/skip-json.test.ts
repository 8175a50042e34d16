import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { endOfValue, jsonLoader, NONE } from '../../src/http/skip-json.ts';

const load = jsonLoader();
const endOf = (text: string): number => endOfValue(load(Buffer.from(text)), 0);
const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

describe('the end of a value of JSON', () => {
  it('when any value is written, then it ends where it ends', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 10 }), fc.constantFrom('', ',', '}', ' ', 'x'), (value, behind) => {
        const text = JSON.stringify(value);

        expect(endOf(text + behind)).toBe(Buffer.byteLength(text));
      }),
    );
  });

  it('when a text is changed anywhere, then nothing is taken for a value that JSON.parse does not take', () => {
    const change = fc.record({
      at: fc.nat(),
      put: fc.constantFrom('', '"', '\\', '\n', '\u0001', '0', '.', 'e', ',', ']', '}', '[', '{', ':', 'é'),
    });
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), change, (value, { at, put }) => {
        const written = JSON.stringify(value);
        const place = at % (written.length + 1);
        const text = written.slice(0, place) + put + written.slice(place + 1);

        const end = endOf(text);

        if (end !== NONE) expect(isJson(Buffer.from(text).toString('utf8', 0, end))).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ...[
      '',
      '"',
      '"a',
      '"\\',
      '"\\u00',
      '"\\u00g0"',
      '"\\x"',
      '"\n"',
      '"\u0000"',
      '01',
      '-',
      '1.',
      '.5',
      '1e',
      '+1',
      'tru',
      'nul',
      'True',
    ],
    ...[
      '[',
      '[1',
      '[1,',
      '[1,]',
      '[,1]',
      '{',
      '{"a"',
      '{"a":',
      '{"a":1',
      '{"a":1,',
      '{"a":1,}',
      '{a:1}',
      '{"a" 1}',
      '[1 2]',
      ']',
      '}',
      ',',
    ],
  ])('when it is %j, then there is none', (text) => {
    expect(endOf(text)).toBe(NONE);
  });

  it.each(['1.', '1e', '1e+', '-', '"ab', 'tru', '[1'])(
    'when a longer text was looked at before and it is %j, then there is none',
    (text) => {
      endOf('1.5555555"abcd]]]]]]]]]]]]]]]]]]]]');

      expect(endOf(text)).toBe(NONE);
    },
  );

  /** Stack exhaustion: a body of a few megabytes of brackets. */
  it('when it nests deeper than is read here, then there is none, however deep', () => {
    expect(endOf('['.repeat(16) + ']'.repeat(16))).toBe(32);
    expect(endOf('['.repeat(17) + ']'.repeat(17))).toBe(NONE);
    expect(endOf('['.repeat(1_000_000))).toBe(NONE);
  });
});
