import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { holdsNoSecret } from '../../src/data-sources/plain-settings.ts';
import { bareCredentialOf, basicCredentialsOf, bearerTokenOf } from '../../src/http/authorization.ts';
import { clientAddresses } from '../../src/http/client-addresses.ts';
import { readIfMatch } from '../../src/http/if-match.ts';
import { requireMediaType } from '../../src/http/media-type.ts';
import { readQuery, refuseSecretsInUrl } from '../../src/http/read-query.ts';
import { transactionIdOf } from '../../src/http/request-identity.ts';
import { sealedCursors } from '../../src/http/sealed-cursors.ts';
import { parseUrlEncoded } from '../../src/http/url-encoded.ts';
import { withoutSecrets } from '../../src/telemetry/redaction.ts';
import { cpuMillisecondsOf } from '../harness/cpu-time.ts';

const SIZE = 1_000_000;
const long = (piece: string) => piece.repeat(Math.ceil(SIZE / piece.length));
// Safe: each reader looks at the members given here only.
const request = (parts: object) => ({ rawHeaders: [], headers: {}, ...parts }) as unknown as IncomingMessage;
const schema = z.object({});
const cursors = sealedCursors(Buffer.alloc(32));
const addresses = clientAddresses(['0.0.0.0/0']);
const socket = { remoteAddress: '10.0.0.1' };

/**
 * Regular-expression denial of service (R31): each worst case of a megabyte runs against one of a tenth, and may take
 * no more CPU than linear growth allows. The bound is loose, because caches are shared; quadratic growth misses it by far.
 */
describe('every reader of input is linear in a megabyte of its worst case', () => {
  const readers: [string, (text: string) => unknown, readonly string[]][] = [
    [
      'forms',
      (text) => parseUrlEncoded(text, { maximumFields: 1e9, repeatable: ['', 'a'] }),
      ['&', '=', 'a&', '%41', '+', '%', 'a=&'],
    ],
    ['query strings', (text) => readQuery({ url: `/?${text}` }, schema), ['&', '=', 'a', '%41', '?']],
    [
      'secrets in URLs',
      (text) => refuseSecretsInUrl({ url: `/?${text}` }),
      ['lk_', 'lk_a.', 'eyJ', '&a', '%', 'a=lk_%5F&'],
    ],
    [
      'bearer tokens',
      (text) => bearerTokenOf(request({ headers: { authorization: `Bearer ${text}` } })),
      ['=', 'a', 'a=', ' ', 'Bearer '],
    ],
    [
      'Basic credentials',
      (text) => basicCredentialsOf(request({ headers: { authorization: `Basic ${text}` } })),
      ['=', 'YTpi', ' ', 'a='],
    ],
    ['bare keys', (text) => bareCredentialOf(request({ headers: { authorization: text } })), ['=', 'a', 'a=', ' ']],
    ['settings without secrets', (text) => holdsNoSecret({ [text]: text }), ['//', '//:', 'a:', '//a:', 'password']],
    ['entity tags', (text) => readIfMatch({ headers: { 'if-match': text } }), ['"', 'W/', 'a', '/', ' ']],
    ['media types', (text) => requireMediaType(text, 'application/json'), [';', ' ', 'charset=', 'application/json;']],
    ['transaction ids', (text) => transactionIdOf({ headers: { 'transaction-id': text } }), ['a', '-', ':', ' ']],
    ['page tokens', (text) => cursors.open(text, ''), ['A', '_', '=', '!']],
    [
      'forwarded chains',
      (text) => addresses(request({ headers: { 'x-forwarded-for': text }, socket })),
      [',', ' ,', '1.1.1.1,', '[', ':'],
    ],
    [
      'standard chains',
      (text) => addresses(request({ headers: { forwarded: text }, socket })),
      [',', ';', 'for=', 'for="', ' '],
    ],
    [
      'log lines',
      withoutSecrets,
      [
        'lk_',
        'lk_a-',
        'eyJ',
        'eyJa ',
        'Bearer ',
        'bearer bearer',
        'verifyApiToken/',
        `eyJ${'a'.repeat(16)}.`,
        'lk_lk_lk_lk_lk_lk_lk_',
      ],
    ],
  ];

  it.each(readers)('%s', (_what, read, pieces) => {
    const millisecondsFor = (text: string): number =>
      cpuMillisecondsOf(() => {
        try {
          read(text);
        } catch {
          // Refused is as good as read here.
        }
      });
    for (const piece of pieces) {
      const text = long(piece);
      const short = Math.min(...[1, 2, 3].map(() => millisecondsFor(text.slice(0, SIZE / 10))));
      const whole = Math.min(...[1, 2, 3].map(() => millisecondsFor(text)));
      expect({ piece, linear: whole < 50 + short * 30 }).toEqual({ piece, linear: true });
    }
  });
});
