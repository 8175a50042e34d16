import type { Request, RequestHandler } from 'express';
import type { Logger } from 'pino';
import type { Caller } from '../access/caller.ts';
import type { Config } from '../config/config.ts';
import { ibmIamTokenDoor } from '../doors/ibm-iam-token/door.ts';
import { loadedWhenAsked } from '../http/app.ts';
import { requiredBearerTokenOf } from '../http/authorization.ts';
import type { ClientAddressOf } from '../http/client-addresses.ts';
import type { DirectRoutes } from '../http/direct-routes.ts';
import type { Operation } from '../http/openapi.ts';
import { pathOf } from '../http/read-query.ts';
import { type RequestNames, requestNamesOf } from '../http/request-identity.ts';
import type { SealedCursors } from '../http/sealed-cursors.ts';
import type { NodeList } from '../nodes/node-list.ts';
import { Problem } from '../problems/problem.ts';
import { Overloaded, SpoolFull } from '../problems/request-problems.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { Domains } from './assemble-domains.ts';
import {
  AIC_PATHS,
  AUTONOMOUS_IDENTITY_PATHS,
  CLOUD_LOGS_PATHS,
  LOGDNA_PATHS,
  RESOURCE_PATHS,
  REST_PATHS,
} from './door-paths.ts';
import { VERSION } from './version.ts';

/** What every door may be given. */
export interface DoorParts {
  readonly config: Config;
  readonly domains: Domains;
  readonly nodes: NodeList;
  readonly clientAddressOf: ClientAddressOf;
  readonly cursors: SealedCursors;
  readonly publicUrl: string;
  readonly issuer: string;
  readonly logger: Logger;
  readonly metrics: Pick<Metrics, 'unavailable'>;
  /** To be told by the doors which of their routes are asked most. */
  readonly direct: DirectRoutes;
}

/** One row a door: the token endpoint first, because it is asked most; what an exchange does not need is loaded later. */
export function doors(parts: DoorParts): readonly RequestHandler[] {
  const { config, domains, clientAddressOf, cursors, publicUrl, issuer, logger, direct } = parts;
  const onFailure = failureLog(logger, parts.metrics);
  return [
    ibmIamTokenDoor({
      ...domains,
      clientAddressOf,
      anonymousIntrospection: config.anonymousIntrospection,
      jwks: domains.signingKeys.jwks,
      publicUrl,
      issuer,
      signingAlgorithms: [config.signingAlgorithm],
      direct,
      onFailure,
    }),
    // Those that tell by the path what is theirs come before the others: what is sent to them goes past none that it would load.
    loadedWhenAsked(async () => {
      const { logdnaDoor } = await import('../doors/logdna/door.ts');
      const rooms = { ...(await domains.resources()), ingestion: await domains.logLines() };
      const lines = { clientAddressOf, keysInUrl: config.ingestionKeysInUrl, direct };
      return logdnaDoor({ ...rooms, ...lines, callerOf: callers(parts), onFailure });
    }, LOGDNA_PATHS),
    loadedWhenAsked(async () => {
      const { ibmCloudLogsDoor } = await import('../doors/ibm-cloud-logs/door.ts');
      const { accept } = await domains.logLines();
      const onDefect = (err: unknown): void => logger.error({ err }, 'a stream of log lines ended by a defect');
      return ibmCloudLogsDoor({ ...(await domains.logSenders()), accept, clientAddressOf, onFailure, onDefect });
    }, CLOUD_LOGS_PATHS),
    loadedWhenAsked(async () => {
      const { pingAicDoor } = await import('../doors/ping-aic/door.ts');
      const rooms = {
        ...domains,
        ...(await domains.tenants()),
        ...(await domains.logIns()),
        ...(await domains.logReading()),
      };
      const wires = { clientAddressOf, cursors, publicUrl };
      return pingAicDoor({ ...rooms, ...wires, bearerOf: bearers(parts), onFailure });
    }, AIC_PATHS),
    loadedWhenAsked(async () => {
      const { pingAutonomousIdentityDoor } = await import('../doors/ping-autonomous-identity/door.ts');
      const people = { ...(await domains.people()), ...(await domains.accessDomains()) };
      const rooms = { ...domains, ...people, ...(await domains.tenants()) };
      const { apiTokensInUrl } = config;
      const describe = async (operations: readonly Operation[]): Promise<object> =>
        (await import('./openapi-document.ts')).openApiDocument({ publicUrl, version: VERSION, operations });
      const requests = { clientAddressOf, bearerOf: bearers(parts), onFailure };
      return pingAutonomousIdentityDoor({ ...rooms, ...requests, apiTokensInUrl, describe });
    }, AUTONOMOUS_IDENTITY_PATHS),
    loadedWhenAsked(async () => {
      const { ivantiDoor } = await import('../doors/ivanti/door.ts');
      const rooms = { ...(await domains.tenants()), ...(await domains.people()), access: domains.access };
      const keys = { clientAddressOf, keysInUrl: config.restApiKeysInUrl };
      return ivantiDoor({ ...rooms, ...keys, callerOf: callers(parts), onFailure });
    }, REST_PATHS),
    loadedWhenAsked(async () => {
      const { ibmResourceControllerDoor } = await import('../doors/ibm-resource-controller/door.ts');
      const resources = await domains.resources();
      return ibmResourceControllerDoor({ ...resources, callerOf: callers(parts), cursors, onFailure });
    }, RESOURCE_PATHS),
    // Before the identity door, which answers for every other path below `/v1/accounts`.
    loadedWhenAsked(async () => {
      const { ibmIamAccessDoor } = await import('../doors/ibm-iam-access/door.ts');
      return ibmIamAccessDoor({
        ...(await domains.accessDomains()),
        callerOf: callers(parts),
        cursors,
        publicUrl,
        onFailure,
      });
    }),
    loadedWhenAsked(async () => {
      const { ibmIamIdentityDoor } = await import('../doors/ibm-iam-identity/door.ts');
      const rooms = { ...domains, ...(await domains.identityDoorDomains()) };
      return ibmIamIdentityDoor({ ...rooms, callerOf: callers(parts), cursors, publicUrl, onFailure });
    }),
    loadedWhenAsked(async () => {
      const { ibmUserManagementDoor } = await import('../doors/ibm-user-management/door.ts');
      const rooms = { ...(await domains.accessDomains()), ...(await domains.people()) };
      return ibmUserManagementDoor({ ...rooms, callerOf: callers(parts), cursors, onFailure });
    }),
    loadedWhenAsked(async () => {
      const { latchkeyDoor } = await import('../doors/latchkey/door.ts');
      const product = { nodes: parts.nodes, clientAddressOf, cursors };
      const { dataSources, keyGroups, groupKeys, tenantKeys } = await domains.tenants();
      const resources = await domains.resources();
      const keyList = await domains.keyList({ ...resources, tenantKeys });
      const ofTenants = { dataSources, keyGroups, groupKeys };
      const rooms = { ...domains, ...ofTenants, keyList, ...(await domains.people()), ...resources };
      return latchkeyDoor({ ...rooms, ...product, callerOf: callers(parts), onFailure });
    }),
  ];
}

/** Proves who makes an administrative call. */
function callers(parts: DoorParts): (request: Request) => Promise<Caller> {
  const bearerOf = bearers(parts);
  return async (request) => (await bearerOf(request)).caller;
}

/** Proves who makes an administrative call, and tells what the token says of itself. */
function bearers({ domains, clientAddressOf }: DoorParts) {
  return async (request: Request) => {
    const address = clientAddressOf(request);
    const claims = await domains.authenticateCaller(requiredBearerTokenOf(request), address);
    const { iam_id: iamId, account, latchkey, grant_type: grantClaim, scope } = claims;
    const origin = { address, ...requestNamesOf(request) };
    return {
      caller: { iamId, accountId: account.bss, apiKeyId: latchkey.api_key_id, ...origin },
      claims,
      grantClaim,
      scope,
    };
  };
}

/** Counts what is 503. The caller's own mistakes at `debug`; what only an operator can mend, with its diagnostic, at `error`. */
function failureLog(logger: Logger, metrics: Pick<Metrics, 'unavailable'>) {
  return (failure: unknown, status: number, request: Request, names: RequestNames): void => {
    if (status === 503) metrics.unavailable(failure instanceof Problem ? failure.code : 'internal_error');
    // A line for each request that is refused because there is too much to do would be yet more to do; it is counted above.
    const isCounted = failure instanceof Overloaded || failure instanceof SpoolFull;
    // Flood of the log: whoever may ask for what is not served here could write as many errors, and nobody can mend them.
    const isServed = status !== 501;
    const level = status >= 500 && isServed && !isCounted ? 'error' : 'debug';
    if (!logger.isLevelEnabled(level)) return;
    logger[level]({ ...names, method: request.method, path: pathOf(request), status, err: failure }, 'request refused');
  };
}
