import { expect } from '@jest/globals';
import type { Answer } from '../../harness/http-call.ts';

/** Expects a refusal in Autonomous Identity's form: a message, and beside it the problem's own code. */
export function expectTenantRefusal({ status, body, headers }: Answer, expected: number, code: string): void {
  expect({ status, code: body.code }).toEqual({ status: expected, code });
  expect(body).toEqual({
    ...{ code, message: expect.stringMatching(/^\S.*\.$/) },
    ...('details' in body && { details: expect.stringMatching(/\S/) }),
  });
  expect(headers.get('content-type')).toMatch(/^application\/json/);
  expect(headers.get('cache-control')).toBe('no-store');
  expect(headers.get('x-content-type-options')).toBe('nosniff');
}
