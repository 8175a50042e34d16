import { z } from 'zod';
import type { Caller } from '../../access/caller.ts';
import type { GroupMembers } from '../../access-groups/group-members.ts';
import { textUpTo } from '../../http/text-schemas.ts';
import type { NewPolicy } from '../../policies/new-policy.ts';
import type { Policies } from '../../policies/policies.ts';
import type { PlanGiven } from '../../users/invitations.ts';

/** A policy of an invitation: who is given it, the invitation says. Members that would narrow it are never passed over. */
export const INVITED_POLICY = z.strictObject({
  type: z.literal('access'),
  roles: z
    .array(
      z.strictObject({
        role_id: textUpTo(500),
        display_name: textUpTo(300).optional(),
        description: z.string().optional(),
      }),
    )
    .min(1)
    .max(50),
  resources: z
    .array(
      z.strictObject({
        attributes: z
          .array(
            z.strictObject({
              name: textUpTo(100),
              value: textUpTo(1_000),
              operator: z.enum(['stringEquals', 'stringMatch']).optional(),
            }),
          )
          .min(1)
          .max(20),
      }),
    )
    .length(1),
});

/** Most policies, and most access groups, of one invitation. */
export const MOST_GIVEN = 10;

/** The id of an access group. */
export const GROUP_ID = textUpTo(100);

/** What is to be given with an invitation. */
export interface InvitedRights {
  readonly policies: readonly z.output<typeof INVITED_POLICY>[];
  readonly accessGroupIds: readonly string[];
}

/** What gives it. */
export interface InvitedRightsParts {
  readonly policies: Pick<Policies, 'plan'>;
  readonly groupMembers: Pick<GroupMembers, 'plan'>;
}

/** @returns what plans it for each user, with the rights of who invites */
export function plannedRights(
  { policies, groupMembers }: InvitedRightsParts,
  caller: Caller,
  rights: InvitedRights,
): PlanGiven {
  return async (iamId) => {
    const planned = [];
    for (const policy of rights.policies) {
      planned.push((await policies.plan(caller, policyFor(iamId, caller.accountId, policy))).changes);
    }
    for (const groupId of new Set(rights.accessGroupIds)) {
      planned.push((await groupMembers.plan(caller, groupId, [{ iamId, kind: 'user' }])).changes);
    }
    return planned.flat();
  };
}

/** As it would have been sent to `/v1/policies`, which answers it so; without an account it is for the one of the invitation. */
function policyFor(iamId: string, accountId: string, sent: InvitedRights['policies'][number]): NewPolicy {
  const named = sent.resources.flatMap(({ attributes }) => attributes);
  const attributes = named.some(({ name }) => name === 'accountId')
    ? named
    : [{ name: 'accountId', value: accountId }, ...named];
  const body = {
    type: sent.type,
    subjects: [{ attributes: [{ name: 'iam_id', value: iamId }] }],
    roles: sent.roles,
    resources: [{ attributes }],
  };
  return {
    type: 'access',
    content: {
      subject: { iam_id: iamId },
      resource: attributes.map(({ name, value, operator = 'stringEquals' }) => ({
        ...{ attribute: name, operator, values: [value] },
      })),
      tags: [],
      roles: [...new Set(sent.roles.map(({ role_id }) => role_id))],
    },
    sent: { form: 'v1', body },
  };
}
