import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

const PREFIX = 'lk_';
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** 62^43 > 2^256. */
const RANDOM_CHARACTERS = 43;
/** 62^6 > 2^32. */
const CHECK_CHARACTERS = 6;
/** The largest multiple of 62 that a byte can hold: bytes from here on would favour the first characters. */
const FAIR_BYTES = 248;
const CHECKED_LENGTH = PREFIX.length + RANDOM_CHARACTERS;
const SHAPE = /^lk_[0-9A-Za-z]{49}$/;

/** The length of every own API key secret, in characters: prefix, random part, check. */
export const API_KEY_SECRET_LENGTH = CHECKED_LENGTH + CHECK_CHARACTERS;

/**
 * Makes an API key secret of our own kind: `lk_`, 43 uniformly random characters of `[0-9A-Za-z]` (256.03 bits), and six
 * characters of CRC-32 over all that, so that scanners and this service can tell a key from a slip of the hand without
 * asking anybody (the form of GitHub's tokens).
 */
export function newApiKeySecret(): string {
  const checked = PREFIX + randomCharacters(RANDOM_CHARACTERS);
  return checked + checkOf(checked);
}

/**
 * Whether a text has the form of an own API key secret: length, characters and check. Linear, without secrets, and cheap;
 * what fails here is refused before any store is asked.
 */
export function isWellFormedApiKeySecret(text: unknown): text is string {
  if (typeof text !== 'string' || text.length !== API_KEY_SECRET_LENGTH || !SHAPE.test(text)) return false;
  return text.slice(CHECKED_LENGTH) === checkOf(text.slice(0, CHECKED_LENGTH));
}

function randomCharacters(length: number): string {
  let characters = '';
  while (characters.length < length) {
    for (const byte of randomBytes(length + 8)) {
      // Modulo bias: a byte above the last full round is thrown away, so that all characters are equally likely.
      if (byte < FAIR_BYTES && characters.length < length) characters += ALPHABET.charAt(byte % ALPHABET.length);
    }
  }
  return characters;
}

function checkOf(checked: string): string {
  let rest = crc32(checked);
  let check = '';
  for (let place = 0; place < CHECK_CHARACTERS; place += 1) {
    check = ALPHABET.charAt(rest % ALPHABET.length) + check;
    rest = Math.floor(rest / ALPHABET.length);
  }
  return check;
}
