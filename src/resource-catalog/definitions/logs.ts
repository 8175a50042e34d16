import { FURTHER_INSTANCE_ROLES, INSTANCE_PLATFORM_ROLES } from '../instance-roles.ts';
import { commonRoleCrn, commonRoles, type ServiceDefinition, serviceRoleCrn } from '../service-definition.ts';

const NAME = 'logs';

const READ = ['logs.data-access.read', 'logs.dashboard.read'];
const SEND = ['logs.data-ingress.send'];
const WRITE = ['logs.dashboard.create', 'logs.dashboard.update', 'logs.dashboard.delete'];
const MANAGE = ['logs.ingestion-key.list', 'logs.ingestion-key.create', 'logs.ingestion-key.delete'];

/** Log instances (IBM Cloud docs, "Managing IAM access for IBM Cloud Logs"). */
export const LOGS: ServiceDefinition = {
  name: NAME,
  displayName: 'Cloud Logs',
  type: 'service',
  groups: [],
  platformRoles: INSTANCE_PLATFORM_ROLES,
  furtherPlatformRoles: FURTHER_INSTANCE_ROLES,
  serviceRoles: [
    ...commonRoles({
      Reader: READ,
      Writer: [...READ, ...SEND, ...WRITE],
      Manager: [...READ, ...SEND, ...WRITE, ...MANAGE],
    }),
    {
      name: 'Sender',
      displayName: 'Sender',
      description: 'Send logs to an instance, and nothing else.',
      actions: SEND,
      // IBM's own pages name it both ways, and clients have copied either.
      crns: [serviceRoleCrn(NAME, 'Sender'), commonRoleCrn('Sender')],
    },
    {
      name: 'DataAccessReader',
      displayName: 'Data Access Reader',
      description: 'Read logs, and nothing else.',
      actions: ['logs.data-access.read'],
      crns: [serviceRoleCrn(NAME, 'DataAccessReader')],
    },
  ],
};
