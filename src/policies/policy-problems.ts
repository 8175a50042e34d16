import { EntityExists } from '../problems/entity-problems.ts';
import type { Policy } from './policy.ts';

/** The account has such a policy already; whoever may make one may see it, and take it instead. */
export class PolicyExists extends EntityExists {
  readonly existing: Policy;

  constructor(existing: Policy) {
    super('The account has a policy with the same subject, resource and roles.');
    this.existing = existing;
  }
}
