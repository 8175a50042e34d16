import { Router } from 'express';
import { commonHeaders, type OnFailure, secretsRefused } from '../../http/api-answers.ts';
import { respondWith } from '../../http/app.ts';
import { RouteUnknown } from '../../problems/request-problems.ts';
import { type AccountSettingsRouteParts, accountSettingsRoutes } from './account-settings-routes.ts';
import { identityFailures } from './answers.ts';
import { type ApiKeyRouteParts, apiKeyRoutes } from './api-key-routes.ts';
import { type EmptyListRouteParts, emptyListRoutes } from './empty-list-routes.ts';
import { type LimitRouteParts, limitRoutes } from './limit-routes.ts';
import { type ReportRouteParts, reportRoutes } from './report-routes.ts';
import { type ServiceIdGroupRouteParts, serviceIdGroupRoutes } from './service-id-group-routes.ts';
import { type ServiceIdRouteParts, serviceIdRoutes } from './service-id-routes.ts';

/** What the door stands on. */
export interface IbmIamIdentityDoorParts
  extends ApiKeyRouteParts,
    ServiceIdRouteParts,
    ServiceIdGroupRouteParts,
    AccountSettingsRouteParts,
    EmptyListRouteParts,
    ReportRouteParts,
    LimitRouteParts {
  readonly onFailure: OnFailure;
}

/** Everything of IBM's identity API, also what is not served: clients read a refusal only in the form of its own door. */
const PREFIXES = [
  '/v1/apikeys',
  '/v1/serviceids',
  '/v1/serviceid_groups',
  '/v1/accounts',
  '/v1/profiles',
  '/v1/profile_templates',
  '/v1/profile_assignments',
  '/v1/account_settings_templates',
  '/v1/account_settings_assignments',
  '/v1/activity',
  '/v1/mfa',
  '/v1/preferences',
];

/**
 * `/v1/apikeys`, `/v1/serviceids`, `/v1/serviceid_groups`, settings and limits of `/v1/accounts`, reports and second factors
 * (`/v1/activity`, `/v1/mfa`), and empty lists: IBM Cloud's IAM Identity API. It knows IBM's wire format and nothing of
 * rights: who may do what, the domains decide.
 */
export function ibmIamIdentityDoor(parts: IbmIamIdentityDoorParts): Router {
  const router = Router();
  router.use(PREFIXES, commonHeaders, secretsRefused({ allowed: 'pagetoken' }));
  apiKeyRoutes(router, parts);
  serviceIdRoutes(router, parts);
  serviceIdGroupRoutes(router, parts);
  accountSettingsRoutes(router, parts);
  emptyListRoutes(router, parts);
  reportRoutes(router, parts);
  limitRoutes(router, parts);
  router.use(PREFIXES, () => {
    // The path is not repeated: who takes a key for an id sends it there.
    throw new RouteUnknown('There is nothing at this path.');
  });
  router.use(respondWith(identityFailures(parts.onFailure)));
  return router;
}
