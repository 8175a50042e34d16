import { type KeyObject, sign as signature } from 'node:crypto';
import { Overloaded } from '../problems/request-problems.ts';
import type { TokenClaims } from '../token-format/token-claims.ts';
import { type SigningAlgorithm, TOKEN_LIMIT_BYTES, TOKEN_TYPES, type TokenType } from '../token-format/token-types.ts';

/** A private key, ready to sign: the header of every token type is encoded once. */
export interface JwtSigningKey {
  readonly kid: string;
  readonly algorithm: SigningAlgorithm;
  readonly privateKey: KeyObject;
  /** The encoded header and its dot. */
  readonly headers: Readonly<Record<TokenType, string>>;
}

/** Signs claims as a compact JWS (RFC 7515, section 3.1). */
export type SignJwt = <Type extends TokenType>(
  key: JwtSigningKey,
  type: Type,
  claims: TokenClaims[Type],
) => Promise<string>;

/** Signatures that may wait in one process; at RS256 that is about a fifth of a second of work for two cores. */
const WAITING_LIMIT = 1_000;

/** Prepares a private key for signing. */
export function jwtSigningKey(kid: string, algorithm: SigningAlgorithm, privateKey: KeyObject): JwtSigningKey {
  const header = (typ: TokenType) =>
    `${Buffer.from(JSON.stringify({ alg: algorithm, kid, typ })).toString('base64url')}.`;
  const headers = Object.fromEntries(TOKEN_TYPES.map((type) => [type, header(type)]));
  // Made from the whole list of types, so every one of them is there.
  return { kid, algorithm, privateKey, headers: headers as Record<TokenType, string> };
}

/**
 * The one place that signs. RS256 goes to the thread pool, which uses every core and leaves the event loop free. ES256 is
 * too small for that: all signatures of one turn of the event loop are made in one burst, which keeps the curve's tables in
 * the processor's caches and costs half as much as signing one by one.
 * @throws Overloaded  (as the promise's rejection) more signatures wait than can be made in time
 * @throws RangeError  the token would be longer than any reader accepts
 */
export function jwtSigner(waitingLimit: number = WAITING_LIMIT): SignJwt {
  const onThreadPool = threadPoolSignatures();
  const inBurst = burstSignatures();
  let waiting = 0;

  return async (key, type, claims) => {
    // Without a bound a flood would fill memory with tokens that nobody waits for any more.
    if (waiting >= waitingLimit) throw new Overloaded('The service has more tokens to sign than it can at the moment.');
    const input = key.headers[type] + Buffer.from(JSON.stringify(claims)).toString('base64url');
    waiting += 1;
    try {
      const token = await (key.algorithm === 'ES256' ? inBurst : onThreadPool)(key.privateKey, input);
      if (token.length > TOKEN_LIMIT_BYTES) throw new RangeError('the token is longer than any reader accepts');
      return token;
    } finally {
      waiting -= 1;
    }
  };
}

/** Signs the input and answers input, dot and signature. */
type CompleteToken = (privateKey: KeyObject, input: string) => Promise<string>;

function threadPoolSignatures(): CompleteToken {
  return async (privateKey, input) => {
    const bytes = await signedOnThreadPool(privateKey, Buffer.from(input, 'latin1'));
    return `${input}.${bytes.toString('base64url')}`;
  };
}

// Node's job, and all that its callback can reach, stays until the next full garbage collection: neither the token nor what
// is signed may be among it. So this is a function of its own, whose callback closes over nothing else.
function signedOnThreadPool(privateKey: KeyObject, input: Buffer): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  signature('sha256', input, privateKey, (error, bytes) => {
    if (error === null) resolve(bytes);
    else reject(error);
  });
  return promise;
}

interface Waiting {
  readonly privateKey: KeyObject;
  readonly input: string;
  resolve(token: string): void;
  reject(error: unknown): void;
}

function burstSignatures(): CompleteToken {
  let turn: Waiting[] = [];

  // Several are here at once where requests were made to wait for one another already: there is nothing more to wait for.
  const flushSeveral = (): void => {
    if (turn.length > 1) flush();
    else setImmediate(flush);
  };
  const flush = (): void => {
    const burst = turn;
    turn = [];
    for (const { privateKey, input, resolve, reject } of burst) {
      try {
        // JWS wants r and s side by side, not OpenSSL's DER (RFC 7518, section 3.4).
        const bytes = signature('sha256', Buffer.from(input, 'latin1'), { key: privateKey, dsaEncoding: 'ieee-p1363' });
        resolve(`${input}.${bytes.toString('base64url')}`);
      } catch (error) {
        reject(error);
      }
    }
  };

  return (privateKey, input) =>
    new Promise((resolve, reject) => {
      if (turn.push({ privateKey, input, resolve, reject }) === 1) process.nextTick(flushSeveral);
    });
}
