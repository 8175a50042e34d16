import { randomUUID } from 'node:crypto';
import type { Clock } from '../clock/clock.ts';
import { idsOf, type KeyRing } from '../secrets/key-ring.ts';
import { insert, remove, replace } from '../store/changes.ts';
import { firstEntityTag, nextEntityTag } from '../store/entity-tag.ts';
import type { Store } from '../store/store.ts';
import { NODE_LIFE_MILLISECONDS, NODES, type Node } from './node.ts';

/** The row that a process keeps about itself. */
export interface Presence {
  /** This process's id in `NODES`. */
  readonly nodeId: string;
  /** Takes the row away: this process writes nothing any more. */
  close(): Promise<void>;
}

/** What a process tells of itself. */
export interface PresenceParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly version: string;
  readonly pepper: KeyRing;
  readonly masterKey: KeyRing;
  /** How often the row is written anew. Default: 10,000 ms. */
  readonly renewMilliseconds?: number;
  /** Told when the row could not be written; it is tried again. */
  readonly onError: (cause: unknown) => void;
}

const RENEW_MILLISECONDS = 10_000;

/** Makes this process known before it returns, and keeps it known until it is closed. */
export async function announcePresence(parts: PresenceParts): Promise<Presence> {
  const { store, clock, version, pepper, masterKey, renewMilliseconds = RENEW_MILLISECONDS, onError } = parts;
  const nodeId = randomUUID();
  const startedAt = clock.now();

  // Read first: the row may have been swept while this process stood still, or the last write's outcome be unknown.
  const write = async (): Promise<void> => {
    const known = await store.read(NODES).get(nodeId);
    const seenAt = clock.now();
    const node: Node = {
      id: nodeId,
      entityTag: known === undefined ? firstEntityTag() : nextEntityTag(known.entityTag),
      version,
      startedAt,
      seenAt,
      expiresAt: seenAt + NODE_LIFE_MILLISECONDS,
      pepperIds: idsOf(pepper),
      masterKeyIds: idsOf(masterKey),
    };
    await store.commit([known === undefined ? insert(NODES, node) : replace(NODES, node, known.entityTag)]);
  };

  await write();
  let writing: Promise<void> | undefined;
  const renewing = setInterval(() => {
    writing ??= write()
      .catch(onError)
      .finally(() => {
        writing = undefined;
      });
  }, renewMilliseconds).unref();

  return {
    nodeId,
    async close() {
      clearInterval(renewing);
      await writing;
      const known = await store.read(NODES).get(nodeId);
      if (known !== undefined) await store.commit([remove(NODES, known)]);
    },
  };
}
