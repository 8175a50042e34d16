import { type CustomRole, customRoleCrn } from '../../policies/custom-role.ts';
import type { ListedRole } from '../../resource-catalog/roles.ts';
import type { CustomRoleRepresentation, RoleRepresentation } from './role-schemas.ts';
import { dateOf } from './texts.ts';

/** A custom role, as it is written. @param publicUrl without a last slash; the address begins with it */
export function customRoleRepresentation(role: CustomRole, publicUrl: string): CustomRoleRepresentation {
  return {
    id: role.id,
    name: role.name,
    display_name: role.displayName,
    description: role.description,
    actions: [...role.actions],
    crn: customRoleCrn(role),
    account_id: role.accountId,
    service_name: role.service,
    created_at: dateOf(role.createdAt),
    created_by_id: role.createdBy,
    last_modified_at: dateOf(role.modifiedAt),
    last_modified_by_id: role.modifiedBy,
    href: `${publicUrl}/v2/roles/${role.id}`,
  };
}

/** A role that a service has, as it is written. */
export const roleRepresentation = ({ crn, displayName, description, actions }: ListedRole): RoleRepresentation => ({
  crn,
  display_name: displayName,
  description,
  actions: [...actions],
});
