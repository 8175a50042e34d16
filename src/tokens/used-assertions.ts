import { hash } from 'node:crypto';
import { insert } from '../store/changes.ts';
import { defineCollection, type Entity } from '../store/collection.ts';
import { firstEntityTag } from '../store/entity-tag.ts';
import type { Store } from '../store/store.ts';
import { AlreadyExists } from '../store/store-errors.ts';

/** That an assertion was used. Durable, and not among the values that may vanish: what is forgotten too early can be used again. */
export interface UsedAssertion extends Entity {
  /** The last instant at which the assertion itself could be taken. */
  readonly expiresAt: number;
}

/** Assertions that were used and are not too old yet. */
export const USED_ASSERTIONS = defineCollection<UsedAssertion>()('used_assertions', {
  fields: { id: 'string', entityTag: 'string', expiresAt: 'integer' },
  indexes: { byExpiry: { fields: ['expiresAt', 'id'] } },
  expiresBy: 'expiresAt',
});

/** @returns whether this was the first use: of any number of callers at once, it is for one */
export type UseAssertion = (issuer: string, name: string, expiresAt: number) => Promise<boolean>;

/** @returns the one place that remembers assertions (RFC 7523, section 3, "jti") */
export function usedAssertionsIn(store: Store): UseAssertion {
  return async (issuer, name, expiresAt) => {
    // A digest: the name is the client's own, of any length.
    const id = hash('sha256', JSON.stringify([issuer, name]), 'base64url');
    try {
      await store.commit([insert(USED_ASSERTIONS, { id, entityTag: firstEntityTag(), expiresAt })]);
      return true;
    } catch (error) {
      if (error instanceof AlreadyExists) return false;
      throw error;
    }
  };
}
