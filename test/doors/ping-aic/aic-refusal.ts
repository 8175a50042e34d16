import { STATUS_CODES } from 'node:http';
import { expect } from '@jest/globals';
import type { Answer } from '../../harness/http-call.ts';

/** Expects a refusal in the form of Advanced Identity Cloud. @param code the problem's own */
export function expectAicRefusal({ status, body, headers }: Answer, expected: number, code: string): void {
  expect({ status, code: body.detail?.code }).toEqual({ status: expected, code });
  expect(body).toEqual({
    ...{ code: expected, reason: STATUS_CODES[expected], message: expect.stringMatching(/^\S.*\.$/) },
    detail: { code, ...('hint' in body.detail && { hint: expect.stringMatching(/\S/) }) },
  });
  expect(headers.get('content-type')).toMatch(/^application\/json/);
  expect(headers.get('cache-control')).toBe('no-store');
  expect(headers.get('x-forgerock-transactionid')).toMatch(/\S/);
}
