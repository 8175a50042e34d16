import type { Caller } from '../access/caller.ts';
import { API_KEYS, type ApiKey } from '../api-keys/api-key.ts';
import type { AuditedChange } from '../audit/audit-event.ts';
import { auditedBy } from '../audit/audited-by.ts';
import type { Clock } from '../clock/clock.ts';
import { EntityInUse, NotFound } from '../problems/entity-problems.ts';
import { changeEntity } from '../store/change-entity.ts';
import { type Change, expectUnchanged, remove, replace } from '../store/changes.ts';
import { nextEntityTag } from '../store/entity-tag.ts';
import type { Lease, Store } from '../store/store.ts';
import { untilUndisturbed } from '../store/until-undisturbed.ts';
import { planKeyRemoval, type TenantKeys } from '../tenant-keys/tenant-keys.ts';
import { type ExistingGroupParts, existingGroup } from './existing-group.ts';
import { GROUPED_KEYS, type GroupedKey } from './grouped-key.ts';
import { KEY_GROUPS, type KeyGroup, keyGroupAction, keyGroupCrn, MOST_KEYS_IN_GROUP } from './key-group.ts';

/** What the removal of groups stands on. */
export interface GroupRemovalParts extends ExistingGroupParts {
  readonly clock: Clock;
  readonly tenantKeys: Pick<TenantKeys, 'requireRemovable'>;
}

/** Each is four changes: its two rows, the cut-off of its tokens, the audit record. */
const KEYS_PER_COMMIT = 40;

/**
 * Ends a group: first it is looked whether it may go, while nobody can add a key to it; then it is decided, in one commit with the
 * record; then its keys go, in chunks, and the group last. A process that ends halfway leaves the decision, and background work goes
 * on from there.
 * @throws AccessDenied, NotFound, EntityInUse
 */
export async function removeGroup(
  parts: GroupRemovalParts,
  caller: Caller,
  { id, recursive }: { readonly id: string; readonly recursive: boolean },
): Promise<void> {
  let isDecided = false;
  try {
    await untilUndisturbed(async () => {
      const begun = await begin(parts, caller, id);
      const removing = begun.state === 'removing' ? begun : await decided(parts, caller, begun, recursive);
      isDecided = true;
      await finishGroupRemoval(parts, caller, removing);
    });
  } catch (error) {
    // Background work was faster with the rest.
    if (!(isDecided && error instanceof NotFound)) throw error;
  }
}

const begin = (parts: GroupRemovalParts, caller: Caller, id: string): Promise<KeyGroup> =>
  changeEntity({
    ...{ store: parts.store, collection: KEY_GROUPS, ifMatch: '*', also: () => [] },
    read: () => existingGroup(parts, caller, { id, verb: 'delete' }),
    next: ({ state }) => ({ state: state === 'removing' ? state : 'ending' }),
  });

/** Nothing is removed when one of the keys cannot be: they are expected to be as they were looked at. */
async function decided(
  { store, clock, tenantKeys }: GroupRemovalParts,
  caller: Caller,
  ending: KeyGroup,
  recursive: boolean,
): Promise<KeyGroup> {
  const apiKeys = (await heldKeys(store, ending, 2 * MOST_KEYS_IN_GROUP)).flatMap(({ apiKey }) => apiKey ?? []);
  try {
    if (!recursive && apiKeys.length > 0) throw hasKeys();
    await Promise.all(apiKeys.map((apiKey) => tenantKeys.requireRemovable(caller, apiKey)));
    if (apiKeys.some(({ locked }) => locked)) throw hasLockedKey();
  } catch (refusal) {
    await store.commit([replace(KEY_GROUPS, changedGroup(ending, { state: 'active' }), ending.entityTag)]);
    throw refusal;
  }
  const at = clock.now();
  const removing = changedGroup(ending, { state: 'removing', modifiedAt: at });
  await store.commit([
    replace(KEY_GROUPS, removing, ending.entityTag),
    ...apiKeys.map((apiKey) => expectUnchanged(API_KEYS, apiKey)),
    auditedBy(caller, recordedGroupChange({ verb: 'delete', before: ending, at })),
  ]);
  return removing;
}

/**
 * Takes away the keys of a group that is `removing`, each refused from then on, and then the group. May be begun again, also by two at
 * once. Asks for no right: who decided it had it.
 * @param caller `undefined`: the service itself, which finishes what somebody began
 * @throws EntityInUse a key was locked since it was decided: it stays, and the group with it
 */
export async function finishGroupRemoval(
  { store, clock }: { readonly store: Store; readonly clock: Clock },
  caller: Caller | undefined,
  removing: KeyGroup,
  under?: Lease,
): Promise<void> {
  const options = under === undefined ? {} : { under };
  for (;;) {
    const held = await heldKeys(store, removing, KEYS_PER_COMMIT);
    if (held.length === 0) break;
    if (held.some(({ apiKey }) => apiKey?.locked === true)) {
      const kept = changedGroup(removing, { state: 'active', modifiedAt: clock.now() });
      const record = recordedGroupChange({ verb: 'update', before: removing, after: kept, at: clock.now() });
      await store.commit([replace(KEY_GROUPS, kept, removing.entityTag), auditedBy(caller, record)], options);
      throw hasLockedKey();
    }
    const at = clock.now();
    const changes = held.flatMap(({ groupedKey, apiKey }): readonly Change[] => [
      remove(GROUPED_KEYS, groupedKey),
      // A row that is alone is none that we made; left there, it would keep this going for ever.
      ...(apiKey === undefined ? [] : planKeyRemoval(apiKey, { caller, at })),
    ]);
    await store.commit(changes, options);
  }
  await store.commit([remove(KEY_GROUPS, removing)], options);
}

async function heldKeys(
  store: Store,
  { id }: KeyGroup,
  limit: number,
): Promise<readonly { readonly groupedKey: GroupedKey; readonly apiKey: ApiKey | undefined }[]> {
  const { rows } = await store.read(GROUPED_KEYS).page('ofGroup', { equals: [id], limit });
  return Promise.all(
    rows.map(async (groupedKey) => ({ groupedKey, apiKey: await store.read(API_KEYS).get(groupedKey.id) })),
  );
}

/** @returns the group after a change of it */
export const changedGroup = (before: KeyGroup, change: Partial<KeyGroup>): KeyGroup => ({
  ...{ ...before, ...change },
  entityTag: nextEntityTag(before.entityTag),
});

/** What happened to a group. */
export interface RecordedGroupChange {
  readonly verb: 'create' | 'update' | 'delete';
  readonly before?: KeyGroup | undefined;
  readonly after?: KeyGroup | undefined;
  readonly at: number;
}

/** @returns what the audit record says of it */
export function recordedGroupChange({ verb, before, after, at }: RecordedGroupChange): AuditedChange {
  const { accountId = '', id = '' } = after ?? before ?? {};
  return {
    ...{ at, action: keyGroupAction(verb), accountId, target: keyGroupCrn({ accountId, id }), targetId: id },
    ...{ before: before && auditedGroup(before), after: after && auditedGroup(after) },
  };
}

const auditedGroup = ({ name, description }: KeyGroup) => ({ name, description });

const hasKeys = (): EntityInUse =>
  new EntityInUse('The key group has keys.', { details: 'Delete them first, or delete the group with its keys.' });

const hasLockedKey = (): EntityInUse =>
  new EntityInUse('A key of the group is locked.', { details: 'Unlock it first.' });
