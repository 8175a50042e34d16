import { expect } from '@jest/globals';
import type { Answer } from './http-call.ts';

/** Expects a refusal in the form of IBM's Resource Controller: status, code, exactly the fields of the form. */
export function expectResourceRefusal(
  answer: Answer,
  status: number,
  code: string,
  message: RegExp = /^\S.*\.$/,
): void {
  const { body, headers } = answer;
  expect({ status: answer.status, code: body.error_code, text: answer.text }).toMatchObject({ status, code });
  expect(body).toEqual({
    error_code: code,
    message: expect.stringMatching(message),
    status_code: status,
    transaction_id: expect.stringMatching(/^bss-[0-9a-f]{16}$/),
    ...('details' in body && { details: expect.stringMatching(/\S/) }),
  });
  expect(headers.get('content-type')).toMatch(/^application\/json/);
  expect(headers.get('cache-control')).toBe('no-store');
}
