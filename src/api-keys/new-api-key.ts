import { randomUUID } from 'node:crypto';
import type { AuditedState } from '../audit/audit-event.ts';
import { accountCrn } from '../crn/crn.ts';
import type { Sealing } from '../secrets/sealing.ts';
import type { SecretDigests } from '../secrets/secret-digests.ts';
import { firstEntityTag } from '../store/entity-tag.ts';
import { type ActionWhenLeaked, type ApiKey, purgeInstant } from './api-key.ts';
import { pepperIdOf } from './authenticate-api-key.ts';
import { newKeyId } from './key-id.ts';
import { KEY_KINDS, type KeyKind, type KeyKindName } from './key-kinds.ts';

/** What the maker of an API key chooses. */
export interface NewApiKey {
  readonly name: string;
  readonly description?: string | undefined;
  /** Default: one of ours, or with a `value` a chosen one. */
  readonly kind?: KeyKindName | undefined;
  /** A value of the maker's own; default: a new random one. That it may be one, `chosen-values.ts` says. */
  readonly value?: string | undefined;
  /** Keep a sealed copy, so that the value can be read again. Default: false. */
  readonly storeValue?: boolean | undefined;
  readonly supportSessions?: boolean | undefined;
  readonly actionWhenLeaked?: ActionWhenLeaked | undefined;
  readonly expiresAt?: number | undefined;
  readonly locked?: boolean | undefined;
  readonly disabled?: boolean | undefined;
  /** Addresses and networks from which alone it is taken. Default: from everywhere. */
  readonly addresses?: readonly string[] | undefined;
}

/** For whom a key is made. */
export interface ApiKeyOwner {
  readonly accountId: string;
  readonly iamId: string;
}

/** A new key and its secret, which is nowhere else. */
export interface IssuedApiKey {
  readonly apiKey: ApiKey;
  readonly secret: string;
}

/** What makes keys. */
export interface ApiKeyMakerParts {
  readonly digests: SecretDigests;
  readonly sealing: Sealing;
}

/** Makes an API key with a new secret, or with the chosen one; it is not stored yet. */
export function newApiKey(
  { digests, sealing }: ApiKeyMakerParts,
  chosen: NewApiKey & ApiKeyOwner,
  createdBy: string,
  now: number,
): IssuedApiKey {
  const id = newKeyId();
  const { kind = chosen.value === undefined ? 'platform' : 'chosen', addresses = [] } = chosen;
  const secret = chosen.value ?? newSecretOf(kind);
  const digest = digests.digest(secret);
  const { accountId, iamId, name, description = '', actionWhenLeaked = 'disable', expiresAt } = chosen;
  const apiKey: ApiKey = {
    id,
    entityTag: firstEntityTag(),
    kind,
    accountId,
    iamId,
    name,
    description,
    digest,
    pepperId: pepperIdOf(digest),
    ...(chosen.storeValue === true && { sealedSecret: sealing.seal(secret, sealedSecretContext(id)) }),
    disabled: chosen.disabled ?? false,
    locked: chosen.locked ?? false,
    supportSessions: chosen.supportSessions ?? false,
    actionWhenLeaked,
    ...(addresses.length > 0 && { addresses }),
    ...(expiresAt !== undefined && { expiresAt }),
    generation: 1,
    createdAt: now,
    createdBy,
    modifiedAt: now,
    purgeAt: purgeInstant(expiresAt, now),
  };
  return { apiKey, secret };
}

function newSecretOf(kind: KeyKindName): string {
  const { newSecret }: KeyKind = KEY_KINDS[kind];
  // Of a kind without any nobody ever knows this one, and it has the form of none.
  return newSecret?.() ?? randomUUID();
}

/** What a sealed secret is bound to: a copy put in another key's row does not open. */
export const sealedSecretContext = (apiKeyId: string): string => `api_keys/${apiKeyId}/sealedSecret`;

/** @returns the cloud resource name of an API key */
export const apiKeyCrn = ({ accountId, id }: ApiKey): string => accountCrn('iam-identity', accountId, 'apikey', id);

/** What the audit record keeps of an API key: listed one by one, so that no digest or secret ever joins them. */
export function auditedApiKey(apiKey: ApiKey): AuditedState {
  const { name, description, iamId, disabled, locked, supportSessions, actionWhenLeaked, expiresAt } = apiKey;
  const { generation, addresses } = apiKey;
  return {
    name,
    description,
    iamId,
    disabled,
    addresses,
    locked,
    supportSessions,
    actionWhenLeaked,
    expiresAt,
    generation,
  };
}
