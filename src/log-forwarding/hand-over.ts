import type { SpoolPosition } from '../spool/spool.ts';
import { insert, remove, replace } from '../store/changes.ts';
import { defineCollection, type Entity } from '../store/collection.ts';
import { firstEntityTag, nextEntityTag } from '../store/entity-tag.ts';
import { everyPage } from '../store/every-page.ts';
import type { Lease, Store } from '../store/store.ts';

/** How far the lines of an instance were handed over to the sink. */
export interface HandOver extends Entity {
  /** Of the instance. */
  readonly id: string;
  readonly position: SpoolPosition;
  /** When it came so far, milliseconds. */
  readonly at: number;
}

/** One row for each instance of which lines were handed over. */
export const HAND_OVERS = defineCollection<HandOver>()('log_hand_overs', {
  fields: { id: 'string', entityTag: 'string', position: 'json', at: 'integer' },
  indexes: { byAge: { fields: ['at', 'id'] } },
});

/** Where forwarding goes on after a crash, and what may be removed. */
export interface HandOvers {
  /** @returns how far it has come; nothing, when nothing was handed over */
  positionOf(instanceId: string): Promise<SpoolPosition>;
  /** @throws LeaseLost  another process forwards by now */
  record(instanceId: string, position: SpoolPosition, at: number, under: Lease): Promise<void>;
  /** Forgets instances of which nothing is kept any more. @throws LeaseLost */
  forgetAllBut(instanceIds: ReadonlySet<string>, under: Lease): Promise<void>;
}

const ROWS = 100;

/** Keeps positions in the store: they are committed under the lease, so that a paused old holder sets none back. */
export function handOversIn(store: Store): HandOvers {
  const rows = store.read(HAND_OVERS);
  return {
    positionOf: async (instanceId) => (await rows.get(instanceId))?.position ?? {},
    async record(instanceId, position, at, under) {
      const before = await rows.get(instanceId);
      const common = { id: instanceId, position, at };
      const change =
        before === undefined
          ? insert(HAND_OVERS, { ...common, entityTag: firstEntityTag() })
          : replace(HAND_OVERS, { ...common, entityTag: nextEntityTag(before.entityTag) }, before.entityTag);
      await store.commit([change], { under });
    },
    async forgetAllBut(instanceIds, under) {
      for await (const page of everyPage(rows, 'byAge', { equals: [], limit: ROWS })) {
        const gone = page.filter(({ id }) => !instanceIds.has(id)).map((row) => remove(HAND_OVERS, row));
        if (gone.length > 0) await store.commit(gone, { under });
      }
    },
  };
}
