import { FURTHER_INSTANCE_ROLES, INSTANCE_PLATFORM_ROLES } from '../instance-roles.ts';
import { commonRoles, type ServiceDefinition } from '../service-definition.ts';

const READ = ['generic-service.resource.read'];
const WRITE = ['generic-service.resource.create', 'generic-service.resource.update', 'generic-service.resource.delete'];

/** Stands for any service of yours that asks Latchkey who may do what. */
export const GENERIC_SERVICE: ServiceDefinition = {
  name: 'generic-service',
  displayName: 'Generic service',
  type: 'service',
  groups: [],
  platformRoles: INSTANCE_PLATFORM_ROLES,
  furtherPlatformRoles: FURTHER_INSTANCE_ROLES,
  serviceRoles: commonRoles({
    Reader: READ,
    Writer: [...READ, ...WRITE],
    Manager: [...READ, ...WRITE, 'generic-service.resource.manage'],
  }),
};
