import type { Access, Target } from '../access/access.ts';
import type { Caller } from '../access/caller.ts';
import { servicesOf } from './compile-policy.ts';
import { type Policy, type PolicyContent, subjectKey } from './policy.ts';
import type { PolicySets } from './policy-sets.ts';

/** What may be done with rights to a service: `POLICY_ACTIONS` of the catalogue. */
export type PolicyVerb = 'create' | 'read' | 'update' | 'delete';

/** Who may do what with policies. */
export interface PolicyRights {
  /** @throws AccessDenied unless the caller manages rights to everything that the policy is about */
  require(caller: Caller, verb: PolicyVerb, policy: Pick<Policy, 'accountId' | 'content'>): Promise<void>;
  /** @throws AccessDenied unless the caller holds all that the policy gives */
  requireHeld(caller: Caller, policy: Pick<Policy, 'accountId' | 'content'>): Promise<void>;
  /** @returns whether the caller may read a policy; for one call, in which it may be asked often */
  readerOf(caller: Caller): (policy: Pick<Policy, 'accountId' | 'content' | 'subjectKey'>) => Promise<boolean>;
}

/** What the rights to policies stand on. */
export interface PolicyRightsParts {
  readonly access: Access;
  readonly grantsOf: PolicySets['grantsOf'];
}

/** A policy is an administrator's of each service that it is about: whoever manages rights to one must not reach the others. */
export function policyRights({ access, grantsOf }: PolicyRightsParts): PolicyRights {
  const isOwn = ({ iamId }: Caller, { subjectKey: key }: Pick<Policy, 'subjectKey'>): boolean =>
    key === subjectKey('iam_id', iamId);

  const readerOf: PolicyRights['readerOf'] = (caller) => {
    const allows = access.allowsOften(caller);
    return async (policy) => {
      if (policy.accountId !== caller.accountId) return false;
      if (isOwn(caller, policy)) return true;
      for (const target of targetsOf(policy)) {
        if (!(await allows('iam.policy.read', target))) return false;
      }
      return true;
    };
  };

  return {
    readerOf,

    async require(caller, verb, policy) {
      for (const target of targetsOf(policy)) await access.require(caller, `iam.policy.${verb}`, target);
    },

    async requireHeld(caller, { accountId, content }) {
      await access.requireHeld(caller, accountId, await grantsOf(accountId, content));
    },
  };
}

/**
 * What a policy is about, one target a service. What it does not name exactly is left out: then a right to all of the
 * service is needed, never one to a part.
 */
function targetsOf({ accountId, content }: Pick<Policy, 'accountId' | 'content'>): readonly Target[] {
  const services = servicesOf(content);
  // The services of an old policy may be gone from the catalogue; nobody's policy would be everybody's.
  if (services.length === 0) return [{ accountId, service: POLICIES_OF_NO_SERVICE }];
  const named = exactlyNamed(content);
  return services.map(({ name }) => ({ accountId, service: name, ...named }));
}

const POLICIES_OF_NO_SERVICE = 'iam-access-management';

function exactlyNamed({ resource, tags }: PolicyContent): Partial<Target> {
  const exact = new Map<string, string>();
  for (const { attribute, operator, values } of resource) {
    const [only] = values;
    if (operator === 'stringEquals' && only !== undefined) exact.set(attribute, only);
  }
  const named = (name: string): string | undefined => (tags.length === 0 ? exact.get(name) : undefined);
  const [instance, resourceGroup] = [named('serviceInstance'), named('resourceGroupId')];
  const [region, resourceType, resourceName] = [named('region'), named('resourceType'), named('resource')];
  return {
    ...(instance !== undefined && { instance }),
    ...(resourceGroup !== undefined && { resourceGroup }),
    ...(region !== undefined && { region }),
    ...(resourceType !== undefined && { resourceType }),
    ...(resourceName !== undefined && { resource: resourceName }),
  };
}
