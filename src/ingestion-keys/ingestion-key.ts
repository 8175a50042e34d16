import type { KeyKindName } from '../api-keys/key-kinds.ts';
import { defineCollection, type Entity } from '../store/collection.ts';

/**
 * Where a key of one of the instance kinds belongs. The secret, whether it is disabled and when it ends are in the API key of the
 * same id; the two rows are made and removed in one commit.
 */
export interface IngestionKey extends Entity {
  /** That of the API key: `ApiKey-<uuid>`. */
  readonly id: string;
  readonly accountId: string;
  readonly instanceId: string;
  /** `ingestion` sends lines to the instance; `service` manages the ingestion keys of the instance. */
  readonly type: IngestionKeyType;
  /** As that of the API key. */
  readonly name: string;
  /** The resource key with which it was made, and goes; absent: it stands alone. */
  readonly resourceKeyId?: string;
  /** Whether there is no resource key with which it goes: an instance has not many of these. */
  readonly standsAlone: boolean;
  /** The key that was made in its place; until it ends, both are good. */
  readonly successorId?: string;
  /** The first instant at which it is no longer good, as `expiresAt` of the API key; `NEVER` without one. */
  readonly endsAt: number;
  readonly createdAt: number;
  readonly createdBy: string;
  readonly modifiedAt: number;
}

/** The kinds of key of an instance. */
export type IngestionKeyType = 'ingestion' | 'service';

/** The kind of the API key of each. */
export const KIND_OF_TYPE = {
  ingestion: 'ingestion',
  service: 'ingestion_service',
} as const satisfies Record<IngestionKeyType, KeyKindName>;

/** All keys of instances. */
export const INGESTION_KEYS = defineCollection<IngestionKey>()('ingestion_keys', {
  fields: {
    id: 'string',
    entityTag: 'string',
    accountId: 'string',
    instanceId: 'string',
    type: 'string',
    name: 'string',
    resourceKeyId: 'string',
    standsAlone: 'boolean',
    endsAt: 'integer',
    successorId: 'string',
    createdAt: 'integer',
    createdBy: 'string',
    modifiedAt: 'integer',
  },
  indexes: {
    byType: { fields: ['instanceId', 'type', 'standsAlone', 'createdAt', 'id'] },
    ofInstance: { fields: ['instanceId', 'createdAt', 'id'] },
    byEnd: { fields: ['endsAt', 'id'] },
    // Asked for one resource key only, so that those of none need no value in its place.
    byResourceKey: { fields: ['resourceKeyId', 'createdAt', 'id'] },
  },
});
