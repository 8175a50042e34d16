import { z } from 'zod';
import type { NewPolicy } from '../../policies/new-policy.ts';
import type { Policy, PolicyContent } from '../../policies/policy.ts';
import { conditionOf, subjectOf, writtenCondition } from './attributes.ts';
import {
  ATTRIBUTE_NAME,
  ATTRIBUTE_OPERATOR,
  ATTRIBUTE_VALUE,
  attributes,
  HOUSEKEEPING,
  POLICY_DESCRIPTION,
  POLICY_TYPE,
  ROLES,
  tags,
} from './schemas.ts';

/** The name of this form among the forms of what was sent. */
export const V1 = 'v1';

const ATTRIBUTE = z.strictObject({
  name: ATTRIBUTE_NAME,
  value: ATTRIBUTE_VALUE,
  operator: ATTRIBUTE_OPERATOR.optional().describe('Default: stringEquals.'),
});

const MEMBERS = {
  type: POLICY_TYPE,
  description: POLICY_DESCRIPTION.optional(),
  subjects: z.array(z.strictObject({ attributes: attributes(ATTRIBUTE) })).length(1),
  roles: ROLES,
  resources: z.array(z.strictObject({ attributes: attributes(ATTRIBUTE), tags: tags(ATTRIBUTE) })).length(1),
} as const;

const ONLY_IN_V2 = z
  .unknown()
  .refine(() => false, 'must be left out: only policies of /v2/policies have it')
  .optional()
  .describe('Refused: only policies of `/v2/policies` have it.');

/** A body of `POST` and `PUT` (IBM Cloud IAM Policy Management API, v1). Members that would narrow it are never passed over. */
export const V1_POLICY_BODY = z
  // Passed over, a rule that was sent would be a right at every time.
  .object({ ...MEMBERS, rule: ONLY_IN_V2, pattern: ONLY_IN_V2 })
  .meta({ id: 'V1PolicyBody' });

/** A policy as it is written: subjects, roles and resources as they were sent. */
export const V1_POLICY = z.object({ ...HOUSEKEEPING, ...MEMBERS }).meta({ id: 'V1Policy' });

/** What was sent, understood. @throws ParameterInvalid */
export function readV1Policy(body: z.output<typeof V1_POLICY_BODY>): NewPolicy {
  const [subject] = body.subjects;
  const [resource] = body.resources;
  const conditions = (sent: readonly z.output<typeof ATTRIBUTE>[] = []) =>
    sent.map(({ name, ...rest }) => conditionOf({ attribute: name, ...rest }));
  return {
    type: body.type,
    content: {
      subject: subjectOf((subject?.attributes ?? []).map(({ name, ...rest }) => ({ attribute: name, ...rest }))),
      resource: conditions(resource?.attributes),
      tags: conditions(resource?.tags),
      roles: [...new Set(body.roles.map(({ role_id }) => role_id))],
    },
    sent: { form: V1, body },
  };
}

/** The members of a body that would come to what the policy says; as it was sent, if it was sent in this form. */
export function v1BodyOf({ type, content, sent }: Policy): Readonly<Record<string, unknown>> {
  if (sent.form === V1) return sent.body;
  if (content.rule !== undefined) return placeholder(type, content);
  const { description } = sent.body;
  return {
    type,
    ...(description !== undefined && { description }),
    subjects: [{ attributes: Object.entries(content.subject).map(([name, value]) => ({ name, value })) }],
    roles: content.roles.map((role) => ({ role_id: role })),
    resources: [
      {
        attributes: content.resource.map(writtenAttribute),
        ...(content.tags.length > 0 && { tags: content.tags.map(writtenAttribute) }),
      },
    ],
  };
}

function writtenAttribute(condition: PolicyContent['resource'][number]) {
  return { name: condition.attribute, ...writtenCondition(condition) };
}

const UNSUPPORTED =
  '**This is a unsupported policy version placeholder, to view the full content, please call GET with provided href**';

/** What v1 has no words for: written without its rule, it would seem to give more than it does (IBM Cloud docs, "Known issues"). */
function placeholder(type: Policy['type'], { resource }: PolicyContent): Readonly<Record<string, unknown>> {
  return {
    type,
    description: UNSUPPORTED,
    subjects: [{ attributes: [{ name: 'iam_id', value: 'unsupported version' }] }],
    roles: [
      {
        role_id: 'crn:v1:bluemix:public:iam::::role:UnsupportedVersion',
        display_name: 'Unsupported Version',
        description: UNSUPPORTED,
      },
    ],
    resources: [{ attributes: resource.filter(({ attribute }) => attribute === 'accountId').map(writtenAttribute) }],
  };
}

/** Whether v1 has words for what the policy says. */
export const isSaidInV1 = ({ content }: Pick<Policy, 'content'>): boolean => content.rule === undefined;
