import { expect } from '@jest/globals';
import type { Answer } from '../../harness/http-call.ts';

/** What everybody hears whose key is not good, whatever is wrong with it. */
const NOT_AUTHORIZED = {
  code: 'ISM_4001',
  description: 'invalid session key or session timed out',
  message: ['Authentication required'],
};

/** Expects a refusal in this system's form. */
export function expectRestRefusal({ status, body, headers }: Answer, expected: number, code: string): void {
  expect({ status, code: body.code }).toEqual({ status: expected, code });
  expect(body).toEqual({
    ...{ code, description: expect.stringMatching(/\S/), message: [expect.stringMatching(/\S/)] },
    ...('help' in body && { help: expect.stringMatching(/\S/) }),
  });
  expect(headers.get('content-type')).toMatch(/^application\/json/);
  expect(headers.get('cache-control')).toBe('no-store');
}

/** Expects the one answer to every key that is not good. */
export function expectNotAuthorized({ status, body }: Pick<Answer, 'status' | 'body'>): void {
  expect({ status, body }).toEqual({ status: 401, body: NOT_AUTHORIZED });
}
