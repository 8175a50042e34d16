import type { Hearing } from '../store/hearing.ts';

/** How a process is doing, as it tells itself: it stands in its row, so that any process can tell of all. */
export interface NodeStatus extends Hearing {
  /** It takes no new work any more. */
  readonly stopping: boolean;
  /** Whether it does the background work for all. */
  readonly backgroundWork: boolean;
  readonly liveSet: LiveSetSize;
}

/** How much of what was taken back is held. */
export interface LiveSetSize {
  /** Single tokens and log-ins, held exactly. */
  readonly tokens: number;
  /** Keys, identities, memberships, accounts and the installation that were cut off. */
  readonly generations: number;
  /** Single tokens and log-ins beyond the bound, held by the filter. */
  readonly filtered: number;
  readonly bytes: number;
}
