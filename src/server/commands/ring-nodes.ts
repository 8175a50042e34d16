import { SYSTEM_CLOCK } from '../../clock/clock.ts';
import { type Node, nodesThatMayLive } from '../../nodes/node.ts';
import { idsOf, type KeyRing, PEPPER_RING, type RingKind } from '../../secrets/key-ring.ts';
import type { Store } from '../../store/store.ts';

/** Which running processes a ring's change must wait for. */
export interface RingNodesParts {
  readonly store: Store;
  readonly kind: RingKind;
  readonly ring: KeyRing;
  readonly say: (line: string) => void;
}

/**
 * Whether every process that may be alive makes new values with the ring's current key. One that does not would go on to
 * make what only a retired key opens, after that key is gone. Says which, and what to do.
 */
export async function everyNodeUsesCurrent({ store, kind, ring, say }: RingNodesParts): Promise<boolean> {
  const behind = (await nodesThatMayLive(store, SYSTEM_CLOCK.now())).filter(
    (node) => knownTo(node, kind)[0] !== ring.current.id,
  );
  for (const node of behind) {
    say(`${named(node)} still uses the ${kind.name} ${knownTo(node, kind)[0]}, not ${ring.current.id}.`);
  }
  if (behind.length > 0) {
    say('Nothing is ended. Start it again with the ring as it is now, or stop it, then run this again.');
    say('A process that was killed is forgotten a minute and a half later.');
  }
  return behind.length === 0;
}

/** Whether every process that may be alive knows all keys of the ring. Says which does not. */
export async function everyNodeKnowsAll({ store, kind, ring, say }: RingNodesParts): Promise<boolean> {
  let all = true;
  for (const node of await nodesThatMayLive(store, SYSTEM_CLOCK.now())) {
    const unknown = idsOf(ring).filter((id) => !knownTo(node, kind).includes(id));
    if (unknown.length === 0) continue;
    say(
      `${named(node)} does not know the ${kind.name} ${unknown.join(', ')}: start it again with the ring as it is now.`,
    );
    all = false;
  }
  return all;
}

const knownTo = (node: Node, kind: RingKind): readonly string[] =>
  kind === PEPPER_RING ? node.pepperIds : node.masterKeyIds;

const named = ({ id, startedAt }: Node): string =>
  `The process ${id}, started at ${new Date(startedAt).toISOString()},`;
