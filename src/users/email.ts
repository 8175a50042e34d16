import { ParameterInvalid } from '../problems/request-problems.ts';

/** Longest e-mail address, characters (RFC 5321, section 4.5.3.1.3, without the angle brackets). */
export const LONGEST_EMAIL = 254;
const LONGEST_LOCAL_PART = 64;

// Both are linear: no character stands in two neighbouring parts. Quoted local parts, comments, and everything that ends a
// header or separates addresses (CR, LF, comma, semicolon, angle brackets, spaces) are in no class.
const LOCAL_PART = /^[a-z0-9!#$%&'*+/=?^_{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_{|}~-]+)*$/;
const DOMAIN = /^[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})*$/;

/**
 * The one form in which an e-mail address is kept and compared: lower case. ASCII alone, because two addresses that look
 * alike must not be two users; domains of other scripts are written in Punycode.
 * @returns `undefined` when it is no address that can be written to
 */
export function emailOf(text: string): string | undefined {
  if (text.length > LONGEST_EMAIL) return undefined;
  const at = text.lastIndexOf('@');
  // Tested before its case is changed: `K` (the Kelvin sign) is a `k` in lower case.
  if (at < 1 || at > LONGEST_LOCAL_PART || !isAscii(text)) return undefined;
  const email = text.toLowerCase();
  if (!LOCAL_PART.test(email.slice(0, at)) || !isDomain(email.slice(at + 1))) return undefined;
  return email;
}

/** @throws ParameterInvalid it is no e-mail address. @param parameter the name under which it came */
export function requiredEmailOf(text: string, parameter: string): string {
  const email = emailOf(text);
  if (email === undefined) throw new ParameterInvalid(parameter, 'must be one e-mail address in ASCII, without a name');
  return email;
}

function isAscii(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) {
    if (text.charCodeAt(index) > 0x7e) return false;
  }
  return true;
}

const isDomain = (domain: string): boolean =>
  DOMAIN.test(domain) && domain.split('.').every((label) => !label.startsWith('-') && !label.endsWith('-'));
