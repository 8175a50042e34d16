import { RequestMalformed } from '../problems/request-problems.ts';

// Fatal: a decoder that puts U+FFFD for bad bytes would make two different secrets equal.
const FORM_TEXT = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The text of these bytes; a byte order mark stays part of it.
 * @throws RequestMalformed  they are not UTF-8
 */
export function utf8TextOf(bytes: Uint8Array): string {
  try {
    return FORM_TEXT.decode(bytes);
  } catch {
    // The decoder's error is not passed on as a cause: it says nothing that this sentence does not.
    throw new RequestMalformed('The request is not valid UTF-8.');
  }
}

/** Whether a control character stands in the text: C0, DEL or C1. They end strings, lines and headers elsewhere. */
export function hasControlCharacter(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code < 0x20 || (code >= 0x7f && code <= 0x9f)) return true;
  }
  return false;
}

/**
 * The same text in one piece. What is joined or cut out only points at its parts, and for an object that holds one such text
 * `JSON.stringify` leaves its fast way: for the claims of a token that is two thirds of their cost.
 */
export const inOnePiece = (text: string): string => Buffer.from(text).toString();

// The embeddings, overrides and isolates of Unicode's bidirectional algorithm (UAX 9, section 2). Letters of scripts that run from the
// right need none of them to be shown.
const DIRECTION_CONTROLS = /[\u202a-\u202e\u2066-\u2069]/;

/**
 * Refused in names: half a character, which no store keeps; what breaks lines of logs and tables (log injection); and what shows a
 * text in another order than it has, so that it seems to be another one (Trojan Source).
 */
export const isText = (text: string): boolean =>
  text.isWellFormed() && !hasControlCharacter(text) && !DIRECTION_CONTROLS.test(text);
