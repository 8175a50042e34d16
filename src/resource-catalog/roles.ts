import { SERVICES } from './catalog.ts';
import {
  PLATFORM_ROLES,
  type PlatformRole,
  platformRoleCrn,
  type ServiceDefinition,
  type ServiceRole,
} from './service-definition.ts';

/** A role as it is listed. */
export interface ListedRole {
  readonly crn: string;
  readonly displayName: string;
  readonly description: string;
  readonly actions: readonly string[];
}

/** The roles of a service, or of several. */
export interface ServiceRoles {
  /** Viewer, Operator, Editor, Administrator, and what a service has beside them. */
  readonly systemRoles: readonly ListedRole[];
  readonly serviceRoles: readonly ListedRole[];
}

/** @returns what the role of this CRN may do in the service; `undefined`: the service has no such role */
export const actionsOfRole = (service: ServiceDefinition, crn: string): ReadonlySet<string> | undefined =>
  listedRole(service, crn)?.actions;

/** What a role gives in a service, under the CRN by which the service lists it. */
export interface GivenByRole {
  /** That CRN alone. */
  readonly roles: readonly string[];
  readonly actions: ReadonlySet<string>;
}

/** @returns the role of this CRN, which may be another than the one it is listed under; `undefined`: the service has none */
export const listedRole = (service: ServiceDefinition, crn: string): GivenByRole | undefined =>
  (ROLES.get(service) ?? rolesByCrn(service)).get(crn);

/** @returns everything that any role of the service gives: what a custom role for it may be made of */
export function actionsOfService(service: ServiceDefinition): ReadonlySet<string> {
  return new Set([...rolesByCrn(service).values()].flatMap(({ actions }) => [...actions]));
}

/** @returns the roles of the services; one that several have stands once, with the actions in all of them */
export function rolesOf(services: readonly ServiceDefinition[]): ServiceRoles {
  return {
    systemRoles: merged(services.flatMap((service) => [...platformRolesOf(service), ...furtherRolesOf(service)])),
    serviceRoles: merged(services.flatMap(({ serviceRoles }) => serviceRoles.map(listed))),
  };
}

function rolesByCrn(service: ServiceDefinition): ReadonlyMap<string, GivenByRole> {
  const roles = new Map<string, GivenByRole>();
  for (const { crn, actions } of platformRolesOf(service)) roles.set(crn, { roles: [crn], actions: new Set(actions) });
  for (const { crns, actions } of [...(service.furtherPlatformRoles ?? []), ...service.serviceRoles]) {
    const given: GivenByRole = { roles: [crns[0]], actions: new Set(actions) };
    for (const crn of crns) roles.set(crn, given);
  }
  return roles;
}

const platformRolesOf = ({ platformRoles }: ServiceDefinition): readonly ListedRole[] =>
  PLATFORM_ROLES.map((role) => ({
    crn: platformRoleCrn(role),
    displayName: role,
    description: PLATFORM_DESCRIPTIONS[role],
    actions: platformRoles[role],
  }));

const furtherRolesOf = ({ furtherPlatformRoles = [] }: ServiceDefinition): readonly ListedRole[] =>
  furtherPlatformRoles.map(listed);

function listed({ crns: [crn], displayName, description, actions }: ServiceRole): ListedRole {
  return { crn, displayName, description, actions };
}

function merged(roles: readonly ListedRole[]): readonly ListedRole[] {
  const byCrn = new Map<string, ListedRole>();
  for (const role of roles) {
    const before = byCrn.get(role.crn);
    byCrn.set(role.crn, { ...role, actions: [...new Set([...(before?.actions ?? []), ...role.actions])] });
  }
  return [...byCrn.values()];
}

const PLATFORM_DESCRIPTIONS: Readonly<Record<PlatformRole, string>> = {
  Viewer: 'See the resources, without changing them.',
  Operator: 'Beyond the viewer role, do what is needed to run the resources.',
  Editor: 'Beyond the operator role, create, change and delete resources; not who may do what.',
  Administrator: 'All that can be done with the resources, and who may do what with them.',
};

/** Made once: it is asked for every policy that is compiled. */
const ROLES: ReadonlyMap<ServiceDefinition, ReadonlyMap<string, GivenByRole>> = new Map(
  SERVICES.map((service) => [service, rolesByCrn(service)]),
);
