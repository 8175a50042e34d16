import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { KeyRingUnreadable, keyRingFromText, MASTER_KEY_RING, PEPPER_RING } from '../../src/secrets/key-ring.ts';

const value = (length = 32): string => randomBytes(length).toString('base64');

describe('keyRingFromText', () => {
  it('when two named values come, then the first is current and the other is retired', () => {
    const [newer, older] = [value(), value()];

    const ring = keyRingFromText(PEPPER_RING, `two:${newer},one:${older}\n`);

    expect(ring.current.id).toBe('two');
    expect(ring.current.bytes.toString('base64')).toBe(newer);
    expect(ring.retired.map(({ id }) => id)).toEqual(['one']);
    expect(ring.retired[0]?.bytes.toString('base64')).toBe(older);
  });

  it('when a lone value is later the retired one of two, then it still has the same id', () => {
    const older = value();

    const before = keyRingFromText(MASTER_KEY_RING, older);
    const after = keyRingFromText(MASTER_KEY_RING, `${value()},${older}`);

    expect(after.retired[0]?.id).toBe(before.current.id);
  });

  it('when the value has line breaks and the url alphabet, as tools print it, then it is read', () => {
    const bytes = randomBytes(64);

    const wrapped = keyRingFromText(PEPPER_RING, bytes.toString('base64').replace(/(.{30})/g, '$1\n'));
    const url = keyRingFromText(PEPPER_RING, bytes.toString('base64url'));

    expect(wrapped.current.bytes.equals(bytes)).toBe(true);
    expect(url.current.bytes.equals(bytes)).toBe(true);
  });

  it.each([
    ['empty', ''],
    ['only an id', 'one:'],
    ['too short', randomBytes(31).toString('base64')],
    ['too long for AES-256', randomBytes(33).toString('base64')],
    ['not base64', 'correct horse battery staple, correct horse!'],
    ['a placeholder of one byte', Buffer.alloc(32, 7).toString('base64')],
    ['an id with a dot', `a.b:${value()}`],
    ['an id that stands twice', `a:${value()},a:${value()}`],
    ['a trailing comma', `${value()},`],
  ])('when the text is %s, then it is refused', (_name, text) => {
    expect(() => keyRingFromText(MASTER_KEY_RING, text)).toThrow(KeyRingUnreadable);
  });

  it('when a value stands twice under two ids, then it is refused', () => {
    const same = value();

    expect(() => keyRingFromText(PEPPER_RING, `a:${same},b:${same}`)).toThrow(KeyRingUnreadable);
  });

  /** A configuration that is logged at start, or an error report, must not print the secrets. */
  it('when a ring or a refusal is printed or serialised, then no value is in it', () => {
    const secret = value();
    const ring = keyRingFromText(PEPPER_RING, `a:${secret}`);

    const printed = inspect(ring, { depth: 9 }) + JSON.stringify(ring);

    expect(printed).toContain("'a'");
    expect(printed).not.toContain(secret.slice(0, 8));
    expect(printed).not.toContain(inspect(ring.current.bytes).slice(8, 20));
    expect(() => keyRingFromText(MASTER_KEY_RING, `a:${secret.slice(0, 20)}`)).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining(secret.slice(0, 8)) }),
    );
  });
});
