import type { Access, Target } from '../access/access.ts';
import type { Caller } from '../access/caller.ts';
import { SERVICES } from '../resource-catalog/catalog.ts';
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
  mayRead(caller: Caller, policy: Pick<Policy, 'accountId' | 'content' | 'subjectKey'>): Promise<boolean>;
  /** @returns which policies the caller may certainly read: of many it is asked once */
  readingOf(caller: Caller, accountId: string): Promise<(policy: Policy) => boolean>;
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

  const mayRead: PolicyRights['mayRead'] = async (caller, policy) => {
    if (policy.accountId !== caller.accountId) return false;
    if (isOwn(caller, policy)) return true;
    for (const target of targetsOf(policy)) {
      if (!(await access.allows(caller, 'iam.policy.read', target))) return false;
    }
    return true;
  };

  return {
    mayRead,

    async require(caller, verb, policy) {
      for (const target of targetsOf(policy)) await access.require(caller, `iam.policy.${verb}`, target);
    },

    async requireHeld(caller, { accountId, content }) {
      await access.requireHeld(caller, accountId, await grantsOf(accountId, content));
    },

    async readingOf(caller, accountId) {
      const asked = new Map<string, Promise<boolean>>();
      const reads = (service: string): Promise<boolean> => {
        const answer = asked.get(service) ?? access.allows(caller, 'iam.policy.read', { accountId, service });
        asked.set(service, answer);
        return answer;
      };
      const all = await Promise.all(
        SERVICES.map(async ({ name: service }) => [service, await reads(service)] as const),
      );
      const readable = new Set(all.flatMap(([service, may]) => (may ? [service] : [])));
      return (policy) => isOwn(caller, policy) || targetsOf(policy).every(({ service }) => readable.has(service));
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
