import type { Caller } from '../access/caller.ts';
import { API_KEYS, type ApiKey } from '../api-keys/api-key.ts';
import { sealedSecretContext } from '../api-keys/new-api-key.ts';
import type { AuditedChange, AuditedState } from '../audit/audit-event.ts';
import { auditedBy } from '../audit/audited-by.ts';
import { formatCrn } from '../crn/crn.ts';
import type { ResourceInstance } from '../resource-instances/resource-instance.ts';
import type { Sealing } from '../secrets/sealing.ts';
import { type Change, replace } from '../store/changes.ts';
import { nextEntityTag } from '../store/entity-tag.ts';
import type { Store } from '../store/store.ts';
import { INGESTION_KEYS, type IngestionKey, type IngestionKeyType } from './ingestion-key.ts';

/** An ingestion key with the API key that proves it: the two rows that are one thing. */
export interface HeldIngestionKey {
  readonly ingestionKey: IngestionKey;
  readonly apiKey: ApiKey;
}

/** @returns the rows with their API keys, in their order; without those that were removed at this moment */
export async function withApiKeys(store: Store, rows: readonly IngestionKey[]): Promise<readonly HeldIngestionKey[]> {
  const reader = store.read(API_KEYS);
  const held = rows.map(async (ingestionKey): Promise<readonly HeldIngestionKey[]> => {
    const apiKey = await reader.get(ingestionKey.id);
    return apiKey === undefined ? [] : [{ ingestionKey, apiKey }];
  });
  return (await Promise.all(held)).flat();
}

/** Most keys of one resource key: of each type one, and those in the place of which it was made and that have not ended. */
export const MOST_OF_ONE_RESOURCE_KEY = 20;

/**
 * @returns the ingestion and service keys of a resource key, the oldest first, also those that are ending. A key whose rotation
 *   falls between the looks at its two rows is not left out with the one in its place: who removes them would leave that behind
 */
export async function keysOfResourceKey(store: Store, resourceKeyId: string): Promise<readonly HeldIngestionKey[]> {
  const request = { equals: [resourceKeyId], limit: MOST_OF_ONE_RESOURCE_KEY };
  const read = async () => (await store.read(INGESTION_KEYS).page('byResourceKey', request)).rows;
  for (let rows = await read(); ; ) {
    const held = await withApiKeys(store, rows);
    if (held.length === rows.length) return held;
    const now = await read();
    // A row that is alone is none that we made; it stays as it is, however often one looks.
    if (now.map(({ entityTag }) => entityTag).join() === rows.map(({ entityTag }) => entityTag).join()) return held;
    rows = now;
  }
}

/** @returns the key of a type that is the current one among those of a resource key; `undefined`: it was removed */
export const currentKeyOf = (keys: readonly HeldIngestionKey[], type: IngestionKeyType): HeldIngestionKey | undefined =>
  keys.findLast(({ ingestionKey }) => ingestionKey.type === type && ingestionKey.successorId === undefined);

/** @returns the value of a key; `undefined`: it was shown once. Who may see it, the caller has asked */
export const secretOfKey = (sealing: Sealing, { apiKey }: HeldIngestionKey): string | undefined =>
  apiKey.sealedSecret && sealing.unseal(apiKey.sealedSecret, sealedSecretContext(apiKey.id));

/** @returns the key as it is after a change of its rows, with new entity tags */
export const changedKey = (
  { ingestionKey, apiKey }: HeldIngestionKey,
  change: { readonly ingestionKey: Partial<IngestionKey>; readonly apiKey: Partial<ApiKey> },
  modifiedAt: number,
): HeldIngestionKey => ({
  ingestionKey: {
    ...{ ...ingestionKey, ...change.ingestionKey },
    ...{ modifiedAt, entityTag: nextEntityTag(ingestionKey.entityTag) },
  },
  apiKey: { ...apiKey, ...change.apiKey, modifiedAt, entityTag: nextEntityTag(apiKey.entityTag) },
});

/** @returns what puts both rows in the place of those that were read */
export const replaced = (before: HeldIngestionKey, after: HeldIngestionKey): readonly Change[] => [
  replace(API_KEYS, after.apiKey, before.apiKey.entityTag),
  replace(INGESTION_KEYS, after.ingestionKey, before.ingestionKey.entityTag),
];

/** What was done with a key. */
export interface RecordedKeyChange {
  readonly verb: 'create' | 'update' | 'delete';
  readonly instance: Pick<ResourceInstance, 'accountId' | 'service' | 'region' | 'id'>;
  readonly before?: HeldIngestionKey;
  readonly after?: HeldIngestionKey;
  readonly at: number;
}

/** @returns the audit record of a change @param caller `undefined`: the service itself did it, and the record names nobody */
export function recordOfKey({ verb, instance, before, after, at }: RecordedKeyChange, caller?: Caller): Change {
  const targetId = (after ?? before)?.apiKey.id ?? '';
  const { service, region, accountId, id } = instance;
  const name = { service, location: region, scope: `a/${accountId}`, instance: id };
  const change: AuditedChange = {
    ...{ at, action: `${service}.ingestion-key.${verb}`, accountId },
    ...{ target: formatCrn({ ...name, resourceType: 'ingestion-key', resource: targetId }), targetId },
    ...{ before: before && auditedKey(before), after: after && auditedKey(after) },
  };
  return auditedBy(caller, change);
}

/** Listed one by one, so that no digest or secret ever joins them. */
function auditedKey({ ingestionKey, apiKey }: HeldIngestionKey): AuditedState {
  const { name, type, instanceId, resourceKeyId, successorId } = ingestionKey;
  const { disabled, locked, expiresAt } = apiKey;
  return { name, type, instanceId, resourceKeyId, successorId, disabled, locked, expiresAt };
}
