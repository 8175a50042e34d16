import { POLICY_ACTIONS, type ServiceDefinition } from '../service-definition.ts';

const READ = [
  'iam-access-management.role.read',
  'iam-access-management.role.list',
  'iam-access-management.settings.read',
];

const ROLES = [
  'iam-access-management.role.create',
  'iam-access-management.role.update',
  'iam-access-management.role.delete',
];

/** Custom roles, and settings of how rights are given (IBM Cloud docs, "IAM Access Management" roles). */
export const IAM_ACCESS_MANAGEMENT: ServiceDefinition = {
  name: 'iam-access-management',
  displayName: 'IAM Access Management',
  type: 'platform_service',
  groups: ['IAM'],
  platformRoles: {
    Viewer: READ,
    Operator: READ,
    Editor: READ,
    Administrator: [...READ, ...ROLES, 'iam-access-management.settings.update', ...POLICY_ACTIONS],
  },
  serviceRoles: [],
};
