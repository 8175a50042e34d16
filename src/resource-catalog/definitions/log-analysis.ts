import { FURTHER_INSTANCE_ROLES, INSTANCE_PLATFORM_ROLES } from '../instance-roles.ts';
import { LOCATIONS } from '../locations.ts';
import { commonRoles, type InstanceDefinition, type ServiceDefinition } from '../service-definition.ts';

/** Log instances of the older kind, to which agents send with an ingestion key. */
export const LOG_ANALYSIS: ServiceDefinition = logInstances('logdna', 'Log Analysis', {
  catalogId: 'e13e1860-959c-11e8-871e-ad157af61ad7',
  plans: [
    { id: '4d8c1a52-6f0e-4c6b-9a10-2f3f7d1f9b77', name: '7-day', reclaims: true, locations: LOCATIONS },
    { id: '9c6f2f5d-7a5b-4f4e-9f3d-51a0e2c4d8b6', name: 'lite', reclaims: false, locations: LOCATIONS },
  ],
});

/** What keeps the record of activity, and takes it in by the same agents. */
export const ACTIVITY_TRACKER: ServiceDefinition = logInstances('logdnaat', 'Activity Tracker', {
  catalogId: 'dcc46a60-e13b-11e8-a015-757410dab16b',
  plans: [
    { id: '2f6d0a1b-8b93-4bb1-8f26-6a0a4c1d5e93', name: '7-day', reclaims: true, locations: LOCATIONS },
    { id: '7b0e3c94-1de2-4f0a-b6c8-90e5f2a7d314', name: 'lite', reclaims: false, locations: LOCATIONS },
  ],
});

function logInstances(
  name: string,
  displayName: string,
  instances: Omit<InstanceDefinition, 'logLines'>,
): ServiceDefinition {
  const logLines = {
    read: `${name}.dashboard.view`,
    listKeys: `${name}.ingestion-key.list`,
    createKeys: `${name}.ingestion-key.create`,
    deleteKeys: `${name}.ingestion-key.delete`,
  };
  const read = [logLines.read];
  const write = [`${name}.dashboard.update`];
  const manage = [logLines.listKeys, logLines.createKeys, logLines.deleteKeys];
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
    instances: { ...instances, logLines },
  };
}
