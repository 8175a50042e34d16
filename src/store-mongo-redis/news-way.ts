import type { Change } from '../store/changes.ts';
import type { Entity } from '../store/collection.ts';

/** That something was committed. The entity is there only for immutable collections: of others no way keeps the order. */
export interface News {
  readonly collection: string;
  readonly id: string;
  readonly entity: Entity | undefined;
}

/** Takes in what other processes have committed. */
export type HearNews = (news: readonly News[]) => void;

/** A way on which processes hear of each other's commits. It only repeats what is durable in MongoDB. */
export interface NewsWay {
  /** Tells the others. Never throws. @returns when they have taken it in, or the way does not wait for them (any longer) */
  tell(news: readonly News[]): Promise<void>;
  /** @returns milliseconds that what was heard may be late */
  age(): number;
  close(): Promise<void>;
}

/** Opens a way; from then on all that others tell is heard. */
export type OpenNewsWay = (hear: HearNews) => Promise<NewsWay>;

/**
 * A commit waits for so long for the processes of its node to take it in, and is answered then. So a process that has not
 * heard from the others for longer may not know what was answered, and must not believe its memory.
 */
export const SIBLINGS_MILLISECONDS = 500;

/** @returns what other processes must hear of a commit */
export function newsOf(changes: readonly Change[]): readonly News[] {
  return changes.flatMap((change) => {
    if (!change.collection.followed || change.kind === 'expect') return [];
    const { name: collection, immutable } = change.collection;
    if ('entity' in change) {
      return { collection, id: change.entity.id, entity: immutable ? change.entity : undefined };
    }
    return { collection, id: change.id, entity: undefined };
  });
}
