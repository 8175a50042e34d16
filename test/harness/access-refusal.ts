import { expect } from '@jest/globals';
import type { Answer } from './http-call.ts';

/** Expects a refusal in the form of IBM's policy API: status, code, exactly the fields of the form. */
export function expectAccessRefusal(answer: Answer, status: number, code: string, message: RegExp = /\S/): void {
  const { body, headers } = answer;
  expect({ status: answer.status, code: body.errors?.[0]?.code, text: answer.text }).toMatchObject({ status, code });
  expect(body).toEqual({
    trace: headers.get('transaction-id'),
    status_code: status,
    errors: [
      {
        code,
        message: expect.stringMatching(message),
        ...('details' in body.errors[0] && { details: { conflicts_with: expect.anything() } }),
      },
    ],
  });
  expect(headers.get('content-type')).toMatch(/^application\/json/);
  expect(headers.get('cache-control')).toBe('no-store');
}
