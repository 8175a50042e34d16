import type { Grant } from './grant.ts';
import type { PolicySet } from './policy-set.ts';

/**
 * @param grants what an identity has
 * @param role   a CRN
 * @param gives  what the role gives to whoever has it in the whole account
 * @returns what of it the identity has by this role, and no action that only another role of the same policy gives
 */
export function grantsInRole(grants: readonly Grant[], role: string, gives: PolicySet): readonly Grant[] {
  const ofService = new Map(gives.grants.map(({ service, actions }) => [service, actions] as const));
  return grants.flatMap((grant) => {
    if (grant.roles?.includes(role) !== true) return [];
    const actions = new Set([...grant.actions].filter((action) => ofService.get(grant.service)?.has(action) === true));
    return actions.size === 0 ? [] : [{ ...grant, actions }];
  });
}
