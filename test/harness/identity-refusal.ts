import { expect } from '@jest/globals';
import type { Answer } from './http-call.ts';

/**
 * Expects a refusal in the form of IBM's identity API: status, code, exactly the fields of the form, and the same names of
 * the request in body and headers. No `context.url`: IBM's SDKs would hide the message behind one of their own.
 */
export function expectIdentityRefusal(answer: Answer, status: number, code: string): void {
  const { body, headers } = answer;
  expect({ status: answer.status, code: body.errors?.[0]?.code }).toEqual({ status, code });
  expect(body).toEqual({
    context: { transaction_id: headers.get('transaction-id') },
    trace: headers.get('x-request-id'),
    status_code: status,
    errors: [
      {
        code,
        message_code: expect.stringMatching(/^BXNIM\d{4}E$/),
        message: expect.stringMatching(/^\S.*\.$/),
        ...('details' in body.errors[0] && { details: expect.stringMatching(/\S/) }),
      },
    ],
  });
  expect(headers.get('content-type')).toMatch(/^application\/json/);
  expect(headers.get('cache-control')).toBe('no-store');
  expect(headers.get('x-content-type-options')).toBe('nosniff');
}
