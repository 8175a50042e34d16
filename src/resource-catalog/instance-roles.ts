import { commonRoleCrn, POLICY_ACTIONS, type ServiceDefinition, type ServiceRole } from './service-definition.ts';

const READ = ['resource-controller.instance.retrieve', 'resource-controller.alias.retrieve'];
const READ_KEYS = ['resource-controller.credential.retrieve'];
const CHANGE = [
  'resource-controller.instance.create',
  'resource-controller.instance.update',
  'resource-controller.instance.delete',
  'resource-controller.alias.create',
  'resource-controller.alias.update',
  'resource-controller.alias.delete',
];
const CHANGE_KEYS = [
  'resource-controller.credential.create',
  'resource-controller.credential.update',
  'resource-controller.credential.delete',
];

/** To see the values of every key, also of one that may do more than who looks. */
export const SEE_ALL_CREDENTIALS = 'resource-controller.credential.retrieve_all';

/** The platform roles of a service that has instances: who may provision one, and make resource keys to it. */
export const INSTANCE_PLATFORM_ROLES: ServiceDefinition['platformRoles'] = {
  Viewer: READ,
  Operator: [...READ, ...READ_KEYS],
  Editor: [...READ, ...READ_KEYS, ...CHANGE, ...CHANGE_KEYS],
  Administrator: [...READ, ...READ_KEYS, ...CHANGE, ...CHANGE_KEYS, SEE_ALL_CREDENTIALS, ...POLICY_ACTIONS],
};

/** Further platform roles of a service that has instances (IBM Cloud docs, "IAM role CRNs"). */
export const FURTHER_INSTANCE_ROLES: readonly ServiceRole[] = [
  {
    name: 'ConfigReader',
    displayName: 'Service Configuration Reader',
    description: 'Read the configuration of the service, for governance.',
    actions: READ,
    crns: [commonRoleCrn('ConfigReader')],
  },
  {
    name: 'KeyManager',
    displayName: 'Key Manager',
    description: 'Create, read, change and delete resource keys of instances.',
    actions: [...READ_KEYS, ...CHANGE_KEYS],
    crns: [commonRoleCrn('KeyManager')],
  },
];
