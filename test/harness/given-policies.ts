import type { PolicyRule } from '../../src/policies/policy-rule.ts';

/** The CRNs of platform roles. */
export const platformRole = (name: string): string => `crn:v1:bluemix:public:iam::::role:${name}`;

/** The role of `logs` that may send log lines, and nothing else. */
export const SENDER = 'crn:v1:bluemix:public:logs::::serviceRole:Sender';

/** What a policy in a test says. */
export interface PolicyWords {
  readonly accountId: string;
  readonly iamId: string;
  readonly service?: string;
  readonly role?: string;
  readonly instance?: string;
}

/** A body for `/v1/policies`. */
export function v1Policy({ accountId, iamId, service = 'logs', role = SENDER, instance }: PolicyWords) {
  return {
    type: 'access',
    subjects: [{ attributes: [{ name: 'iam_id', value: iamId }] }],
    roles: [{ role_id: role }],
    resources: [
      {
        attributes: [
          { name: 'accountId', value: accountId },
          { name: 'serviceName', value: service },
          ...(instance === undefined ? [] : [{ name: 'serviceInstance', value: instance }]),
        ],
      },
    ],
  };
}

/** A body for `/v2/policies`. */
export function v2Policy({ rule, pattern, ...words }: PolicyWords & { rule?: PolicyRule; pattern?: string }) {
  const { accountId, iamId, service = 'logs', role = SENDER, instance } = words;
  const named = [
    ['accountId', accountId],
    ['serviceName', service],
    ...(instance === undefined ? [] : [['serviceInstance', instance]]),
  ];
  return {
    type: 'access',
    subject: { attributes: [{ key: 'iam_id', operator: 'stringEquals', value: iamId }] },
    resource: { attributes: named.map(([key, value]) => ({ key, operator: 'stringEquals', value })) },
    control: { grant: { roles: [{ role_id: role }] } },
    ...(rule !== undefined && { rule }),
    ...(pattern !== undefined && { pattern }),
  };
}
