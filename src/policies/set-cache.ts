import { LRUCache } from 'lru-cache';
import type { PolicySet } from '../access/policy-set.ts';
import type { PolicySetReading } from './policy-sets.ts';

/** Sets that were read lately, each dropped when something that it depends on changes. */
export interface SetCache {
  get(key: string): PolicySet | undefined;
  /**
   * Reads what is not there, once for all who ask at the same time, and keeps it, unless something that it depends on was
   * changed while it was read: a reading that began before a right was taken must not bring it back after.
   */
  fill(key: string, read: () => Promise<PolicySetReading>): Promise<PolicySet>;
  /** Something that sets may depend on has changed. */
  changed(names: readonly string[]): void;
  /** Nobody knows what has changed. */
  forgetAll(): void;
}

interface Fill {
  readonly answer: Promise<PolicySetReading>;
  /** What changed while it was under way. */
  readonly changed: Set<string>;
  everything: boolean;
}

const KEPT_SETS = 10_000;
/** Grants, and what they depend on, of all sets: some 100 MB. One identity with more is read for each decision. */
const KEPT_SIZE = 400_000;

/** @returns an empty cache, bounded in sets and in grants */
export function setCache(): SetCache {
  const dependents = new Map<string, Set<string>>();
  const release = ({ dependsOn }: PolicySetReading, key: string): void => {
    for (const name of dependsOn) {
      const keys = dependents.get(name);
      keys?.delete(key);
      if (keys?.size === 0) dependents.delete(name);
    }
  };
  const kept = new LRUCache<string, PolicySetReading>({
    max: KEPT_SETS,
    maxSize: KEPT_SIZE,
    sizeCalculation: ({ set, dependsOn }) => 1 + set.grants.length + dependsOn.length,
    dispose: release,
  });
  const fills = new Set<Fill>();
  /** Those that began after all changes that are known: who asks after a change must not get what was read before it. */
  const joinable = new Map<string, Fill>();

  const keep = (key: string, reading: PolicySetReading, { changed, everything }: Fill): void => {
    if (everything || reading.dependsOn.some((name) => changed.has(name))) return;
    kept.set(key, reading);
    // One that is too large is not kept, and nobody waits for what it depends on.
    if (!kept.has(key)) return;
    for (const name of reading.dependsOn) {
      const keys = dependents.get(name) ?? new Set<string>();
      dependents.set(name, keys.add(key));
    }
  };

  return {
    get: (key) => kept.get(key)?.set,

    async fill(key, read) {
      const underWay = joinable.get(key);
      if (underWay !== undefined) return (await underWay.answer).set;
      const fill: Fill = { answer: read(), changed: new Set(), everything: false };
      fills.add(fill);
      joinable.set(key, fill);
      try {
        const reading = await fill.answer;
        keep(key, reading, fill);
        return reading.set;
      } finally {
        fills.delete(fill);
        if (joinable.get(key) === fill) joinable.delete(key);
      }
    },

    changed(names) {
      for (const name of names) {
        // A copy: what is dropped takes itself out of the list.
        for (const key of [...(dependents.get(name) ?? [])]) kept.delete(key);
      }
      joinable.clear();
      for (const { changed } of fills) for (const name of names) changed.add(name);
    },

    forgetAll() {
      kept.clear();
      joinable.clear();
      for (const fill of fills) fill.everything = true;
    },
  };
}
