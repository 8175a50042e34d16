import { API_KEYS, type ApiKey } from '../../../src/api-keys/api-key.ts';
import { INGESTION_KEYS, type IngestionKey } from '../../../src/ingestion-keys/ingestion-key.ts';
import { logLinesOf } from '../../../src/ingestion-keys/new-ingestion-key.ts';
import { POLICIES, type Policy } from '../../../src/policies/policy.ts';
import { RESOURCE_INSTANCES, type ResourceInstance } from '../../../src/resource-instances/resource-instance.ts';
import { RESOURCE_KEYS, type ResourceKey } from '../../../src/resource-keys/resource-key.ts';
import { SERVICE_IDS, type ServiceId } from '../../../src/service-ids/service-id.ts';
import type { Collection, Entity } from '../../../src/store/collection.ts';
import { everyRow } from '../../../src/store/every-page.ts';
import type { Store } from '../../../src/store/store.ts';

/** Everything in a store that has to do with resource keys, by id. */
interface Everything {
  readonly keys: ReadonlyMap<string, ResourceKey>;
  readonly instances: ReadonlyMap<string, ResourceInstance>;
  readonly apiKeys: ReadonlyMap<string, ApiKey>;
  readonly serviceIds: ReadonlyMap<string, ServiceId>;
  readonly policies: ReadonlyMap<string, Policy>;
  readonly ingestionKeys: ReadonlyMap<string, IngestionKey>;
}

/**
 * Looks through the whole store while no service runs on it: what was made with a resource key is there as long as the key is,
 * all of it, and goes with it; nothing of it is there without its key.
 * @returns a sentence for each thing that is half made or left behind; empty when all is well
 */
export async function bundleFindings(store: Store): Promise<readonly string[]> {
  const all: Everything = {
    keys: await rowsOf(store, RESOURCE_KEYS, 'byInstance'),
    instances: await rowsOf(store, RESOURCE_INSTANCES, 'byState'),
    apiKeys: await rowsOf(store, API_KEYS, 'byPepper'),
    serviceIds: await rowsOf(store, SERVICE_IDS, 'byState'),
    policies: await rowsOf(store, POLICIES, 'byEnd'),
    ingestionKeys: await rowsOf(store, INGESTION_KEYS, 'ofInstance'),
  };
  return [...all.keys.values()].flatMap((key) => wholeness(key, all)).concat(orphansIn(all));
}

async function rowsOf<T extends Entity, Index extends string>(
  store: Store,
  collection: Collection<T, Index>,
  index: Index,
): Promise<ReadonlyMap<string, T>> {
  const rows = await everyRow(store.read(collection), index, { equals: [], limit: 1_000 });
  return new Map(rows.map((row) => [row.id, row]));
}

function wholeness(key: ResourceKey, all: Everything): readonly string[] {
  const { id, state, policyId, instanceId } = key;
  const instance = all.instances.get(instanceId);
  const lines = [...all.ingestionKeys.values()].filter(({ resourceKeyId }) => resourceKeyId === id);
  const parts = {
    'its API key': all.apiKeys.has(key.apiKeyId),
    'its service ID': all.serviceIds.get(key.serviceId)?.state === 'active',
    ...(policyId !== undefined && { 'its policy': all.policies.get(policyId)?.state === 'active' }),
    ...(instance !== undefined &&
      logLinesOf(instance) !== undefined && {
        'its ingestion key': lines.some(({ type, id: line }) => type === 'ingestion' && all.apiKeys.has(line)),
        'its service key': lines.some(({ type, id: line }) => type === 'service' && all.apiKeys.has(line)),
      }),
  };
  const wrong = Object.entries(parts).filter(([, isThere]) => isThere !== (state === 'active'));
  const findings = wrong.map(
    ([part, isThere]) => `resource key ${id} is ${state}, and ${part} is ${isThere ? '' : 'not '}there`,
  );
  if (state === 'active' && (instance === undefined || instance.state === 'removed')) {
    findings.push(`resource key ${id} is active, and its instance is ${instance?.state ?? 'not there'}`);
  }
  return findings;
}

/** What says of itself that it was made with a key, and has none. */
function orphansIn({ keys, apiKeys, serviceIds, policies, ingestionKeys }: Everything): readonly string[] {
  const active = [...keys.values()].filter(({ state }) => state === 'active');
  const used = new Set(active.flatMap(({ apiKeyId, serviceId, policyId = '' }) => [apiKeyId, serviceId, policyId]));
  const madeWithKey = ({ description }: ServiceId | ApiKey): boolean =>
    description.startsWith('Auto-generated for key ');
  const orphans = {
    'a service ID': [...serviceIds.values()].filter(
      (one) => one.state === 'active' && madeWithKey(one) && !used.has(one.id),
    ),
    'an API key': [...apiKeys.values()].filter((one) => madeWithKey(one) && !used.has(one.id)),
    'a policy': [...policies.values()].filter(({ id, sent }) => sent.form === 'resource key' && !used.has(id)),
    'an ingestion key without its resource key': [...ingestionKeys.values()].filter(
      ({ resourceKeyId }) => resourceKeyId !== undefined && keys.get(resourceKeyId)?.state !== 'active',
    ),
    'an ingestion key without its API key': [...ingestionKeys.values()].filter(({ id }) => !apiKeys.has(id)),
    'an API key without its ingestion key': [...apiKeys.values()].filter(
      ({ id, kind }) => kind.startsWith('ingestion') && !ingestionKeys.has(id),
    ),
  };
  return Object.entries(orphans).flatMap(([what, found]) => found.map(({ id }) => `left behind: ${what}, ${id}`));
}
