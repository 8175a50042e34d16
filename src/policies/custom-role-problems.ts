import { EntityExists } from '../problems/entity-problems.ts';
import type { CustomRole } from './custom-role.ts';

/** The service has a role of this name in the account already; whoever may make one may see it. */
export class CustomRoleExists extends EntityExists {
  readonly existing: CustomRole;

  constructor(existing: CustomRole) {
    super('The account has a custom role of this name for the service.');
    this.existing = existing;
  }
}
