import { FURTHER_INSTANCE_ROLES, INSTANCE_PLATFORM_ROLES } from '../instance-roles.ts';
import { commonRoles, type ServiceDefinition } from '../service-definition.ts';

/** Log instances of the older kind, to which agents send with an ingestion key. */
export const LOG_ANALYSIS: ServiceDefinition = logInstances('logdna', 'Log Analysis');

/** What keeps the record of activity, and takes it in by the same agents. */
export const ACTIVITY_TRACKER: ServiceDefinition = logInstances('logdnaat', 'Activity Tracker');

function logInstances(name: string, displayName: string): ServiceDefinition {
  const read = [`${name}.dashboard.view`];
  const write = [`${name}.dashboard.update`];
  const manage = [`${name}.ingestion-key.list`, `${name}.ingestion-key.create`, `${name}.ingestion-key.delete`];
  return {
    name,
    displayName,
    type: 'service',
    groups: [],
    platformRoles: INSTANCE_PLATFORM_ROLES,
    furtherPlatformRoles: FURTHER_INSTANCE_ROLES,
    serviceRoles: commonRoles({
      Reader: read,
      Writer: [...read, ...write],
      Manager: [...read, ...write, ...manage],
    }),
  };
}
