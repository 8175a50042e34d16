import { describe, expect, it } from '@jest/globals';
import { isText } from '../../src/http/text.ts';
import { linesUpTo, textUpTo } from '../../src/http/text-schemas.ts';

describe('text that operators set', () => {
  /** Trojan Source: what is shown in another order than it has seems to be another name. */
  it.each(['\u202a', '\u202b', '\u202c', '\u202d', '\u202e', '\u2066', '\u2067', '\u2068', '\u2069'])(
    'given a name or a text with %j, when it is read, then it is refused',
    (mark) => {
      const text = `key of ${mark}admin`;

      expect(isText(text)).toBe(false);
      expect(textUpTo(100).safeParse(text).success).toBe(false);
      expect(linesUpTo(100).safeParse(`one\n${text}`).success).toBe(false);
    },
  );

  it.each(['مفتاح', 'מפתח 1', 'clé', '鍵', '👩‍💻', 'right\u200fmark', 'one\u2065two'])(
    'given %j, when it is read, then it is taken',
    (text) => {
      expect(textUpTo(100).safeParse(text).success).toBe(true);
    },
  );
});
