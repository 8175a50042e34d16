import { FURTHER_INSTANCE_ROLES, INSTANCE_PLATFORM_ROLES } from '../instance-roles.ts';
import { LOCATIONS } from '../locations.ts';
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
  instances: {
    catalogId: '6a1f4a0d-52a8-4d3f-8a57-0d4c7e9b1c22',
    plans: [
      { id: 'c3f8b7d1-0e4a-4f59-8d12-7e9a5b6c4d30', name: 'standard', reclaims: true, locations: LOCATIONS },
      { id: '18d2e5f6-9a7b-4c3d-b1e0-4f5a6b7c8d92', name: 'lite', reclaims: false, locations: LOCATIONS },
    ],
  },
};
