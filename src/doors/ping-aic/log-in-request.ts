import type { Request } from 'express';
import type { z } from 'zod';
import { CredentialsConflicting } from '../../problems/credential-problems.ts';
import { ParameterInvalid, ParameterMissing, ParameterRepeated } from '../../problems/request-problems.ts';
import type { LOG_IN } from './am-schemas.ts';

/** Who wants to log in. */
export interface OfferedPerson {
  readonly email: string;
  readonly password: string;
}

const USER_HEADER = 'x-openam-username';
const PASSWORD_HEADER = 'x-openam-password';
/** More than any password that is kept. */
const LONGEST = 1_024;

/**
 * Reads a name and a password from the headers, or from the filled form.
 * @returns `undefined`: neither, so that the form is to be shown
 * @throws CredentialsConflicting  both, and not the same
 */
export function offeredPersonOf(request: Request, step: z.output<typeof LOG_IN>): OfferedPerson | undefined {
  const inHeaders = pairOf(headerOf(request, USER_HEADER), headerOf(request, PASSWORD_HEADER));
  const inForm = pairOf(inputOf(step, 'NameCallback'), inputOf(step, 'PasswordCallback'));
  if (inHeaders === undefined || inForm === undefined) return inHeaders ?? inForm;
  if (inHeaders.email === inForm.email && inHeaders.password === inForm.password) return inHeaders;
  throw new CredentialsConflicting('The headers and the form have different credentials.', {
    details: 'Send one of them.',
  });
}

function pairOf(email: string | undefined, password: string | undefined): OfferedPerson | undefined {
  if (email === undefined && password === undefined) return undefined;
  if (email === undefined) throw new ParameterMissing(USER_HEADER);
  if (password === undefined) throw new ParameterMissing(PASSWORD_HEADER);
  return { email, password };
}

function headerOf(request: Request, name: string): string | undefined {
  const values = request.headersDistinct[name] ?? [];
  const [value] = values;
  // Two readers of one request must not see two different people (header confusion).
  if (values.length > 1) throw new ParameterRepeated(name);
  if (value === undefined || value === '') return undefined;
  return fitting(decoded(value), name);
}

function inputOf({ callbacks = [] }: z.output<typeof LOG_IN>, type: string): string | undefined {
  const callback = callbacks.find((one) => one.type === type);
  const value = callback?.input?.[0]?.value;
  return typeof value === 'string' && value !== '' ? fitting(value, type) : undefined;
}

function fitting(value: string, name: string): string {
  if (value.length > LONGEST || !value.isWellFormed()) throw new ParameterInvalid(name, 'is no name or password');
  return value;
}

// Linear: the text has no question mark (RFC 2047, section 2).
const ENCODED_WORD = /^=\?utf-8\?b\?([A-Za-z0-9+/]*={0,2})\?=$/i;
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Text beyond ASCII comes as an encoded word, or as raw bytes, which Node reads as Latin-1. */
function decoded(value: string): string {
  const encoded = ENCODED_WORD.exec(value)?.[1];
  const bytes = encoded === undefined ? Buffer.from(value, 'latin1') : Buffer.from(encoded, 'base64');
  try {
    return UTF8.decode(bytes);
  } catch {
    return value;
  }
}
