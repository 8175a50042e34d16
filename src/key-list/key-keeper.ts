import type { Caller } from '../access/caller.ts';
import type { ApiKey } from '../api-keys/api-key.ts';
import type { KeyKindName } from '../api-keys/key-kinds.ts';

/**
 * What the room that owns a kind of key does with one of them. Each asks for the right that the room asks for, writes the room's
 * audit record, and takes what belongs to the key with it, in one commit: no key is left half done.
 */
export interface KeyKeeper {
  /** Disabling ends the key at once, also a locked one. @throws AccessDenied, NotFound, EntityLocked on enabling */
  setDisabled(caller: Caller, apiKey: ApiKey, disabled: boolean): Promise<void>;
  /** @throws AccessDenied, NotFound, EntityLocked on unlocking */
  setLocked(caller: Caller, apiKey: ApiKey, locked: boolean): Promise<void>;
  /** It is refused when this returns. @throws AccessDenied, NotFound, EntityLocked, EntityInUse */
  remove(caller: Caller, apiKey: ApiKey): Promise<void>;
}

/** One for each kind of key; a kind without one does not compile. */
export type KeyKeepers = Readonly<Record<KeyKindName, KeyKeeper>>;
