import { z } from 'zod';
import { textUpTo } from '../../http/text-schemas.ts';
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
  RULE,
  tags,
} from './schemas.ts';

/** The name of this form among the forms of what was sent. */
export const V2 = 'v2';

const ATTRIBUTE = z.strictObject({ key: ATTRIBUTE_NAME, operator: ATTRIBUTE_OPERATOR, value: ATTRIBUTE_VALUE });

/** A body of `POST` and `PUT` (IBM Cloud IAM Policy Management API, v2). Members that would narrow it are never passed over. */
export const V2_POLICY_BODY = z
  .object({
    type: POLICY_TYPE,
    description: POLICY_DESCRIPTION.optional(),
    subject: z.strictObject({ attributes: attributes(ATTRIBUTE) }),
    resource: z.strictObject({ attributes: attributes(ATTRIBUTE), tags: tags(ATTRIBUTE) }),
    control: z.strictObject({ grant: z.strictObject({ roles: ROLES }) }),
    rule: RULE.optional(),
    pattern: textUpTo(100, 0).optional(),
  })
  .meta({ id: 'V2PolicyBody' });

/** A policy as it is written: subject, control, resource and rule as they were sent. */
export const V2_POLICY = z.object({ ...HOUSEKEEPING, ...V2_POLICY_BODY.shape }).meta({ id: 'V2Policy' });

/** What was sent, understood. @throws ParameterInvalid */
export function readV2Policy(body: z.output<typeof V2_POLICY_BODY>): NewPolicy {
  const { subject, resource, control, rule, pattern } = body;
  const conditions = (sent: readonly z.output<typeof ATTRIBUTE>[] = []) =>
    sent.map(({ key, ...rest }) => conditionOf({ attribute: key, ...rest }));
  return {
    type: body.type,
    content: {
      subject: subjectOf(subject.attributes.map(({ key, ...rest }) => ({ attribute: key, ...rest }))),
      resource: conditions(resource.attributes),
      tags: conditions(resource.tags),
      roles: [...new Set(control.grant.roles.map(({ role_id }) => role_id))],
      ...(rule !== undefined && { rule }),
      ...(pattern !== undefined && { pattern }),
    },
    sent: { form: V2, body },
  };
}

/** The members of a body that would come to what the policy says; as it was sent, if it was sent in this form. */
export function v2BodyOf({ type, content, sent }: Policy): Readonly<Record<string, unknown>> {
  if (sent.form === V2) return sent.body;
  const { description } = sent.body;
  const subject = Object.entries(content.subject).map(([key, value]) => ({ key, operator: 'stringEquals', value }));
  return {
    type,
    ...(description !== undefined && { description }),
    subject: { attributes: subject },
    resource: {
      attributes: content.resource.map(writtenAttribute),
      ...(content.tags.length > 0 && { tags: content.tags.map(writtenAttribute) }),
    },
    control: { grant: { roles: content.roles.map((role) => ({ role_id: role })) } },
  };
}

function writtenAttribute(condition: PolicyContent['resource'][number]) {
  return { key: condition.attribute, ...writtenCondition(condition) };
}
