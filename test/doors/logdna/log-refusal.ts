import { expect } from '@jest/globals';
import type { Answer } from '../../harness/http-call.ts';

/** Expects a refusal in LogDNA's form. */
export function expectLogRefusal({ status, body, headers }: Answer, expected: number, code: string): void {
  expect({ status, code: body.code }).toEqual({ status: expected, code });
  expect(body).toEqual({
    ...{ error: expect.stringMatching(/^\S.*\S$/), code, status: 'error' },
    ...('details' in body && { details: [expect.objectContaining({ message: expect.stringMatching(/\S/) })] }),
  });
  expect(headers.get('content-type')).toMatch(/^application\/json/);
  expect(headers.get('cache-control')).toBe('no-store');
}
