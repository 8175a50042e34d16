import { Problem } from './problem.ts';

/** The caller is known and may not do this. */
export class AccessDenied extends Problem {
  override readonly code = 'access_denied';
}

/** The thing is missing, or is another account's: one answer for both. */
export class NotFound extends Problem {
  override readonly code = 'not_found';
}

/** It was deleted before, and is only to be read any more. */
export class Gone extends Problem {
  override readonly code = 'gone';
}

/** What is to be made is there already, or its name is taken; a room that may show the existing one derives from it. */
export class EntityExists extends Problem {
  override readonly code = 'already_exists';
}

/** It cannot go while something else hangs on it. */
export class EntityInUse extends Problem {
  override readonly code = 'entity_in_use';
}

/** There are as many of them as there may be. */
export class LimitReached extends Problem {
  override readonly code = 'limit_reached';
}

/** A locked entity refuses every write but unlock and disable. */
export class EntityLocked extends Problem {
  override readonly code = 'entity_locked';
}

/** The write needs `If-Match` and has none. */
export class EntityTagMissing extends Problem {
  override readonly code = 'entity_tag_missing';
}

/** Somebody else changed the entity since the caller read it. */
export class EntityTagStale extends Problem {
  override readonly code = 'entity_tag_stale';
}
