import { formatCrn, parseCrn } from '../crn/crn.ts';
import type { Policy } from './policy.ts';

/** A service that acts for itself, by the names that authorizations use. */
export type ServiceAttributes = Readonly<Partial<Record<(typeof ATTRIBUTES)[number], string>>>;

const ATTRIBUTES = ['serviceName', 'accountId', 'serviceInstance', 'region', 'resourceType', 'resource'] as const;

/** What the iam id of a service begins with; its CRN follows. */
const PREFIX = 'crn-';

/** @returns what the iam id says of a service, or `undefined` when it is none's */
export function serviceOfIamId(iamId: string): ServiceAttributes | undefined {
  const crn = iamId.startsWith(PREFIX) ? parseCrn(iamId.slice(PREFIX.length)) : undefined;
  if (crn === undefined) return undefined;
  const { service, scope, instance, location, resourceType, resource } = crn;
  const accountId = scope.startsWith('a/') ? scope.slice(2) : '';
  const all = { serviceName: service, accountId, serviceInstance: instance, region: location, resourceType, resource };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''));
}

/** @returns the iam id of a service that is told by attributes, or `undefined` when they cannot stand in a CRN */
export function iamIdOfService(attributes: ServiceAttributes): string | undefined {
  const {
    serviceName = '',
    accountId = '',
    serviceInstance = '',
    region = '',
    resourceType = '',
    resource,
  } = attributes;
  const segments = [serviceName, accountId, serviceInstance, region, resourceType];
  // Impersonation: a colon would move what follows into the next segment, and name another instance.
  if (serviceName === '' || segments.some((segment) => segment.includes(':'))) return undefined;
  const crn = formatCrn({
    service: serviceName,
    location: region,
    scope: accountId === '' ? '' : `a/${accountId}`,
    instance: serviceInstance,
    resourceType,
    ...(resource !== undefined && { resource }),
  });
  return `${PREFIX}${crn}`;
}

/**
 * Whether the policy is an authorization of this service: everything that it says of its subject is so. A policy that names
 * no account of its subject means services of its own account.
 */
export function authorizes({ type, accountId, content }: Policy, service: ServiceAttributes): boolean {
  if (type !== 'authorization') return false;
  const told: Readonly<Record<string, string | undefined>> = service;
  return Object.entries({ accountId, ...content.subject }).every(([name, value]) => told[name] === value);
}
