import type { ApiKey } from '../api-keys/api-key.ts';

/**
 * What proves an identity again and again: an API key, or the password of a user. Its id and generation stand in every token that
 * it gives, so that what ends the one ends the others.
 */
export type Credential = Pick<ApiKey, 'id' | 'accountId' | 'iamId' | 'generation' | 'disabled' | 'expiresAt'>;
