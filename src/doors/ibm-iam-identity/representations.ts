import type { ApiKey } from '../../api-keys/api-key.ts';
import { apiKeyCrn } from '../../api-keys/new-api-key.ts';
import { serviceIdCrn } from '../../service-ids/new-service-id.ts';
import type { ServiceId } from '../../service-ids/service-id.ts';
import type { ApiKeyRecordRepresentation, ApiKeyRepresentation } from './api-key-schemas.ts';
import { formatDate } from './dates.ts';
import type { TrackRecordRepresentation } from './schemas.ts';
import type { ServiceIdRepresentation } from './service-id-schemas.ts';

/** What an API key's representation holds beside the key's own fields. */
export interface ApiKeyExtras extends ApiKeyRecordRepresentation {
  /** The value; absent where it may not be shown. */
  readonly secret?: string | undefined;
}

/**
 * An API key as IBM's identity API writes it. Its fields are listed one by one: a spread would one day send the digest.
 * What is optional is absent, never null.
 */
export function apiKeyRepresentation(apiKey: ApiKey, { secret, ...record }: ApiKeyExtras = {}): ApiKeyRepresentation {
  const { id, entityTag, locked, disabled, createdAt, createdBy, modifiedAt, expiresAt, description } = apiKey;
  return {
    id,
    entity_tag: entityTag,
    crn: apiKeyCrn(apiKey),
    locked,
    disabled,
    created_at: formatDate(createdAt),
    created_by: createdBy,
    modified_at: formatDate(modifiedAt),
    name: apiKey.name,
    ...(description !== '' && { description }),
    support_sessions: apiKey.supportSessions,
    action_when_leaked: apiKey.actionWhenLeaked,
    ...(expiresAt !== undefined && { expires_at: formatDate(expiresAt) }),
    iam_id: apiKey.iamId,
    account_id: apiKey.accountId,
    ...(secret !== undefined && { apikey: secret }),
    ...record,
  };
}

/** What a service ID's representation holds beside its own fields. */
export interface ServiceIdExtras extends TrackRecordRepresentation {
  /** The key that was made with it. */
  readonly apikey?: ApiKeyRepresentation | undefined;
  /** Default: false. */
  readonly showGroupId?: boolean;
}

/** A service ID as IBM's identity API writes it. */
export function serviceIdRepresentation(
  serviceId: ServiceId,
  { apikey, showGroupId = false, ...record }: ServiceIdExtras = {},
): ServiceIdRepresentation {
  const { id, iamId, entityTag, locked, createdAt, modifiedAt, accountId, name, description } = serviceId;
  const { uniqueInstanceCrns, groupId } = serviceId;
  return {
    id,
    iam_id: iamId,
    entity_tag: entityTag,
    crn: serviceIdCrn(serviceId),
    locked,
    created_at: formatDate(createdAt),
    modified_at: formatDate(modifiedAt),
    account_id: accountId,
    ...(showGroupId && groupId !== undefined && { group_id: groupId }),
    name,
    ...(description !== '' && { description }),
    ...(uniqueInstanceCrns.length > 0 && { unique_instance_crns: [...uniqueInstanceCrns] }),
    ...(apikey !== undefined && { apikey }),
    ...record,
  };
}
