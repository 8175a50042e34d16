import type { Access } from '../access/access.ts';
import type { Caller } from '../access/caller.ts';

/** Kinds of things that accounts have elsewhere, and none has here. */
export type AbsentKind = 'profile' | 'template';

/**
 * What no account has, because this service does not serve it: trusted profiles, and templates of profiles and settings.
 * Clients list them before they do anything else, and would stop at an error.
 */
export interface AbsentThings {
  /** @throws AccessDenied  the caller may not list what the account has */
  list(caller: Caller, accountId: string, kind: AbsentKind): Promise<readonly never[]>;
}

/** @returns the lists, all of them empty */
export function absentThings({ access }: { readonly access: Access }): AbsentThings {
  return {
    async list(caller, accountId, kind) {
      const target = { accountId, service: 'iam-identity', resourceType: kind };
      await access.require(caller, `iam-identity.${kind}.list`, target);
      return [];
    },
  };
}
