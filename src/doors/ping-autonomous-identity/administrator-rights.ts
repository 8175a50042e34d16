import type { Caller } from '../../access/caller.ts';
import type { Policies } from '../../policies/policies.ts';
import { platformRoleCrn } from '../../resource-catalog/service-definition.ts';
import type { PlanGiven } from '../../users/invitations.ts';

/** What an administrator of that system may look after: keys, and users. */
const SERVICES = ['iam-identity', 'user-management'];

/** @returns what plans the rights of an administrator for a user, with the rights of who gives them */
export function administratorRights(policies: Pick<Policies, 'plan'>, caller: Caller): PlanGiven {
  const roleId = platformRoleCrn('Administrator');
  return async (iamId) => {
    const planned = [];
    for (const service of SERVICES) {
      const attributes = [
        { name: 'accountId', value: caller.accountId },
        { name: 'serviceName', value: service },
      ];
      // As it would have been sent to `/v1/policies`, which answers it so.
      const body = {
        type: 'access',
        subjects: [{ attributes: [{ name: 'iam_id', value: iamId }] }],
        roles: [{ role_id: roleId }],
        resources: [{ attributes }],
      };
      const content = {
        subject: { iam_id: iamId },
        resource: attributes.map(({ name, value }) => ({
          ...{ attribute: name, operator: 'stringEquals' as const, values: [value] },
        })),
        tags: [],
        roles: [roleId],
      };
      planned.push(await policies.plan(caller, { type: 'access', content, sent: { form: 'v1', body } }));
    }
    return planned.flatMap(({ changes }) => changes);
  };
}
