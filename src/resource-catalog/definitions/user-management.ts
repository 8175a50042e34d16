import { POLICY_ACTIONS, type ServiceDefinition } from '../service-definition.ts';

const READ = ['user-management.user.get', 'user-management.user.list'];

/** Inviting, suspending and removing users of the account (IBM Cloud docs, "User Management" roles). */
const CHANGE = [
  'user-management.user.invite',
  'user-management.user.update',
  'user-management.user.remove',
  // Only ever the own: a user has one name and one password in all accounts.
  'user-management.profile.update',
  'user-management.password.update',
  'user-management.password.remove',
];

/** Who is in the account. */
export const USER_MANAGEMENT: ServiceDefinition = {
  name: 'user-management',
  displayName: 'User Management',
  type: 'platform_service',
  groups: [],
  platformRoles: {
    Viewer: READ,
    Operator: READ,
    Editor: [...READ, ...CHANGE],
    Administrator: [...READ, ...CHANGE, ...POLICY_ACTIONS],
  },
  serviceRoles: [],
};
