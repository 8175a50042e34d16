import { expect } from '@jest/globals';
import type { Answer } from '../../harness/http-call.ts';

/** Expects a refusal in the form of IBM's user management API: status, code, and the same names in body and headers. */
export function expectUserRefusal({ status, body, headers }: Answer, expected: number, code: string): void {
  expect({ status, code: body.errors?.[0]?.code }).toEqual({ status: expected, code });
  expect(body).toEqual({
    trace: headers.get('transaction-id'),
    status_code: expected,
    errors: [
      {
        code,
        message: expect.stringMatching(/^\S.*\.$/),
        ...('more_info' in body.errors[0] && { more_info: expect.stringMatching(/\S/) }),
      },
    ],
  });
  expect(headers.get('content-type')).toMatch(/^application\/json/);
  expect(headers.get('cache-control')).toBe('no-store');
  expect(headers.get('x-content-type-options')).toBe('nosniff');
}
