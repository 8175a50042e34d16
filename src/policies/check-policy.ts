import type { AttributeCondition } from '../access/grant.ts';
import { AccessDenied } from '../problems/entity-problems.ts';
import { ParameterInvalid } from '../problems/request-problems.ts';
import { serviceNamed } from '../resource-catalog/catalog.ts';
import { actionsOfRole } from '../resource-catalog/roles.ts';
import { servicesOf } from './compile-policy.ts';
import { customRoleNameOf } from './custom-role.ts';
import type { NewPolicy } from './new-policy.ts';
import type { PolicyContent } from './policy.ts';
import { checkRule } from './rule-pattern.ts';

/** What must be named beside the account, so that nobody means "everything" by leaving all out. */
const NAMES_RESOURCES = ['serviceName', 'serviceType', 'resourceGroupId', 'service_group_id'];

/** What a service that is given rights may be told by. */
const OF_A_SERVICE: ReadonlySet<string> = new Set([
  ...['serviceName', 'serviceInstance', 'accountId'],
  ...['region', 'resourceType', 'resource', 'resourceGroupId'],
]);

/**
 * Refuses what could not be decided as it is meant: everything that can be said without looking anything up.
 * @throws ParameterInvalid
 * @throws AccessDenied  the resources are another account's
 */
export function checkPolicy(accountId: string, { type, content }: NewPolicy): void {
  checkSubject(accountId, type, content.subject);
  checkResource(accountId, content.resource);
  checkRule(content.rule, content.pattern);
  checkRoles(accountId, content);
}

function checkSubject(accountId: string, type: NewPolicy['type'], subject: PolicyContent['subject']): void {
  const names = Object.keys(subject);
  if (type === 'authorization') {
    if (!names.includes('serviceName')) throw new ParameterInvalid('subject', 'must have the attribute serviceName');
    const other = names.find((name) => !OF_A_SERVICE.has(name));
    if (other !== undefined) throw new ParameterInvalid('subject', `may not have the attribute ${other}`);
    return;
  }
  const [only, ...more] = names.filter((name) => name !== 'accountId');
  if ((subject['accountId'] ?? accountId) !== accountId) {
    throw new ParameterInvalid('subject', 'may have no other accountId than the resource');
  }
  if (more.length > 0 || (only !== 'iam_id' && only !== 'access_group_id')) {
    throw new ParameterInvalid('subject', 'must have one attribute, iam_id or access_group_id');
  }
}

function checkResource(accountId: string, resource: readonly AttributeCondition[]): void {
  const accounts = resource.filter(({ attribute }) => attribute === 'accountId');
  const [account] = accounts;
  if (accounts.length !== 1 || account?.operator !== 'stringEquals') {
    throw new ParameterInvalid('resource', 'must have the attribute accountId once, with stringEquals');
  }
  // Rights in the account of another: its owner alone, and who was given them there, may give them on.
  if (account.values[0] !== accountId) {
    throw new AccessDenied('You are not authorized to perform this action.', {
      details: 'The accountId of the resource is not the account of the token.',
    });
  }
  if (!resource.some(({ attribute }) => NAMES_RESOURCES.includes(attribute))) {
    throw new ParameterInvalid('resource', `must have one of the attributes ${NAMES_RESOURCES.join(', ')}`);
  }
  for (const { attribute, operator, values } of resource) {
    if (attribute !== 'serviceName' || operator.startsWith('stringMatch') || operator === 'stringExists') continue;
    const unknown = values.find((name) => serviceNamed(name) === undefined);
    if (unknown !== undefined) throw new ParameterInvalid('resource', `names an unknown service, ${unknown}`);
  }
}

/** A role that none of the services has would give nothing, and its giver would not know. */
function checkRoles(accountId: string, content: PolicyContent): void {
  const services = servicesOf(content);
  if (services.length === 0) throw new ParameterInvalid('resource', 'names no known service');
  for (const crn of content.roles) {
    // Whether the account has such a custom role is looked up, and expected, with the commit.
    if (customRoleNameOf(crn, accountId) !== undefined) continue;
    if (services.some((service) => actionsOfRole(service, crn) !== undefined)) continue;
    throw new ParameterInvalid('roles', `has a role that the service does not have, ${crn}`);
  }
}
