import type { Caller } from '../access/caller.ts';
import type { Clock } from '../clock/clock.ts';
import { EntityInUse } from '../problems/entity-problems.ts';
import type { ResourceInstance } from '../resource-instances/resource-instance.ts';
import type { Change } from '../store/changes.ts';
import type { Store } from '../store/store.ts';
import { untilUndisturbed } from '../store/until-undisturbed.ts';
import { planKeyRemoval } from './remove-key.ts';
import { RESOURCE_KEYS, type ResourceKey } from './resource-key.ts';

/** What ending keys stands on. */
export interface EndKeysParts {
  readonly store: Store;
  readonly clock: Clock;
}

/** @returns what to refuse with when an instance has a key or binding; `undefined`: it has none */
export async function keysOfInstance(store: Store, { id }: ResourceInstance): Promise<EntityInUse | undefined> {
  const { rows } = await store.read(RESOURCE_KEYS).page('byInstance', { equals: [id, 'active'], limit: 1 });
  return rows[0] && inUse('The resource instance', rows[0]);
}

/** @returns the same of an alias */
export async function keysOfAlias(store: Store, aliasId: string): Promise<EntityInUse | undefined> {
  const [first] = await someOfAlias(store, aliasId);
  return first && inUse('The resource alias', first);
}

/** Each is at most 19 changes, unless its ingestion keys were rotated. */
const KEYS_PER_COMMIT = 8;

/**
 * Removes every key and binding of an instance, in chunks; each chunk's tokens are refused when it is committed. Nothing may be
 * made for the instance any more, or it would not end. Asks for no right: whoever removes the instance has. Repeated after a crash, it goes on.
 */
export async function endResourceKeysOfInstance(
  { store, clock }: EndKeysParts,
  caller: Caller | undefined,
  instance: ResourceInstance,
): Promise<void> {
  const removeSome = async (): Promise<boolean> => {
    const request = { equals: [instance.id, 'active'], limit: KEYS_PER_COMMIT };
    const { rows } = await store.read(RESOURCE_KEYS).page('byInstance', request);
    const doing = { caller, now: clock.now() };
    const plans = await Promise.all(
      rows.map((key) => planKeyRemoval({ store, key, instance, doing, withInstance: true })),
    );
    const some = fitting(plans);
    if (some.length > 0) await store.commit(some);
    return some.length > 0;
  };
  while (await untilUndisturbed(removeSome)) {
    // Until none is left.
  }
}

/** The same of an alias: its instance, and keys of that, stay. Nothing may be made for the alias any more. */
export async function endResourceKeysOfAlias(
  { store, clock }: EndKeysParts,
  caller: Caller | undefined,
  { aliasId, instance }: { readonly aliasId: string; readonly instance: ResourceInstance },
): Promise<void> {
  const removeOne = async (): Promise<boolean> => {
    const [key] = await someOfAlias(store, aliasId);
    if (key === undefined) return false;
    await store.commit(await planKeyRemoval({ store, key, instance, doing: { caller, now: clock.now() } }));
    return true;
  };
  while (await untilUndisturbed(removeOne)) {
    // Until none is left.
  }
}

const MOST_CHANGES = 200;

/** @returns as many of the plans, from the first on, as one commit takes; a plan is never torn */
function fitting(plans: readonly (readonly Change[])[]): readonly Change[] {
  const changes: Change[] = [];
  for (const plan of plans) {
    if (changes.length > 0 && changes.length + plan.length > MOST_CHANGES) break;
    changes.push(...plan);
  }
  return changes;
}

async function someOfAlias(store: Store, aliasId: string): Promise<readonly ResourceKey[]> {
  const kinds = ['binding', 'key'] as const;
  const reader = store.read(RESOURCE_KEYS);
  const pages = await Promise.all(
    kinds.map((kind) => reader.page('bySource', { equals: [aliasId, kind, 'active'], limit: 1 })),
  );
  return pages.flatMap(({ rows }) => rows);
}

const inUse = (what: string, { kind, id }: ResourceKey): EntityInUse =>
  new EntityInUse(`${what} has a resource ${kind}.`, {
    details: `Delete the resource ${kind} ${id} first, or ask for a recursive deletion.`,
  });
