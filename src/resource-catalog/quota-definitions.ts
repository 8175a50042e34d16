import { hash } from 'node:crypto';
import { SERVICES } from './catalog.ts';

/**
 * What a resource group may hold, as clients ask for it. Fixed, and only stated: nothing here is enforced, because Latchkey
 * provisions nothing that could run out.
 */
export interface QuotaDefinition {
  readonly id: string;
  readonly name: string;
  readonly type: 'STANDARD' | 'PAID';
  readonly apps: number;
  readonly instances: number;
  readonly instancesPerLitePlan: number;
  readonly instancesPerApp: number;
  /** With its unit: `8G`. */
  readonly instanceMemory: string;
  readonly appMemory: string;
  readonly virtualServers: number;
  /** How many instances of each service. */
  readonly resources: readonly ResourceQuota[];
}

/** How many instances of one service there may be. */
export interface ResourceQuota {
  readonly id: string;
  /** The service's id in the catalogue. */
  readonly resourceId: string;
  /** The service's name. */
  readonly service: string;
  readonly limit: number;
}

const TRIAL_ID = '7ce89f4a-4381-4600-b814-3cd9a4f4bdf4';
const PAID_ID = 'a3d7b8d01e261c24677937c29ab33f3c';

/** Every quota definition, with the ids of the published examples (IBM Cloud Resource Manager API, "List quota definitions"). */
export const QUOTA_DEFINITIONS: readonly QuotaDefinition[] = [
  {
    ...{ id: TRIAL_ID, name: 'Trial Quota', type: 'STANDARD' },
    ...{ apps: 10, instances: 10, instancesPerLitePlan: 1, instancesPerApp: 10 },
    ...{ instanceMemory: '8G', appMemory: '16G', virtualServers: 10 },
    resources: resourceQuotas(TRIAL_ID, 10),
  },
  {
    ...{ id: PAID_ID, name: 'Pay-as-you-go Quota', type: 'PAID' },
    ...{ apps: 1_000, instances: 1_000, instancesPerLitePlan: 100, instancesPerApp: 100 },
    ...{ instanceMemory: '16G', appMemory: '1024G', virtualServers: 1_000 },
    resources: resourceQuotas(PAID_ID, 1_000),
  },
];

/** The quota definition that every resource group has. */
export const GROUP_QUOTA_ID = PAID_ID;

function resourceQuotas(quotaId: string, limit: number): readonly ResourceQuota[] {
  return SERVICES.flatMap(({ name, instances }) => {
    if (instances === undefined) return [];
    const { catalogId } = instances;
    const id = hash('sha256', `${quotaId} ${catalogId}`, 'hex').slice(0, 24);
    return [{ id, resourceId: catalogId, service: name, limit }];
  });
}
