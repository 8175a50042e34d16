import { defineCollection, type Entity } from '../store/collection.ts';
import type { KeyKindName } from './key-kinds.ts';

/** What happens to a key when it is found in public. */
export type ActionWhenLeaked = 'none' | 'disable' | 'delete';

/** A long-lived credential. The secret itself is not here: only its digest and, where it must be readable, a sealed copy. */
export interface ApiKey extends Entity {
  /** `ApiKey-<uuid>`. */
  readonly id: string;
  readonly kind: KeyKindName;
  readonly accountId: string;
  /** The identity as which it acts. */
  readonly iamId: string;
  /** Not unique. */
  readonly name: string;
  readonly description: string;
  /** `<pepper id>:<HMAC>` (`secrets/secret-digests.ts`). */
  readonly digest: string;
  /** The first part of the digest, so that the keys still under a retired pepper can be counted. */
  readonly pepperId: string;
  /** The secret, sealed under the master key; only for keys that were asked for with a stored value. */
  readonly sealedSecret?: string;
  readonly disabled: boolean;
  readonly locked: boolean;
  readonly supportSessions: boolean;
  readonly actionWhenLeaked: ActionWhenLeaked;
  /** Addresses and networks from which alone it is taken; absent, or none: from everywhere. */
  readonly addresses?: readonly string[];
  /** The first instant at which it is no longer good. */
  readonly expiresAt?: number;
  /** Bumped to end every token of the key. */
  readonly generation: number;
  readonly createdAt: number;
  readonly createdBy: string;
  readonly modifiedAt: number;
  /** From when on it is removed for good, because it is of no use to anybody: `purgeInstant`. */
  readonly purgeAt: number;
}

const DAY_MILLISECONDS = 86_400_000;
/** How long an expired key that nobody changes is kept (IBM Cloud IAM Identity API, "API keys"). */
const KEPT_MILLISECONDS = 90 * DAY_MILLISECONDS;
/** Of a key without an end, or of which another room says when it goes. */
export const NEVER = Number.MAX_SAFE_INTEGER;

/** @returns when a key goes for good: its end and its last change are both more than 90 days past then */
export function purgeInstant(expiresAt: number | undefined, modifiedAt: number): number {
  return expiresAt === undefined ? NEVER : Math.max(expiresAt, modifiedAt) + KEPT_MILLISECONDS + 1;
}

/** All API keys of every kind. Each order of a list stands twice: for one identity and for the whole account. */
export const API_KEYS = defineCollection<ApiKey>()('api_keys', {
  fields: {
    id: 'string',
    entityTag: 'string',
    kind: 'string',
    accountId: 'string',
    iamId: 'string',
    name: 'string',
    description: 'string',
    digest: 'string',
    pepperId: 'string',
    sealedSecret: 'string',
    disabled: 'boolean',
    locked: 'boolean',
    supportSessions: 'boolean',
    actionWhenLeaked: 'string',
    addresses: 'json',
    expiresAt: 'integer',
    generation: 'integer',
    createdAt: 'integer',
    createdBy: 'string',
    modifiedAt: 'integer',
    purgeAt: 'integer',
  },
  indexes: {
    byDigest: { fields: ['digest'], unique: true },
    byPurge: { fields: ['purgeAt', 'id'] },
    byPepper: { fields: ['pepperId', 'id'] },
    ofIdentityByName: { fields: ['accountId', 'iamId', 'name', 'id'] },
    ofIdentityByDescription: { fields: ['accountId', 'iamId', 'description', 'id'] },
    ofIdentityByCreation: { fields: ['accountId', 'iamId', 'createdAt', 'id'] },
    ofIdentityByCreator: { fields: ['accountId', 'iamId', 'createdBy', 'id'] },
    ofAccountByName: { fields: ['accountId', 'name', 'id'] },
    ofAccountByDescription: { fields: ['accountId', 'description', 'id'] },
    ofAccountByCreation: { fields: ['accountId', 'createdAt', 'id'] },
    ofAccountByKind: { fields: ['accountId', 'kind', 'createdAt', 'id'] },
    ofAccountByCreator: { fields: ['accountId', 'createdBy', 'id'] },
  },
  followed: true,
});

/** The orders of a list of API keys, and the indexes that have them. */
export const API_KEY_ORDERS = {
  name: { identity: 'ofIdentityByName', account: 'ofAccountByName' },
  description: { identity: 'ofIdentityByDescription', account: 'ofAccountByDescription' },
  created_at: { identity: 'ofIdentityByCreation', account: 'ofAccountByCreation' },
  created_by: { identity: 'ofIdentityByCreator', account: 'ofAccountByCreator' },
} as const;

/** What a list of API keys may be ordered by. */
export type ApiKeyOrder = keyof typeof API_KEY_ORDERS;
