import type { Sequence, Subscription } from './store.ts';

/**
 * Whether a process may believe its memory. `current`: it hears of changes within a second. `grace`: it does not, and while
 * it cannot reach the primary either, it goes on with its memory. `lost`: it asks the primary, or answers that it cannot know.
 */
export type FreshnessState = 'current' | 'grace' | 'lost';

/** How well a process hears of what others commit. */
export interface Hearing {
  /** Its place in the stream of changes: everything up to there has arrived. */
  readonly position: Sequence;
  readonly freshness: FreshnessState;
  /** By way; a way on which nothing has come yet is left out. */
  readonly lagMilliseconds: Readonly<Record<string, number>>;
}

/** @returns how well it hears now */
export function hearingOf(subscription: Subscription): Hearing {
  const lags = Object.entries(subscription.lags()).filter(([, milliseconds]) => Number.isFinite(milliseconds));
  return {
    position: subscription.position(),
    freshness: freshnessOf(subscription),
    lagMilliseconds: Object.fromEntries(lags.map(([way, milliseconds]) => [way, Math.round(milliseconds)])),
  };
}

function freshnessOf(subscription: Subscription): FreshnessState {
  if (subscription.isCurrent()) return 'current';
  return subscription.wasCurrentLately() ? 'grace' : 'lost';
}
