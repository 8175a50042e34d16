import { randomNumbers } from './random-numbers.ts';

/** One request that a hostile, broken or confused client might send to the token endpoint. */
export interface RandomRequest {
  readonly body: Buffer;
  readonly contentType: string | undefined;
}

const FORM = 'application/x-www-form-urlencoded';
const CONTENT_TYPES = [
  FORM,
  FORM,
  FORM,
  FORM,
  FORM,
  `${FORM}; charset=utf-8`,
  `${FORM}; charset=utf-16`,
  'application/json',
  'multipart/form-data; boundary=x',
  'text/plain',
  '',
  undefined,
];
const GRANTS = [
  'apikey',
  'urn:ibm:params:oauth:grant-type:apikey',
  'refresh_token',
  'password',
  'authorization_code',
  'client_credentials',
  'urn:ietf:params:oauth:grant-type:token-exchange',
  'urn:ibm:params:oauth:grant-type:cr-token',
  '',
  'APIKEY',
  '__proto__',
  'constructor',
];
const NAMES = [
  'grant_type',
  'apikey',
  'refresh_token',
  'response_type',
  'account',
  'client_id',
  'client_secret',
  'scope',
  'resource',
  'audience',
  'apikey[$ne]',
  'apikey[]',
  '__proto__[x]',
  'constructor.prototype',
  'constructor[prototype][y]',
  'a[b][c][d][e][f][g]',
  '$where',
  'toString',
  'hasOwnProperty',
  '%00',
  '',
  ' grant_type',
  'grant%5Ftype',
];
const VALUES = [
  '%00',
  '%',
  '%zz',
  '%ff%fe',
  '%c0%af',
  '+',
  '%0d%0aSet-Cookie:x=1',
  '%1b[31m',
  '$ne',
  '[object Object]',
  'true',
  'null',
  '1e309',
  '-1',
  '../../etc/passwd',
  "' OR 1=1 --",
  '{"$gt":""}',
  'eyJhbGciOiJub25lIn0.e30.',
  '%F0%9F%94%91',
  '%ed%a0%80',
];

/** @returns requests without end; `apikey` is a well-formed key that does not exist */
export function* randomRequests(seed: number, newKey: () => string): Generator<RandomRequest, never> {
  const below = randomNumbers(seed);
  const oneOf = <T>(choices: readonly [T, ...T[]] | readonly T[]): T => {
    const chosen = choices[below(choices.length)];
    // Safe: the index is below the length, and no list here is empty.
    return chosen as T;
  };
  const bytes = (length: number): Buffer => Buffer.from(Array.from({ length }, () => below(256)));
  const value = (): string => {
    const kind = below(6);
    if (kind === 0) return newKey();
    if (kind === 1) return oneOf(VALUES);
    if (kind === 2) return bytes(below(60)).toString('latin1').replace(/[&=]/g, '');
    if (kind === 3) return oneOf(GRANTS);
    if (kind === 4) return `lk_${'A'.repeat(below(200))}`;
    return encodeURIComponent(bytes(below(40)).toString('latin1'));
  };
  const fields = (count: number): string =>
    Array.from({ length: count }, () => `${oneOf(NAMES)}${below(12) === 0 ? '' : '='}${value()}`).join('&');
  const mangled = (text: string): Buffer => {
    const buffer = Buffer.from(text, 'latin1');
    for (let times = below(4); times > 0 && buffer.length > 0; times -= 1) buffer[below(buffer.length)] = below(256);
    return buffer;
  };

  for (;;) {
    const kind = below(10);
    let body: Buffer;
    if (kind === 0) body = bytes(below(600));
    else if (kind === 1) body = Buffer.from(fields(20 + below(60)));
    else if (kind === 2) body = Buffer.from(`grant_type=apikey&apikey=${'x'.repeat(below(12_000))}`);
    else if (kind === 3) body = Buffer.from(`grant_type=${oneOf(GRANTS)}&${fields(below(4))}`);
    else if (kind === 4) body = Buffer.from(`${'a['.repeat(below(300))}${']'.repeat(below(300))}=1`);
    else if (kind <= 6) body = mangled(`grant_type=${oneOf(GRANTS)}&apikey=${newKey()}&${fields(below(3))}`);
    else body = Buffer.from(`grant_type=apikey&apikey=${value()}${below(3) === 0 ? `&${fields(1)}` : ''}`, 'latin1');
    yield { body, contentType: below(5) === 0 ? oneOf(CONTENT_TYPES) : FORM };
  }
}
