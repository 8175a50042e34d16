import { hasControlCharacter } from '../http/text.ts';

/** Fewest characters of a value that the maker of a key chooses (IBM Cloud IAM Identity API, "API keys"). */
export const CHOSEN_SECRET_LEAST = 32;
/** Most characters: forms and headers have limits, and so has what a request without a right may cost. */
export const CHOSEN_SECRET_MOST = 512;

// Linear: each is anchored, and none holds a repetition of a repetition.
const GENERATED = /^lk(?:_|%5f)/i;
const SIGNED_TOKEN = /^eyJ/;
const UUID = /^[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}$/i;

/**
 * Says what keeps a text from being the value of a key. It takes any characters, but nothing that could be taken for a
 * credential of another kind: a value in the form of our own keys would slip through the test of their check digits, UUIDs
 * are what keys for sending logs look like, and what begins like a signed token is read as one. So a text has the form of
 * one kind of key at most.
 * @returns what is wrong, to be said after the name of the parameter; never a part of the text. `undefined`: nothing
 */
export function chosenSecretFault(text: string): string | undefined {
  // Before anything that looks at every character: a megabyte of rubbish must cost nothing.
  if (text.length > CHOSEN_SECRET_MOST * 2) return tooLong;
  if (!text.isWellFormed() || hasControlCharacter(text)) return 'must be text without control characters';
  const characters = [...text].length;
  if (characters < CHOSEN_SECRET_LEAST) return `must have at least ${CHOSEN_SECRET_LEAST} characters`;
  if (characters > CHOSEN_SECRET_MOST) return tooLong;
  if (GENERATED.test(text) || SIGNED_TOKEN.test(text) || UUID.test(text)) {
    return 'must not have the form of another kind of key or token';
  }
  return undefined;
}

const tooLong = `must have at most ${CHOSEN_SECRET_MOST} characters`;

/** Whether a text can be a value that the maker of a key chose. */
export const isWellFormedChosenSecret = (text: unknown): text is string =>
  typeof text === 'string' && chosenSecretFault(text) === undefined;
