import {
  SIGNING_ALGORITHMS,
  type SigningAlgorithm,
  TOKEN_LIMIT_BYTES,
  TOKEN_TYPES,
  type TokenType,
} from './token-types.ts';

/** The header of one of our tokens: these three members and no other. */
export interface TokenHeader {
  readonly alg: SigningAlgorithm;
  readonly kid: string;
  readonly typ: TokenType;
}

const BASE64URL = /^[A-Za-z0-9_-]+$/;
const KEY_ID = /^[A-Za-z0-9_-]{1,128}$/;
/** A header of ours has about 80 bytes, and a `kid` of 128 leaves it under 200. */
const HEADER_LIMIT_CHARACTERS = 400;

/**
 * Reads the header of a compact JWS before its signature is verified, in order to find the key. What it returns is a claim
 * of the sender and nothing more.
 * @returns `undefined` for everything that our own signer would not have written
 */
export function readHeader(token: unknown): TokenHeader | undefined {
  if (typeof token !== 'string' || token.length > TOKEN_LIMIT_BYTES) return undefined;
  const parts = token.split('.', 4);
  const [header, payload, signature] = parts;
  if (parts.length !== 3 || header === undefined || payload === undefined || signature === undefined) return undefined;
  if (header.length > HEADER_LIMIT_CHARACTERS) return undefined;
  // Malleability: a decoder that skips padding, line ends or stray bits accepts many spellings of one token, and each
  // spelling but one would slip past a list of revoked tokens or a cache that goes by the text (RFC 7515, section 2).
  if (!isCanonical(header) || !isCanonical(payload) || !isCanonical(signature)) return undefined;
  return headerOf(Buffer.from(header, 'base64url').toString('utf8'));
}

/** True when decoding and encoding again gives the same text: no padding, no foreign character, no stray bits at the end. */
function isCanonical(part: string): boolean {
  if (!BASE64URL.test(part)) return false;
  const rest = part.length % 4;
  if (rest === 1) return false;
  if (rest === 0) return true;
  const strayBits = rest === 2 ? 0b1111 : 0b11;
  return (sextet(part.charCodeAt(part.length - 1)) & strayBits) === 0;
}

function sextet(code: number): number {
  if (code >= 97) return code - 71; // a–z
  if (code === 95) return 63; // _
  if (code >= 65) return code - 65; // A–Z
  if (code === 45) return 62; // -
  return code + 4; // 0–9
}

function headerOf(text: string): TokenHeader | undefined {
  const header = parsed(text);
  if (typeof header !== 'object' || header === null || Array.isArray(header)) return undefined;
  const { alg, kid, typ, ...others } = header as Readonly<Record<string, unknown>>; // an object, as just proved
  // Key injection (`jwk`, `jku`, `x5c`, `x5u`), skipped extensions (`crit`, `b64`) and whatever comes next: RFC 8725,
  // section 3.10, asks to distrust them one by one; we write none of them, so we read none of them.
  if (Object.keys(others).length > 0) return undefined;
  // Algorithm confusion (`none`, HMAC with our public key): the list is closed, and the key's own algorithm decides later.
  const algorithm = SIGNING_ALGORITHMS.find((known) => known === alg);
  const type = TOKEN_TYPES.find((known) => known === typ);
  // Path traversal, quotes, NUL, 10 kB: a key id never reaches a file name or a query, and does not look like one either.
  if (algorithm === undefined || type === undefined || typeof kid !== 'string' || !KEY_ID.test(kid)) return undefined;
  // Parser differentials: a repeated member, an escape or white space reads differently elsewhere.
  if (JSON.stringify(header) !== text) return undefined;
  return { alg: algorithm, kid, typ: type };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
