import type { Router } from 'express';
import { defaultResourceGroup } from '../../accounts/default-resource-group.ts';
import type { CallerOf } from '../../http/api-answers.ts';
import { methods } from '../../http/methods.ts';
import type { Self, WhoAmI } from '../../users/who-am-i.ts';
import { SELF_PATH, type SelfRepresentation } from './self-operations.ts';

/** What the route stands on. */
export interface SelfRouteParts {
  readonly whoAmI: WhoAmI;
  readonly callerOf: CallerOf;
}

/** Where things of an account may be: the locations that every plan accepts. */
const REGIONS = ['global', 'us-south'];

/** `GET /latchkey/v1/me`: what a command line asks first after it has a token. */
export function selfRoutes(router: Router, { whoAmI, callerOf }: SelfRouteParts): void {
  methods(router, SELF_PATH, {
    async GET(request, response) {
      response.json(selfRepresentation(await whoAmI(await callerOf(request))));
    },
  });
}

function selfRepresentation({ iamId, name, email, accounts }: Self): SelfRepresentation {
  return {
    iam_id: iamId,
    name,
    ...(email !== undefined && { email }),
    accounts: accounts.map(({ id, tenantId, name: accountName, ownerIamId }) => ({
      id,
      tenant_id: tenantId,
      name: accountName,
      owner_iam_id: ownerIamId,
      resource_groups: [{ ...defaultResourceGroup(id) }],
      regions: REGIONS,
    })),
  };
}
