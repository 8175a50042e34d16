import { defineCollection, type Entity } from '../store/collection.ts';
import type { Store } from '../store/store.ts';
import type { NodeStatus } from './node-status.ts';

/**
 * This folder owns the record of the processes that serve: each keeps a row about itself while it runs. It starts and
 * stops no process, and no request is decided by it.
 */

/** One process that serves. */
export interface Node extends Entity {
  /** A UUID of this one run. */
  readonly id: string;
  /** Of the product. */
  readonly version: string;
  /** The machine's or container's own name for itself. */
  readonly hostName?: string;
  /** The process's id there. */
  readonly pid?: number;
  /** Its number among the workers of one start; absent when it serves alone. */
  readonly worker?: number;
  readonly startedAt: number;
  /** When it last wrote this row. */
  readonly seenAt: number;
  /** From then on it counts as gone, unless it writes again. */
  readonly expiresAt: number;
  /** The ids of the peppers that it knows; the first is the one that it digests new keys with. */
  readonly pepperIds: readonly string[];
  /** The ids of the master keys that it knows; the first is the one that it seals with. */
  readonly masterKeyIds: readonly string[];
  /** How it was when it last wrote this row; absent before it serves. */
  readonly status?: NodeStatus;
}

/** Every process that serves, or has done so until a moment ago. */
export const NODES = defineCollection<Node>()('nodes', {
  fields: {
    id: 'string',
    entityTag: 'string',
    version: 'string',
    hostName: 'string',
    pid: 'integer',
    worker: 'integer',
    startedAt: 'integer',
    seenAt: 'integer',
    expiresAt: 'integer',
    pepperIds: 'json',
    masterKeyIds: 'json',
    status: 'json',
  },
  indexes: { byExpiry: { fields: ['expiresAt', 'id'] } },
  expiresBy: 'expiresAt',
});

/** How long a process that stopped writing still counts, in milliseconds: three of its turns to write. */
export const NODE_LIFE_MILLISECONDS = 30_000;

/** The clocks of machines may differ by this much; who takes a living process for dead may destroy what it relies on. */
const CLOCK_SKEW_MILLISECONDS = 60_000;

const NODES_LIMIT = 1_000;

/** @returns every process that may still be alive, also by a clock that differs from ours; the oldest news first */
export async function nodesThatMayLive(store: Store, now: number): Promise<readonly Node[]> {
  const { rows } = await store.read(NODES).page('byExpiry', { equals: [], limit: NODES_LIMIT });
  return rows.filter(({ expiresAt }) => expiresAt + CLOCK_SKEW_MILLISECONDS > now);
}

/** Forgets processes that are gone by every clock. */
export async function forgetGoneNodes(store: Store, now: number): Promise<void> {
  await store.deleteExpired(NODES, now - CLOCK_SKEW_MILLISECONDS, NODES_LIMIT);
}
