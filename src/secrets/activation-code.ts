import { hash, randomBytes } from 'node:crypto';

// Linear: fixed lengths. It begins as keys do, so that logs and URLs are kept clean of it by the same rules.
const SHAPE = /^lk_act_[0-9a-f]{64}$/;

/** Makes a one-time code of 256 random bits, `lk_act_` and 64 hexadecimal digits: nobody guesses one, however many there are. */
export const newActivationCode = (): string => `lk_act_${randomBytes(32).toString('hex')}`;

/** Whether a text has the form of a code; what has not is refused before any store is asked. */
export const isWellFormedActivationCode = (text: string): boolean => SHAPE.test(text);

/**
 * What the store may hold of a code. No pepper: a code has so many random bits that nobody who reads the store can try them
 * all, and a pepper that is replaced must not end an invitation.
 */
export const activationCodeDigest = (code: string): string => hash('sha256', `activation code\n${code}`, 'base64url');
