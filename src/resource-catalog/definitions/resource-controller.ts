import { POLICY_ACTIONS, type ServiceDefinition } from '../service-definition.ts';

const READ = ['resource-controller.group.retrieve'];

const CHANGE = [
  'resource-controller.group.create',
  'resource-controller.group.update',
  'resource-controller.group.delete',
];

/** Resource groups. What is in them is of the services of the resources (IBM Cloud docs, "Resource groups" roles). */
export const RESOURCE_CONTROLLER: ServiceDefinition = {
  name: 'resource-controller',
  displayName: 'Resource Controller',
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
