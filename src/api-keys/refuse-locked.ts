import { EntityLocked } from '../problems/entity-problems.ts';
import type { ApiKey } from './api-key.ts';

/**
 * A lock keeps a key as it is, whatever its kind; it can be taken away, and in an incident the key can be disabled all the same.
 * @param change what is to become of the key; empty: it is to go @throws EntityLocked
 */
export function refuseLockedKey({ locked }: Pick<ApiKey, 'locked'>, change: object): void {
  const fields = Object.entries(change).filter(([, value]) => value !== undefined);
  const isAllowed =
    fields.length > 0 && fields.every(([name, value]) => name === 'locked' || (name === 'disabled' && value === true));
  if (locked && !isAllowed) throw new EntityLocked('The key is locked.', { details: 'Unlock it first.' });
}
