import { createPublicKey, type JsonWebKey } from 'node:crypto';
import { ParameterInvalid } from '../problems/request-problems.ts';

/** A public key (RFC 7517, section 4): of RSA or of an elliptic curve, with its public members alone. */
export interface PublicKey {
  readonly kty: 'RSA' | 'EC';
  readonly n?: string;
  readonly e?: string;
  readonly crv?: string;
  readonly x?: string;
  readonly y?: string;
  readonly kid?: string;
  readonly alg?: string;
  readonly use?: string;
}

/** Most keys of one set, so that one assertion is not tried with hundreds. */
const MOST_PUBLIC_KEYS = 10;

/** Longest set, in characters. */
const LONGEST_KEY_SET = 32_768;

const LEAST_MODULUS_BITS = 2_048;
const MOST_MODULUS_BITS = 8_192;

/** Members of private and of symmetric keys (RFC 7518, sections 6.2.2, 6.3.2 and 6.4). */
const SECRET_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];
const NAMES = ['kid', 'alg', 'use'] as const;
const NAME = /^[\x21-\x7e]{1,200}$/;
const CURVES: Readonly<Record<string, string>> = { 'P-256': 'ES256', 'P-384': 'ES384', 'P-521': 'ES512' };
const RSA_ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'];

/**
 * Reads a key set, member by member: nothing else of it is kept.
 * @param text JSON: `{"keys":[…]}`
 * @throws ParameterInvalid  it holds no key, a key that cannot verify signatures, or a private one
 */
export function publicKeysOf(text: string): readonly PublicKey[] {
  const set = parsed(text);
  const keys: unknown = isMembers(set) ? set['keys'] : undefined;
  if (!Array.isArray(keys) || keys.length === 0 || keys.length > MOST_PUBLIC_KEYS) {
    throw invalid(`must be a JSON Web Key Set of 1 to ${MOST_PUBLIC_KEYS} keys, as JSON text`);
  }
  return keys.map(publicKeyOf);
}

/** @returns the set as it is shown */
export const keySetText = (keys: readonly PublicKey[]): string => JSON.stringify({ keys });

function publicKeyOf(key: unknown): PublicKey {
  if (!isMembers(key)) throw invalid('must hold keys');
  // A private key that was sent by mistake is known by one more than its owner, and would be kept and shown: it is refused whole,
  // so that whoever sent it notices.
  if (SECRET_MEMBERS.some((name) => key[name] !== undefined)) {
    throw invalid(
      'must hold public keys only',
      'A private key was sent: make a new pair, because this one has been shown around.',
    );
  }
  const shape = key['kty'] === 'RSA' ? rsaKeyOf(key) : curveKeyOf(key);
  const named = Object.fromEntries(
    NAMES.flatMap((name) => (key[name] === undefined ? [] : [[name, nameOf(key, name)]])),
  );
  refuseUnfit({ ...shape, ...named });
  return { ...shape, ...named };
}

function rsaKeyOf({ n, e }: Members): PublicKey {
  if (typeof n !== 'string' || typeof e !== 'string') throw invalid('must hold RSA keys with n and e');
  const bits = modulusBits({ kty: 'RSA', n, e });
  if (bits < LEAST_MODULUS_BITS || bits > MOST_MODULUS_BITS) {
    throw invalid(`must hold RSA keys of ${LEAST_MODULUS_BITS} to ${MOST_MODULUS_BITS} bits`);
  }
  return { kty: 'RSA', n, e };
}

function curveKeyOf({ kty, crv, x, y }: Members): PublicKey {
  if (kty !== 'EC' || typeof crv !== 'string' || CURVES[crv] === undefined) {
    throw invalid('must hold keys of RSA, or of the curves P-256, P-384 and P-521');
  }
  if (typeof x !== 'string' || typeof y !== 'string') throw invalid('must hold keys of curves with x and y');
  modulusBits({ kty, crv, x, y });
  return { kty, crv, x, y };
}

/** @returns the bits of an RSA modulus; 0 for curves @throws ParameterInvalid it is no key */
function modulusBits(key: JsonWebKey): number {
  try {
    return createPublicKey({ key, format: 'jwk' }).asymmetricKeyDetails?.modulusLength ?? 0;
  } catch {
    // The cause is left out: it may quote what was sent.
    throw invalid('must hold keys whose numbers are right');
  }
}

function refuseUnfit({ kty, crv = '', alg, use }: PublicKey): void {
  if (use !== undefined && use !== 'sig') throw invalid('must hold keys for signatures: use is sig');
  const fitting = kty === 'RSA' ? RSA_ALGORITHMS : [CURVES[crv]];
  if (alg !== undefined && !fitting.includes(alg)) throw invalid('must name algorithms that fit their keys');
}

function nameOf(key: Members, name: (typeof NAMES)[number]): string {
  const value = key[name];
  if (typeof value !== 'string' || !NAME.test(value)) throw invalid(`must hold keys whose ${name} is short ASCII text`);
  return value;
}

type Members = Readonly<Record<string, unknown>>;

const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function parsed(text: string): unknown {
  if (text.length > LONGEST_KEY_SET) throw invalid(`must have at most ${LONGEST_KEY_SET} characters`);
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const invalid = (rule: string, details?: string): ParameterInvalid =>
  new ParameterInvalid('jwks', rule, details === undefined ? {} : { details });
