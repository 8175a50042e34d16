import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { LOGS_STATUSES } from '../../src/doors/ibm-cloud-logs/logs-problems.ts';
import { IDENTITY_PROBLEMS } from '../../src/doors/ibm-iam-identity/identity-problems.ts';
import { TOKEN_PROBLEMS } from '../../src/doors/ibm-iam-token/token-problems.ts';
import { LOG_PROBLEMS } from '../../src/doors/logdna/log-problems.ts';
import { PROBLEM_CODES, type ProblemCode } from '../../src/problems/problem-codes.ts';
import { SpoolFull } from '../../src/problems/request-problems.ts';
import { USUAL_STATUSES } from '../../src/problems/usual-statuses.ts';

const PAGE = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'errors.md'), 'utf8');
const NOT_ANSWERED = 'Not answered by this door.';

/** What the page says under a code of one door: the status and the example, or that the door never answers so. */
function exampleOf(code: ProblemCode, door: string): { status: number; body: unknown } | typeof NOT_ANSWERED {
  const section = PAGE.split(/^(?=## )/m).find((text) => text.startsWith(`## \`${code}\``)) ?? '';
  const [, after = ''] = section.split(`**${door}.** `);
  if (after.startsWith(NOT_ANSWERED)) return NOT_ANSWERED;
  const [, status, body] = /^(\d{3})\n\n```json\n(.*?)\n```/s.exec(after) ?? [];
  if (status === undefined || body === undefined) throw new Error(`${code}: no example of the ${door.toLowerCase()}`);
  return { status: Number(status), body: JSON.parse(body) };
}

describe('the examples in docs/errors.md', () => {
  it.each(PROBLEM_CODES.map((code) => [code]))('when %s stands there, then both doors would answer so', (code) => {
    const token = exampleOf(code, 'Token door');
    const identity = exampleOf(code, 'Identity door');
    const { errorMessage, ...tokenRow } = TOKEN_PROBLEMS[code];
    const { message, status, code: word, messageCode } = IDENTITY_PROBLEMS[code];

    if (token !== NOT_ANSWERED) {
      expect({ status: token.status, ...Object(token.body) }).toMatchObject(tokenRow);
      if (errorMessage !== undefined) expect(token.body).toMatchObject({ errorMessage });
    }
    if (identity !== NOT_ANSWERED) {
      const error = { code: word, message_code: messageCode, ...(message !== undefined && { message }) };
      expect(identity).toMatchObject({ status, body: { status_code: status, errors: [error] } });
    }
  });

  it('when the page says what is answered where no more log lines can be kept, then the doors that take them answer so', () => {
    const { code, message } = new SpoolFull();
    const { status, code: word } = LOG_PROBLEMS[code];

    expect(exampleOf(code, 'Door of log agents')).toEqual({
      status,
      body: { error: message, code: word, status: 'error' },
    });
    expect(exampleOf(code, 'Cloud Logs door')).toEqual({ status: LOGS_STATUSES[code], body: { code, message } });
  });

  it("when the page says that the product's own door answers with the identity door's status, then it does", () => {
    const statuses = PROBLEM_CODES.map((code) => [code, IDENTITY_PROBLEMS[code].status]);

    expect(USUAL_STATUSES).toEqual(Object.fromEntries(statuses));
  });
});
