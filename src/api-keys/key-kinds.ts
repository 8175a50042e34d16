import { isWellFormedApiKeySecret, newApiKeySecret } from '../secrets/api-key-secret.ts';

/** All that is known of one kind of key: a row each. A key works only at the doors of its kind. */
export interface KeyKind {
  /** A cheap test that needs no store: a secret that fails it is no key of this kind. */
  readonly wellFormed: (secret: string) => boolean;
  /** A new secret of at least 128 random bits. */
  readonly newSecret: () => string;
}

/** The kinds of key. */
export const KEY_KINDS = {
  /** Our own: 256 bits and check digits. */
  platform: { wellFormed: isWellFormedApiKeySecret, newSecret: newApiKeySecret },
} as const satisfies Record<string, KeyKind>;

/** The name of a row. */
export type KeyKindName = keyof typeof KEY_KINDS;
