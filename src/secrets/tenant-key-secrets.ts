import { randomBytes, randomUUID } from 'node:crypto';

/** Keys whose form clients of other systems insist on, so that none of them has check digits. */

// All are linear: one class, a fixed number of times.
const LOWER_HEX_64 = /^[0-9a-f]{64}$/;
const UPPER_HEX_32 = /^[0-9A-F]{32}$/;
const UUID_4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Makes a secret of 64 lower-case hexadecimal digits: 256 bits. */
export const newLowerHexSecret = (): string => randomBytes(32).toString('hex');

/** Whether a text has that form. */
export const isLowerHexSecret = (text: string): boolean => LOWER_HEX_64.test(text);

/** Makes a secret of 32 upper-case hexadecimal digits: 128 bits. */
export const newUpperHexSecret = (): string => randomBytes(16).toString('hex').toUpperCase();

/** Whether a text has that form. */
export const isUpperHexSecret = (text: string): boolean => UPPER_HEX_32.test(text);

/** Makes a secret that is a random UUID in lower case: 122 bits (RFC 9562, section 5.4). */
export const newUuidSecret = (): string => randomUUID();

/** Whether a text has that form. */
export const isUuidSecret = (text: string): boolean => UUID_4.test(text);
