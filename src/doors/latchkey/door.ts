import { Router } from 'express';
import { commonHeaders, type OnFailure, secretsRefused } from '../../http/api-answers.ts';
import { respondWith } from '../../http/app.ts';
import { RouteUnknown } from '../../problems/request-problems.ts';
import { type AccountRouteParts, accountRoutes } from './account-routes.ts';
import { type ActivationRouteParts, activationRoutes } from './activation-routes.ts';
import { type AllowedAddressesRouteParts, allowedAddressesRoutes } from './allowed-addresses-routes.ts';
import { productFailures } from './answers.ts';
import { type CatalogRouteParts, catalogRoutes } from './catalog-routes.ts';
import { type DataSourceRouteParts, dataSourceRoutes } from './data-source-routes.ts';
import { type GroupedKeyRouteParts, groupedKeyRoutes } from './grouped-key-routes.ts';
import { type IngestionKeyRouteParts, ingestionKeyRoutes } from './ingestion-key-routes.ts';
import { type InstanceUseRouteParts, instanceUseRoutes } from './instance-use-routes.ts';
import { type KeyGroupRouteParts, keyGroupRoutes } from './key-group-routes.ts';
import { type KeyListRouteParts, keyListRoutes } from './key-list-routes.ts';
import { type LogLineRouteParts, logLineRoutes } from './log-line-routes.ts';
import { type LogSettingRouteParts, logSettingRoutes } from './log-setting-routes.ts';
import { type NodeRouteParts, nodeRoutes } from './node-routes.ts';
import { type PasswordRouteParts, passwordRoutes } from './password-routes.ts';
import { type SelfRouteParts, selfRoutes } from './self-routes.ts';
import { type SignOutRouteParts, signOutRoutes } from './sign-out-routes.ts';

/** What the door stands on. */
export interface LatchkeyDoorParts
  extends SignOutRouteParts,
    NodeRouteParts,
    AllowedAddressesRouteParts,
    AccountRouteParts,
    ActivationRouteParts,
    SelfRouteParts,
    PasswordRouteParts,
    KeyListRouteParts,
    IngestionKeyRouteParts,
    CatalogRouteParts,
    KeyGroupRouteParts,
    GroupedKeyRouteParts,
    LogLineRouteParts,
    LogSettingRouteParts,
    InstanceUseRouteParts,
    DataSourceRouteParts {
  readonly onFailure: OnFailure;
}

/** Where all of it is. */
export const LATCHKEY_PREFIX = '/latchkey';

/**
 * `/latchkey/v1`: the product's own API, for what no system that it stands in for has a call. It knows JSON and paths, and
 * nothing of rights: who may do what, the domains decide.
 */
export function latchkeyDoor(parts: LatchkeyDoorParts): Router {
  const router = Router();
  router.use(LATCHKEY_PREFIX, commonHeaders, secretsRefused({ allowed: 'cursor' }));
  signOutRoutes(router, parts);
  nodeRoutes(router, parts);
  allowedAddressesRoutes(router, parts);
  accountRoutes(router, parts);
  activationRoutes(router, parts);
  selfRoutes(router, parts);
  passwordRoutes(router, parts);
  keyListRoutes(router, parts);
  ingestionKeyRoutes(router, parts);
  catalogRoutes(router, parts);
  logLineRoutes(router, parts);
  logSettingRoutes(router, parts);
  instanceUseRoutes(router, parts);
  keyGroupRoutes(router, parts);
  groupedKeyRoutes(router, parts);
  dataSourceRoutes(router, parts);
  router.use(LATCHKEY_PREFIX, () => {
    // The path is not repeated: who takes a key for an id sends it there.
    throw new RouteUnknown('There is nothing at this path.');
  });
  router.use(respondWith(productFailures(parts.onFailure)));
  return router;
}
