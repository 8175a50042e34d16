import { FURTHER_INSTANCE_ROLES, INSTANCE_PLATFORM_ROLES } from '../instance-roles.ts';
import { LOCATIONS } from '../locations.ts';
import { commonRoleCrn, commonRoles, type ServiceDefinition, serviceRoleCrn } from '../service-definition.ts';

const NAME = 'logs';

const LOG_LINES = {
  send: 'logs.data-ingress.send',
  read: 'logs.data-access.read',
  listKeys: 'logs.ingestion-key.list',
  createKeys: 'logs.ingestion-key.create',
  deleteKeys: 'logs.ingestion-key.delete',
};
const READ = [LOG_LINES.read, 'logs.dashboard.read'];
const SEND = [LOG_LINES.send];
const WRITE = ['logs.dashboard.create', 'logs.dashboard.update', 'logs.dashboard.delete'];
const MANAGE = [LOG_LINES.listKeys, LOG_LINES.createKeys, LOG_LINES.deleteKeys];

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
      actions: [LOG_LINES.read],
      crns: [serviceRoleCrn(NAME, 'DataAccessReader')],
    },
  ],
  instances: {
    catalogId: 'a9dc0aeb-1c5a-4b0e-8ee7-71b4d4a7a8f5',
    plans: [
      { id: '5d7bbd9c-3a2a-4a75-8f8f-fd7b2b6c6c0e', name: 'standard', reclaims: true, locations: LOCATIONS },
      { id: '0c1f9a3e-58f1-4d40-a6a5-8b6f7a3f2f41', name: 'lite', reclaims: false, locations: LOCATIONS },
    ],
    logLines: LOG_LINES,
  },
};
