import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Clock } from '../clock/clock.ts';
import { idsOf, type KeyRing } from '../secrets/key-ring.ts';
import { insert, remove, replace } from '../store/changes.ts';
import { firstEntityTag, nextEntityTag } from '../store/entity-tag.ts';
import type { Store } from '../store/store.ts';
import { NODE_LIFE_MILLISECONDS, NODES, type Node } from './node.ts';
import type { NodeStatus } from './node-status.ts';

/** The row that a process keeps about itself. */
export interface Presence {
  /** This process's id in `NODES`. */
  readonly nodeId: string;
  /** From now on the row tells how the process is doing as well, a second after it has changed in what matters at the latest. */
  report(status: () => NodeStatus): void;
  /** The row as it would be written now. */
  own(): Node;
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
  /** Its number among the workers of one start; absent when it serves alone. */
  readonly worker?: number | undefined;
  /** How often the row is written anew. Default: 10,000 ms. */
  readonly renewMilliseconds?: number;
  /** Told when the row could not be written; it is tried again. */
  readonly onError: (cause: unknown) => void;
}

const RENEW_MILLISECONDS = 10_000;
/** For the first time not at once: the first exchanges of a process have better use for the store. */
const REPORT_MILLISECONDS = 1_000;

/** Makes this process known before it returns, and keeps it known until it is closed. */
export async function announcePresence(parts: PresenceParts): Promise<Presence> {
  const { store, renewMilliseconds = RENEW_MILLISECONDS, onError } = parts;
  let status: (() => NodeStatus) | undefined;
  let told: string | undefined;
  const rowNow = nodeRows(parts);
  const own = (): Node => rowNow(firstEntityTag(), status?.());
  const { id: nodeId } = own();

  // Read first: the row may have been swept while this process stood still, or the last write's outcome be unknown.
  const write = async (): Promise<void> => {
    const now = status?.();
    // Also when it then cannot be written: a store that is away is not asked every second.
    told = now && whatMattersIn(now);
    const known = await store.read(NODES).get(nodeId);
    const node = rowNow(known === undefined ? firstEntityTag() : nextEntityTag(known.entityTag), now);
    await store.commit([known === undefined ? insert(NODES, node) : replace(NODES, node, known.entityTag)]);
  };

  await write();
  let writing: Promise<void> | undefined;
  const renew = (): void => {
    writing ??= write()
      .catch(onError)
      .finally(() => {
        writing = undefined;
      });
  };
  const renewing = setInterval(renew, renewMilliseconds).unref();
  let reporting: NodeJS.Timeout | undefined;

  return {
    nodeId,
    own,
    report(source) {
      status = source;
      reporting = setInterval(() => {
        if (whatMattersIn(source()) !== told) renew();
      }, REPORT_MILLISECONDS).unref();
    },
    async close() {
      clearInterval(renewing);
      clearInterval(reporting);
      await writing;
      const known = await store.read(NODES).get(nodeId);
      if (known !== undefined) await store.commit([remove(NODES, known)]);
    },
  };
}

const whatMattersIn = ({ stopping, freshness, backgroundWork }: NodeStatus): string =>
  [stopping, freshness, backgroundWork].join();

/** @returns what makes the row of this process as it is at the time of the call */
function nodeRows({ clock, version, pepper, masterKey, worker }: PresenceParts) {
  const always = {
    ...{ id: randomUUID(), version, hostName: hostname(), pid: process.pid, startedAt: clock.now() },
    ...(worker !== undefined && { worker }),
  };
  return (entityTag: string, status: NodeStatus | undefined): Node => {
    const seenAt = clock.now();
    return {
      ...always,
      entityTag,
      seenAt,
      expiresAt: seenAt + NODE_LIFE_MILLISECONDS,
      pepperIds: idsOf(pepper),
      masterKeyIds: idsOf(masterKey),
      ...(status !== undefined && { status }),
    };
  };
}
