import { expect } from '@jest/globals';
import type { Answer } from '../../harness/http-call.ts';

/** Expects a refusal in the form of the product's own API: the problem's own code, and the same names in body and headers. */
export function expectProductRefusal({ status, body, headers }: Answer, expected: number, code: string): void {
  expect({ status, code: body.code }).toEqual({ status: expected, code });
  expect(body).toEqual({
    code,
    message: expect.stringMatching(/^\S.*\.$/),
    ...('details' in body && { details: expect.stringMatching(/\S/) }),
    transaction_id: headers.get('transaction-id'),
    request_id: headers.get('x-request-id'),
  });
  expect(headers.get('content-type')).toMatch(/^application\/json/);
  expect(headers.get('cache-control')).toBe('no-store');
  expect(headers.get('x-content-type-options')).toBe('nosniff');
}
