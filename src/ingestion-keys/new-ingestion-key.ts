import type { Caller } from '../access/caller.ts';
import { API_KEYS, type ApiKey, NEVER } from '../api-keys/api-key.ts';
import { pepperIdOf } from '../api-keys/authenticate-api-key.ts';
import { newKeyId } from '../api-keys/key-id.ts';
import { instanceIamId, KEY_KINDS } from '../api-keys/key-kinds.ts';
import { type ApiKeyMakerParts, sealedSecretContext } from '../api-keys/new-api-key.ts';
import { serviceNamed } from '../resource-catalog/catalog.ts';
import type { LogLineActions } from '../resource-catalog/service-definition.ts';
import { instanceCrn, type ResourceInstance } from '../resource-instances/resource-instance.ts';
import { type Change, insert } from '../store/changes.ts';
import { firstEntityTag } from '../store/entity-tag.ts';
import { type HeldIngestionKey, recordOfKey } from './held-ingestion-key.ts';
import { INGESTION_KEYS, type IngestionKey, type IngestionKeyType, KIND_OF_TYPE } from './ingestion-key.ts';

/** What the maker of an ingestion key chooses. */
export interface NewIngestionKey {
  /** Its service takes log lines: `logLinesOf` says so. */
  readonly instance: ResourceInstance;
  readonly type: IngestionKeyType;
  readonly name: string;
  /** The resource key with which it is made, and goes. Default: it stands alone. */
  readonly resourceKeyId?: string | undefined;
  /** Keep a sealed copy, so that the value can be read again. Default: true. */
  readonly storeValue?: boolean | undefined;
  /** Default: false. */
  readonly disabled?: boolean | undefined;
}

/** A new ingestion key: its secret, and what makes it when it is committed, its audit record with it. */
export interface PlannedIngestionKey extends HeldIngestionKey {
  readonly secret: string;
  readonly changes: readonly Change[];
}

/** @returns the actions that the lines and ingestion keys of an instance need; `undefined`: it takes no lines, and has no keys */
export const logLinesOf = ({ service }: Pick<ResourceInstance, 'service'>): LogLineActions | undefined =>
  serviceNamed(service)?.instances?.logLines;

/**
 * Plans an ingestion key of an instance. It asks for no right and does not look at the instance: whoever commits the
 * changes has asked, and expects the instance to be as it was seen.
 */
export function planIngestionKey(
  parts: ApiKeyMakerParts,
  chosen: NewIngestionKey,
  caller: Caller,
  now: number,
): PlannedIngestionKey {
  const { instance, type, name, resourceKeyId } = chosen;
  const { apiKey, secret } = newApiKeyOf(parts, chosen, caller.iamId, now);
  const { id, accountId } = apiKey;
  const ingestionKey: IngestionKey = {
    ...{ id, entityTag: firstEntityTag(), accountId, instanceId: instance.id, type, name },
    ...(resourceKeyId !== undefined && { resourceKeyId }),
    standsAlone: resourceKeyId === undefined,
    endsAt: NEVER,
    ...{ createdAt: now, createdBy: caller.iamId, modifiedAt: now },
  };
  const key: HeldIngestionKey = { ingestionKey, apiKey };
  const record = recordOfKey({ verb: 'create', instance, after: key, at: now }, caller);
  return { ...key, secret, changes: [insert(API_KEYS, apiKey), insert(INGESTION_KEYS, ingestionKey), record] };
}

/** The name of the key that an instance has from its beginning. */
const DEFAULT_NAME = 'default';

/** @returns what is committed together with a new instance: its first ingestion key; nothing where it takes no lines */
export function newDefaultIngestionKey(
  parts: ApiKeyMakerParts,
  instance: ResourceInstance,
  caller: Caller,
  now: number,
): readonly Change[] {
  if (logLinesOf(instance) === undefined) return [];
  return planIngestionKey(parts, { instance, type: 'ingestion', name: DEFAULT_NAME }, caller, now).changes;
}

function newApiKeyOf(
  { digests, sealing }: ApiKeyMakerParts,
  { instance, type, name, storeValue = true, disabled = false }: NewIngestionKey,
  createdBy: string,
  now: number,
): { readonly apiKey: ApiKey; readonly secret: string } {
  const id = newKeyId();
  const kind = KIND_OF_TYPE[type];
  const secret = KEY_KINDS[kind].newSecret();
  const digest = digests.digest(secret);
  const apiKey: ApiKey = {
    ...{ id, entityTag: firstEntityTag(), kind },
    ...{ accountId: instance.accountId, iamId: instanceIamId(instanceCrn(instance)), name, description: '' },
    ...{ digest, pepperId: pepperIdOf(digest) },
    ...(storeValue && { sealedSecret: sealing.seal(secret, sealedSecretContext(id)) }),
    ...{ disabled, locked: false, supportSessions: false, actionWhenLeaked: 'disable', generation: 1 },
    ...{ createdAt: now, createdBy, modifiedAt: now },
    // It goes with its other row, not by itself.
    purgeAt: NEVER,
  };
  return { apiKey, secret };
}
