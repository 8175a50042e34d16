import { isWellFormedApiKeySecret, newApiKeySecret } from '../secrets/api-key-secret.ts';
import { isWellFormedInstanceKeySecret, newInstanceKeySecret } from '../secrets/instance-key-secret.ts';
import { isWellFormedChosenSecret } from './chosen-secret.ts';

/** All that is known of one kind of key: a row each. A key works only at the doors of its kind. */
export interface KeyKind {
  /**
   * A cheap test that needs no store: a secret that fails it is no key of this kind. No text passes that of two kinds that
   * are asked for together.
   */
  readonly wellFormed: (secret: string) => boolean;
  /** A new secret of at least 128 random bits; absent where the maker of the key brings it. */
  readonly newSecret?: () => string;
}

/** The kinds of key. */
export const KEY_KINDS = {
  /** Our own: 256 bits and check digits. */
  platform: { wellFormed: isWellFormedApiKeySecret, newSecret: newApiKeySecret },
  /** The same, but with a value that its maker chose; only where an account allows it. */
  chosen: { wellFormed: isWellFormedChosenSecret },
  /** Of a resource instance: sends lines to it. Agents insist on the form, so it has no check digits. */
  ingestion: { wellFormed: isWellFormedInstanceKeySecret, newSecret: newInstanceKeySecret },
  /** Of a resource instance: manages its ingestion keys. */
  ingestion_service: { wellFormed: isWellFormedInstanceKeySecret, newSecret: newInstanceKeySecret },
} as const satisfies Record<string, KeyKind>;

/** The name of a row. */
export type KeyKindName = keyof typeof KEY_KINDS;

/** The kinds that act as an identity: what the exchange takes, and all that the identity API knows of. */
export const IDENTITY_KINDS: readonly KeyKindName[] = ['platform', 'chosen'];

/** @returns whether a key acts as an identity; the others belong to a resource instance, and to the rooms that make them */
export const actsAsIdentity = ({ kind }: { readonly kind: KeyKindName }): boolean => IDENTITY_KINDS.includes(kind);

const INSTANCE_PREFIX = 'crn-';

/** @returns the iam id of a resource instance, as which its keys act @param crn the name of the instance */
export const instanceIamId = (crn: string): string => INSTANCE_PREFIX + crn;

/** Whether an iam id is that of a resource instance. */
export const isInstance = (iamId: string): boolean => iamId.startsWith(INSTANCE_PREFIX);
