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
  /** The key that was made in its place; until it ends, both are good. */
  readonly successorId?: string;
  readonly createdAt: number;
  readonly createdBy: string;
  readonly modifiedAt: number;
}

/** The kinds of key of an instance; each is a row of `api-keys/key-kinds.ts`. */
export type IngestionKeyType = 'ingestion' | 'service';

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
    successorId: 'string',
    createdAt: 'integer',
    createdBy: 'string',
    modifiedAt: 'integer',
  },
  indexes: {
    byInstance: { fields: ['instanceId', 'type', 'createdAt', 'id'] },
    ofInstance: { fields: ['instanceId', 'createdAt', 'id'] },
    // Asked for one resource key only, so that those of none need no value in its place.
    byResourceKey: { fields: ['resourceKeyId', 'createdAt', 'id'] },
  },
});
