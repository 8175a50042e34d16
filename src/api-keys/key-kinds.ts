import { isWellFormedApiKeySecret, newApiKeySecret } from '../secrets/api-key-secret.ts';
import { isWellFormedInstanceKeySecret, newInstanceKeySecret } from '../secrets/instance-key-secret.ts';
import { isWellFormedChosenSecret } from './chosen-secret.ts';

/** All that is known of one kind of key: a row each. A key works only at the doors of its kind. */
export interface KeyKind {
  /** A cheap test that needs no store: a secret that fails it is no key of this kind. No text passes that of two kinds. */
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
  /** Sends lines to one resource instance, and does nothing else. */
  ingestion: { wellFormed: isWellFormedInstanceKeySecret, newSecret: newInstanceKeySecret },
} as const satisfies Record<string, KeyKind>;

/** The name of a row. */
export type KeyKindName = keyof typeof KEY_KINDS;

/** The kinds that act as an identity: what the exchange takes. */
export const IDENTITY_KINDS: readonly KeyKindName[] = ['platform', 'chosen'];
