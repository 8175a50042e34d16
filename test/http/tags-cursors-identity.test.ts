import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readIfMatch } from '../../src/http/if-match.ts';
import { newRequestId, transactionIdOf } from '../../src/http/request-identity.ts';
import { sealedCursors } from '../../src/http/sealed-cursors.ts';
import { problemOf } from './wire.ts';

const TAG = '3-9f0123456789abcdef0123456789abcdef';
const ifMatch = (value?: string) => readIfMatch({ headers: value === undefined ? {} : { 'if-match': value } });

describe('readIfMatch', () => {
  it.each([
    [TAG, TAG],
    [`"${TAG}"`, TAG],
    [`W/"${TAG}"`, TAG],
    [` ${TAG} `, TAG],
    ['*', '*'],
    ['', undefined],
    [undefined, undefined],
  ])('given %j, when it is read, then it is %j', (header, tag) => {
    expect(ifMatch(header)).toBe(tag);
  });

  it.each([`"${TAG}", "x"`, '"', '""', 'a b', 'a"b', '\u00e9', 'x'.repeat(300)])(
    'given %j, when it is read, then it is refused',
    async (header) => {
      expect((await problemOf(() => ifMatch(header))).code).toBe('parameter_invalid');
    },
  );
});

describe('sealedCursors', () => {
  const cursors = sealedCursors(Buffer.alloc(32, 7));
  const context = 'account-a|name sw "x"|created_at:asc';

  it('given any cursor, when it is sealed, then it opens to itself in its own context only, on any node', async () => {
    const values = fc.array(fc.oneof(fc.string({ unit: 'grapheme' }), fc.maxSafeInteger(), fc.boolean()), {
      maxLength: 5,
    });
    const otherNode = sealedCursors(Buffer.alloc(32, 7));
    await fc.assert(
      fc.asyncProperty(values, fc.string(), async (cursor, list) => {
        const text = cursors.seal(cursor, list);
        expect(text).toMatch(/^[A-Za-z0-9_-]+$/);
        expect(otherNode.open(text, list)).toEqual(cursor);
        expect((await problemOf(() => cursors.open(text, `${list}x`))).code).toBe('parameter_invalid');
      }),
      { numRuns: 200 },
    );
  });

  /** A forged cursor would start a page inside another account's rows. */
  it('given a sealed cursor, when any of its characters is changed, then it is refused', async () => {
    const text = cursors.seal([1700000000000, 'ApiKey-1'], context);

    for (let index = 0; index < text.length - 1; index += 1) {
      const changed = `${text.slice(0, index)}${text[index] === 'A' ? 'B' : 'A'}${text.slice(index + 1)}`;
      expect((await problemOf(() => cursors.open(changed, context, 'pagetoken'))).message).toContain("'pagetoken'");
    }
  });

  it.each(['', 'A', 'AAAA', '!!', 'é', 'A'.repeat(22), 'A'.repeat(10_000)])(
    'given %j, when it is opened, then it is refused',
    async (text) => {
      expect((await problemOf(() => cursors.open(text, context))).code).toBe('parameter_invalid');
    },
  );

  it('given the key of another installation, when it opens, then it is refused', async () => {
    const text = sealedCursors(Buffer.alloc(32, 8)).seal(['x'], context);

    await expect(problemOf(() => cursors.open(text, context))).resolves.toBeDefined();
  });
});

describe('transactionIdOf', () => {
  it('given a safe Transaction-Id, when it is read, then it is echoed', () => {
    expect(transactionIdOf({ headers: { 'transaction-id': 'a1B2-c:d_e.f' } })).toBe('a1B2-c:d_e.f');
  });

  /** Header and log injection. */
  it.each([undefined, '', 'a b', 'a\u001b[31m', 'a\u0085b', 'é', 'x'.repeat(129), '{"a":1}'])(
    'given %j, when it is read, then a new one takes its place',
    (given) => {
      const id = transactionIdOf({ headers: given === undefined ? {} : { 'transaction-id': given } });

      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(id).not.toBe(newRequestId());
    },
  );
});
