import { Router } from 'express';
import { commonHeaders, type OnFailure, secretsRefused } from '../../http/api-answers.ts';
import { respondWith } from '../../http/app.ts';
import { RouteUnknown } from '../../problems/request-problems.ts';
import { type AccessGroupRouteParts, accessGroupRoutes } from './access-group-routes.ts';
import { ACCESS_MANAGEMENT_PATH } from './access-settings-operations.ts';
import { type AccessSettingsRouteParts, accessSettingsRoutes } from './access-settings-routes.ts';
import { accessFailures } from './answers.ts';
import { type AuthzRouteParts, authzRoutes } from './authz-routes.ts';
import { type GroupMemberRouteParts, groupMemberRoutes } from './group-member-routes.ts';
import { type GroupRuleRouteParts, groupRuleRoutes } from './group-rule-routes.ts';
import { type PolicyRouteParts, policyRoutes } from './policy-routes.ts';
import { type RoleRouteParts, roleRoutes } from './role-routes.ts';

/** What the door stands on. */
export interface IbmIamAccessDoorParts
  extends PolicyRouteParts,
    AccessGroupRouteParts,
    GroupMemberRouteParts,
    GroupRuleRouteParts,
    RoleRouteParts,
    AuthzRouteParts,
    AccessSettingsRouteParts {
  readonly onFailure: OnFailure;
}

const PREFIXES = ['/v1/policies', '/v2/policies', '/v2/roles', '/v2/authz', '/v2/groups', ACCESS_MANAGEMENT_PATH];

/**
 * `/v1/policies`, `/v2/policies`, `/v2/roles`, `/v2/groups`, `/v2/authz`, the access management settings of
 * `/v1/accounts`: IBM Cloud's policy and access group APIs. It knows IBM's wire format and nothing of rights: who may do
 * what, the domains decide.
 */
export function ibmIamAccessDoor(parts: IbmIamAccessDoorParts): Router {
  const router = Router();
  router.use(PREFIXES, commonHeaders, secretsRefused({ allowed: 'start' }));
  policyRoutes(router, parts);
  accessGroupRoutes(router, parts);
  groupMemberRoutes(router, parts);
  groupRuleRoutes(router, parts);
  roleRoutes(router, parts);
  authzRoutes(router, parts);
  accessSettingsRoutes(router, parts);
  router.use(PREFIXES, () => {
    // The path is not repeated: who takes a key for an id sends it there.
    throw new RouteUnknown('There is nothing at this path.');
  });
  router.use(respondWith(accessFailures(parts.onFailure, parts.publicUrl)));
  return router;
}
