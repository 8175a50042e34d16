import { randomBytes } from 'node:crypto';

/** 128 bits. */
const RANDOM_BYTES = 16;
// Linear: one class, a fixed number of times.
const SHAPE = /^[0-9a-f]{32}$/;

/** Makes the secret of a key of an instance in the one form that log agents take: 32 lower-case hexadecimal digits. */
export const newInstanceKeySecret = (): string => randomBytes(RANDOM_BYTES).toString('hex');

/** Whether a text has that form; what fails here is refused before any store is asked. */
export const isWellFormedInstanceKeySecret = (text: string): boolean => SHAPE.test(text);
