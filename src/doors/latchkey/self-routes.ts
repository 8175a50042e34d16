import type { Router } from 'express';
import type { Caller } from '../../access/caller.ts';
import type { Account } from '../../accounts/account.ts';
import type { CallerOf } from '../../http/api-answers.ts';
import { methods } from '../../http/methods.ts';
import { isDefaultGroup } from '../../resource-groups/resource-group.ts';
import type { ResourceGroups } from '../../resource-groups/resource-groups.ts';
import type { Self, WhoAmI } from '../../users/who-am-i.ts';
import { SELF_PATH, type SelfRepresentation } from './self-operations.ts';

/** What the route stands on. */
export interface SelfRouteParts {
  readonly whoAmI: WhoAmI;
  readonly resourceGroups: Pick<ResourceGroups, 'knownOf'>;
  readonly callerOf: CallerOf;
}

/** Where things of an account may be: the locations that every plan accepts. */
const REGIONS = ['global', 'us-south'];

/** `GET /latchkey/v1/me`: what a command line asks first after it has a token. */
export function selfRoutes(router: Router, { whoAmI, resourceGroups, callerOf }: SelfRouteParts): void {
  const accountOf = async (caller: Caller, { id, tenantId, name, ownerIamId }: Account) => ({
    id,
    tenant_id: tenantId,
    name,
    owner_iam_id: ownerIamId,
    resource_groups: (await resourceGroups.knownOf(caller, id)).map((group) => ({
      id: group.id,
      name: group.name,
      default: isDefaultGroup(group),
    })),
    regions: REGIONS,
  });
  methods(router, SELF_PATH, {
    async GET(request, response) {
      const caller = await callerOf(request);
      const self = await whoAmI(caller);
      const accounts = await Promise.all(self.accounts.map((account) => accountOf(caller, account)));
      response.json(selfRepresentation(self, accounts));
    },
  });
}

function selfRepresentation(
  { iamId, name, email }: Self,
  accounts: SelfRepresentation['accounts'],
): SelfRepresentation {
  return { iam_id: iamId, name, ...(email !== undefined && { email }), accounts };
}
