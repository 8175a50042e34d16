import { randomBytes } from 'node:crypto';

/** The tag of an entity that is made now: `1-<32 hex>` (IBM Cloud IAM Identity API, `entity_tag`). */
export function firstEntityTag(): string {
  return `1-${randomBytes(16).toString('hex')}`;
}

/** The tag that follows: the number grows by one, the rest is new. */
export function nextEntityTag(entityTag: string): string {
  return `${Number.parseInt(entityTag, 10) + 1}-${randomBytes(16).toString('hex')}`;
}
