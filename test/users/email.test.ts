import { describe, expect, it } from '@jest/globals';
import { emailOf } from '../../src/users/email.ts';
import { cpuMillisecondsOf } from '../harness/cpu-time.ts';

describe('emailOf', () => {
  it.each([
    ['robin@example.com', 'robin@example.com'],
    ['Robin.Example+Tag@EXAMPLE.com', 'robin.example+tag@example.com'],
    ["o'neil@sub.example.co", "o'neil@sub.example.co"],
    ['owner@localhost', 'owner@localhost'],
    ['a@xn--bcher-kva.example', 'a@xn--bcher-kva.example'],
    [`${'a'.repeat(64)}@example.com`, `${'a'.repeat(64)}@example.com`],
  ])('when %s is read, then it is %s', (text, email) => {
    expect(emailOf(text)).toBe(email);
  });

  /** Header injection, a second recipient, and two addresses that look alike and are two. */
  it.each([
    ['a line break and a header', 'robin@example.com\r\nBcc: mallory@example.com'],
    ['a line break at the end', 'robin@example.com\n'],
    ['a line break in the local part', 'rob\nin@example.com'],
    ['a zero byte', 'robin@example.com\0'],
    ['two addresses', 'robin@example.com,mallory@example.com'],
    ['a name and brackets', 'Robin <robin@example.com>'],
    ['a space', 'robin @example.com'],
    ['a quoted local part', '"robin@x"@example.com'],
    ['an address literal', 'robin@[127.0.0.1]'],
    ['a Cyrillic letter', 'rоbin@example.com'],
    ['the Kelvin sign, which is k in lower case', '\u212Aim@example.com'],
    ['a dot at the end', 'robin.@example.com'],
    ['two dots', 'ro..bin@example.com'],
    ['two ats', 'robin@x@example.com'],
    ['no local part', '@example.com'],
    ['no domain', 'robin@'],
    ['a label that begins with a hyphen', 'robin@-example.com'],
    ['an empty label', 'robin@example..com'],
    ['a local part of 65 characters', `${'a'.repeat(65)}@example.com`],
    ['255 characters', `robin@${'a.'.repeat(123)}com`],
    ['nothing', ''],
  ])('when %s is sent, then it is no address', (_, text) => {
    expect(emailOf(text)).toBeUndefined();
  });

  /** ReDoS (R31). */
  it('when the worst case of a megabyte is sent, then it is refused at once', () => {
    const texts = ['a.'.repeat(500_000), `${'a.'.repeat(30)}@${'a.'.repeat(500_000)}`, `a@${'-'.repeat(1_000_000)}`];
    let read: unknown[] = [];

    const spent = cpuMillisecondsOf(() => {
      read = texts.map(emailOf);
    });

    expect(read).toEqual([undefined, undefined, undefined]);
    expect(spent).toBeLessThan(50);
  });
});
