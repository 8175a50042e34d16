import { expect } from '@jest/globals';
import type { Answer } from './http-call.ts';

/** What a refusal of the token endpoint must say. */
export interface ExpectedRefusal {
  readonly status: number;
  readonly errorCode: string;
  /** Absent: the body must have no `errorDetails`. */
  readonly details?: RegExp;
  /** Beside those of every answer. */
  readonly headers?: Readonly<Record<string, string>>;
}

const CONTEXT_FIELDS = ['elapsedTime', 'endTime', 'locale', 'requestId', 'requestType', 'startTime', 'userAgent'];

/**
 * Expects a refusal in the token endpoint's form: status, code, exactly the fields of the form, and the headers of every
 * answer. No `error` and no `context.url`: IBM's SDKs would hide the message behind one of their own.
 */
export function expectTokenRefusal(
  answer: Answer,
  { status, errorCode, details, headers = {} }: ExpectedRefusal,
): void {
  const { body } = answer;
  expect({ status: answer.status, errorCode: body.errorCode }).toEqual({ status, errorCode });
  const fields = ['context', 'errorCode', ...(details === undefined ? [] : ['errorDetails']), 'errorMessage'];
  expect(Object.keys(body).sort()).toEqual(fields);
  expect(body.errorMessage).toMatch(/^\S.*\.$/);
  if (details !== undefined) expect(body.errorDetails).toMatch(details);
  expect(Object.keys(body.context).sort()).toEqual(CONTEXT_FIELDS);
  expect(body.context.requestId).toBe(answer.headers.get('transaction-id'));
  expect(answer.headers.get('content-type')).toBe('application/json');
  expect(answer.headers.get('cache-control')).toBe('no-cache, no-store, must-revalidate');
  for (const [name, value] of Object.entries(headers)) expect([name, answer.headers.get(name)]).toEqual([name, value]);
}

/** What of an answer would tell one refusal from another: everything but the names and times of the request. */
export function withoutRequestNames({ status, headers, text }: Answer): object {
  const told = [...headers].filter(
    ([name]) => !['transaction-id', 'x-correlation-id', 'x-request-id', 'date'].includes(name),
  );
  const times = ['requestId', 'startTime', 'endTime', 'elapsedTime'];
  const body = JSON.parse(text, (name, value) => (times.includes(name) ? '' : value));
  return { status, headers: told.filter(([name]) => name !== 'content-length'), body };
}
