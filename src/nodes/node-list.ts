import { type Access, INSTALLATION_SCOPE } from '../access/access.ts';
import type { Caller } from '../access/caller.ts';
import type { Clock } from '../clock/clock.ts';
import type { Store } from '../store/store.ts';
import { type Node, nodesThatMayLive } from './node.ts';
import type { Presence } from './presence.ts';

/** A process, as the one who is asked knows it. */
export interface ListedNode extends Node {
  /** `gone`: it has not been heard of for 30 s, and did not take its leave. */
  readonly state: 'starting' | 'serving' | 'stopping' | 'gone';
  /** Whether it is the one who answers: then what is told of it is of this moment, and not of its last row. */
  readonly answering: boolean;
}

/** Tells of all processes. */
export interface NodeList {
  /** @returns every process on record, the longest running first @throws AccessDenied, StoreUnavailable */
  list(caller: Caller): Promise<readonly ListedNode[]>;
}

/** What the list stands on. */
export interface NodeListParts {
  readonly store: Store;
  readonly access: Access;
  readonly clock: Clock;
  readonly presence: Pick<Presence, 'own'>;
}

/** @returns the list for whoever runs the installation */
export function nodeListIn({ store, access, clock, presence }: NodeListParts): NodeList {
  return {
    async list(caller) {
      const target = { accountId: INSTALLATION_SCOPE, service: 'latchkey', resourceType: 'node' };
      await access.require(caller, 'latchkey.node.list', target);
      const now = clock.now();
      const others = await nodesThatMayLive(store, now);
      const own = presence.own();
      return [own, ...others.filter(({ id }) => id !== own.id)]
        .map((node) => ({ ...node, state: stateOf(node, now), answering: node.id === own.id }))
        .toSorted((left, right) => left.startedAt - right.startedAt || left.id.localeCompare(right.id));
    },
  };
}

function stateOf({ expiresAt, status }: Node, now: number): ListedNode['state'] {
  if (expiresAt <= now) return 'gone';
  if (status === undefined) return 'starting';
  return status.stopping ? 'stopping' : 'serving';
}
