import type { RequestHandler, Router } from 'express';
import type { z } from 'zod';
import { type CallerOf, writeEntity, writeNothing } from '../../http/api-answers.ts';
import { requiredIfMatch } from '../../http/if-match.ts';
import { methods } from '../../http/methods.ts';
import { readJson } from '../../http/read-json.ts';
import { readQuery } from '../../http/read-query.ts';
import type { CustomRoles } from '../../policies/custom-roles.ts';
import { ParameterInvalid } from '../../problems/request-problems.ts';
import { SERVICES, serviceNamed, servicesOfGroup } from '../../resource-catalog/catalog.ts';
import { rolesOf } from '../../resource-catalog/roles.ts';
import type { ServiceDefinition } from '../../resource-catalog/service-definition.ts';
import { ROLE_PATHS } from './role-operations.ts';
import { customRoleRepresentation, roleRepresentation } from './role-representations.ts';
import { CUSTOM_ROLE_CHANGE, NEW_CUSTOM_ROLE, ROLE_LIST_PARAMETERS } from './role-schemas.ts';

/** What the routes of roles stand on. */
export interface RoleRouteParts {
  readonly customRoles: CustomRoles;
  readonly callerOf: CallerOf;
  /** Without a last slash. */
  readonly publicUrl: string;
}

type OneRoleHandler = RequestHandler<{ id: string }>;

/** `/v2/roles` (IBM Cloud IAM Policy Management API, "Roles"). */
export function roleRoutes(router: Router, parts: RoleRouteParts): void {
  methods(router, ROLE_PATHS.all, { GET: listRoles(parts), POST: createRole(parts) });
  methods(router, ROLE_PATHS.one, { GET: getRole(parts), PUT: replaceRole(parts), DELETE: deleteRole(parts) });
}

function listRoles({ customRoles, callerOf, publicUrl }: RoleRouteParts): RequestHandler {
  return async (request, response) => {
    const caller = await callerOf(request);
    const query = readQuery(request, ROLE_LIST_PARAMETERS);
    const services = wantedServices(query);
    const { systemRoles, serviceRoles } = rolesOf(services);
    const names = services === SERVICES ? undefined : services.map(({ name }) => name);
    const custom = query.account_id === undefined ? [] : await customRoles.list(caller, query.account_id, names);
    response.json({
      custom_roles: custom.map((role) => customRoleRepresentation(role, publicUrl)),
      service_roles: serviceRoles.map(roleRepresentation),
      system_roles: systemRoles.map(roleRepresentation),
    });
  };
}

/** A service that is not here has no roles, and whoever asks for them by a mistaken name should hear so. */
function wantedServices(query: z.output<typeof ROLE_LIST_PARAMETERS>): readonly ServiceDefinition[] {
  const { service_name: name, service_group_id: group, source_service_name: source } = query;
  if (source !== undefined && serviceNamed(source) === undefined) throw unknownService('source_service_name');
  const named = name === undefined ? SERVICES : SERVICES.filter((service) => service.name === name);
  if (named.length === 0) throw unknownService('service_name');
  if (group === undefined) return named;
  const ofGroup = servicesOfGroup(group);
  if (ofGroup.length === 0) throw new ParameterInvalid('service_group_id', 'names an unknown group of services');
  return named.filter((service) => ofGroup.includes(service));
}

const unknownService = (parameter: string): ParameterInvalid =>
  new ParameterInvalid(parameter, 'names an unknown service');

function createRole({ customRoles, callerOf, publicUrl }: RoleRouteParts): RequestHandler {
  return async (request, response) => {
    const caller = await callerOf(request);
    const body = await readJson(request, NEW_CUSTOM_ROLE);
    const role = await customRoles.create(caller, {
      accountId: body.account_id,
      service: body.service_name,
      name: body.name,
      ...changeIn(body),
    });
    writeEntity(response, 201, role.entityTag, customRoleRepresentation(role, publicUrl));
  };
}

function getRole({ customRoles, callerOf, publicUrl }: RoleRouteParts): OneRoleHandler {
  return async (request, response) => {
    const role = await customRoles.get(await callerOf(request), request.params.id);
    writeEntity(response, 200, role.entityTag, customRoleRepresentation(role, publicUrl));
  };
}

function replaceRole({ customRoles, callerOf, publicUrl }: RoleRouteParts): OneRoleHandler {
  return async (request, response) => {
    const caller = await callerOf(request);
    const ifMatch = requiredIfMatch(request);
    const change = changeIn(await readJson(request, CUSTOM_ROLE_CHANGE));
    const role = await customRoles.replace(caller, request.params.id, change, ifMatch);
    writeEntity(response, 200, role.entityTag, customRoleRepresentation(role, publicUrl));
  };
}

function deleteRole({ customRoles, callerOf }: RoleRouteParts): OneRoleHandler {
  return async (request, response) => {
    await customRoles.remove(await callerOf(request), request.params.id);
    writeNothing(response);
  };
}

const changeIn = ({ display_name: displayName, description, actions }: z.output<typeof CUSTOM_ROLE_CHANGE>) => ({
  displayName,
  description,
  actions,
});
