import type { UseOf } from '../ingestion/ingestion-use.ts';
import { type KeyList, type KeyListParts, keyListIn } from '../key-list/key-list.ts';
import { type KeyKeepersParts, keyKeepersIn } from './key-keepers.ts';

/** What the list of all keys is joined from. */
export type KeyListDomainParts = Omit<KeyListParts, 'keepers' | 'useOfInstanceKey'> &
  KeyKeepersParts & { readonly useOfIngestionKey: UseOf };

/** Joins the rooms that own keys as one list of them; loaded with the first request for it. */
export function keyListDomainIn(parts: KeyListDomainParts): KeyList {
  return keyListIn({
    ...parts,
    keepers: keyKeepersIn(parts),
    async useOfInstanceKey(id) {
      const use = await parts.useOfIngestionKey(id);
      return use && { count: use.requests, lastAt: use.lastAt };
    },
  });
}
