import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { asOwner, firstAccountId } from '../../harness/given-credentials.ts';
import { v1Policy, v2Policy } from '../../harness/given-policies.ts';
import { describeOnEveryBackend } from '../../harness/running-service.ts';

/** A failure prints its seed and the smallest request that shows it. */
const RUNS = 80;
const IAM_ID = 'iam-ServiceId-33333333-0000-4000-8000-000000000000';
const JSON_TYPE = { 'Content-Type': 'application/json', 'If-Match': '*' };
const PARAMETERS = [
  ...[
    'account_id',
    'iam_id',
    'access_group_id',
    'type',
    'service_type',
    'service_name',
    'service_group_id',
    'tag_name',
  ],
  ...['tag_value', 'sort', 'format', 'state', 'limit', 'start', 'toString', '$where'],
];

const odd = fc.oneof(
  fc.constantFrom<unknown>(
    '',
    null,
    true,
    0,
    -1,
    1e300,
    [],
    {},
    [[]],
    'iam_id',
    'accountId',
    '*',
    '{{',
    '\u0000',
    '\ud800',
  ),
  fc.constantFrom<unknown>('stringMatchAnyOf', 'timeLessThan', '17:00:00+00:00', ['1+00:00'], 'and', {
    conditions: [],
  }),
  fc.constantFrom<unknown>('toString', 'hasOwnProperty', { toString: 1 }, { $ne: 1 }, 'authorization', 'serviceName'),
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.jsonValue({ maxDepth: 3 }),
);

/** Which value is to be another, counted from the top. */
const change = fc.record({ at: fc.nat({ max: 60 }), value: odd, asName: fc.boolean() });

/** @returns the body with one value, or one member's name, another */
function changed(body: unknown, { at, value, asName }: { at: number; value: unknown; asName: boolean }): unknown {
  let seen = 0;
  const walk = (part: unknown): unknown => {
    seen += 1;
    if (seen === at + 1 && !asName) return value;
    if (Array.isArray(part)) return part.map(walk);
    if (typeof part !== 'object' || part === null) return part;
    const here = seen === at + 1;
    return Object.fromEntries(
      Object.entries(part).map(([name, member], index) => [
        here && index === 0 ? (JSON.stringify(value) ?? '') : name,
        walk(member),
      ]),
    );
  };
  return walk(body);
}

describeOnEveryBackend('random requests to the policy API', (service) => {
  let accountId: string;
  let token: string;
  beforeAll(async () => {
    accountId = await firstAccountId(service());
    token = await service().ownerToken();
  });

  const rule = {
    operator: 'and' as const,
    conditions: [
      {
        key: '{{environment.attributes.day_of_week}}',
        operator: 'dayOfWeekAnyOf' as const,
        value: ['1+00:00', '2+00:00'],
      },
      { key: '{{resource.attributes.path}}', operator: 'stringMatch' as const, value: 'a*' },
    ],
  };

  describe.each([
    ['v1', v1Policy],
    ['v2', (words: Parameters<typeof v1Policy>[0]) => v2Policy({ ...words, rule })],
  ] as const)('given %s', (version, policyOf) => {
    it('when any of a body is another thing, then it is made and echoed, or refused, and never a failure of the service', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async (changes) => {
          const body = changes.reduce<unknown>(changed, policyOf({ accountId, iamId: IAM_ID }));
          const raw = JSON.stringify(body) ?? '';

          const answer = await service().call('POST', `/${version}/policies`, { token, raw, headers: JSON_TYPE });

          expect([201, 400, 403, 409]).toContain(answer.status);
          if (answer.status === 201) {
            const read = await asOwner(service(), 'GET', `/${version}/policies/${answer.body.id}?format=display`);
            const other = version === 'v1' ? 'v2' : 'v1';
            await asOwner(service(), 'GET', `/${other}/policies/${answer.body.id}?format=display`);
            expect(read.body.id).toBe(answer.body.id);
          }
        }),
        { numRuns: RUNS },
      );
    });

    it('when any of a body is another thing in a replacement, then the policy is replaced or as it was', async () => {
      const made = await asOwner(service(), 'POST', `/${version}/policies`, {
        json: policyOf({ accountId, iamId: IAM_ID, instance: `replaced ${version}` }),
      });
      const path = `/${version}/policies/${made.body.id}`;
      await fc.assert(
        fc.asyncProperty(change, async (one) => {
          const before = await asOwner(service(), 'GET', path);
          const raw = JSON.stringify(changed(policyOf({ accountId, iamId: IAM_ID, instance: 'another' }), one)) ?? '';

          const answer = await service().call('PUT', path, { token, raw, headers: JSON_TYPE });

          expect([200, 400, 403, 409]).toContain(answer.status);
          const after = await asOwner(service(), 'GET', path);
          if (answer.status !== 200) expect(after.body).toEqual(before.body);
          else expect(after.body).toEqual(answer.body);
        }),
        { numRuns: RUNS / 2 },
      );
    });
  });

  it('given any questions about others, when they are asked, then they are answered or refused', async () => {
    const question = {
      subject: { attributes: { id: IAM_ID, scope: 'ibm openid' } },
      action: 'logs.data-ingress.send',
      resource: { crn: `crn:v1:bluemix:public:logs:us-south:a/${accountId}:one::` },
    };
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async (changes) => {
        const raw = JSON.stringify(changes.reduce<unknown>(changed, [question])) ?? '';
        const answer = await service().call('POST', '/v2/authz', { token, raw, headers: JSON_TYPE });

        expect([200, 400, 403]).toContain(answer.status);
      }),
      { numRuns: RUNS },
    );
  });

  it('given any query, when policies are listed by it, then they are, or it is refused', async () => {
    const value = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 100 }),
      fc.constantFrom('', 'access', 'service', '-created_at', 'display', 'deleted', '3', IAM_ID),
    );
    const query = fc.array(fc.tuple(fc.constantFrom(...PARAMETERS), value), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(query, async (fields) => {
        const parameters = fields.map(([name, text]) => `${name}=${encodeURIComponent(text.toWellFormed())}`);
        const path = `/v2/policies?${[`account_id=${accountId}`, ...parameters].join('&')}`;

        expect([200, 400]).toContain((await service().call('GET', path, { token })).status);
      }),
      { numRuns: RUNS },
    );
  });
});
