import { POLICY_ACTIONS, type ServiceDefinition } from '../service-definition.ts';

const READ = [
  'iam-groups.groups.read',
  'iam-groups.groups.list',
  'iam-groups.members.list',
  'iam-groups.rules.read',
  'iam-groups.rules.list',
  'iam-groups.settings.read',
];

const MEMBERS = ['iam-groups.members.add', 'iam-groups.members.remove'];

const GROUPS = [
  'iam-groups.groups.create',
  'iam-groups.groups.update',
  'iam-groups.groups.delete',
  'iam-groups.rules.create',
  'iam-groups.rules.update',
  'iam-groups.rules.delete',
];

/** Access groups, their members and rules (IBM Cloud docs, "IAM Access Groups Service" roles). */
export const IAM_GROUPS: ServiceDefinition = {
  name: 'iam-groups',
  displayName: 'IAM Access Groups Service',
  type: 'platform_service',
  groups: ['IAM'],
  platformRoles: {
    Viewer: READ,
    Operator: READ,
    Editor: [...READ, ...MEMBERS, ...GROUPS],
    Administrator: [...READ, ...MEMBERS, ...GROUPS, 'iam-groups.settings.update', ...POLICY_ACTIONS],
  },
  serviceRoles: [],
};
