import type { Access } from '../access/access.ts';
import type { ApiKeyMakerParts } from '../api-keys/new-api-key.ts';
import { goesWithResourceKey } from '../api-keys/part-of-resource-key.ts';
import { refuseLockedKey } from '../api-keys/refuse-locked.ts';
import type { Clock } from '../clock/clock.ts';
import { NotFound } from '../problems/entity-problems.ts';
import { instanceOf, refuseDeleted } from '../resource-instances/existing-instance.ts';
import { instanceCrn, RESOURCE_INSTANCES, type ResourceInstance } from '../resource-instances/resource-instance.ts';
import type { IndexValue } from '../store/collection.ts';
import { readListing } from '../store/listing.ts';
import type { Store } from '../store/store.ts';
import { untilUndisturbed } from '../store/until-undisturbed.ts';
import { planRemoval } from './end-ingestion-keys.ts';
import {
  changedKey,
  type HeldIngestionKey,
  recordOfKey,
  replaced,
  secretOfKey,
  withApiKeys,
} from './held-ingestion-key.ts';
import { INGESTION_KEYS, type IngestionKey, type IngestionKeyType } from './ingestion-key.ts';
import { requireRoomForOne, touched } from './key-limits.ts';
import { type KeyManager, type KeyVerb, requireActive, requireManaging } from './key-manager.ts';
import { planIngestionKey } from './new-ingestion-key.ts';
import { planRotation } from './plan-rotation.ts';

/** A key, as those see it who may manage it. */
export interface ShownIngestionKey extends HeldIngestionKey {
  readonly instance: ResourceInstance;
  /** Its value; `undefined`: it was shown once. */
  readonly secret: string | undefined;
}

/** A key in the place of another one. */
export interface RotatedIngestionKey extends ShownIngestionKey {
  readonly previous: { readonly id: string; readonly endsAt: number };
}

/** One page of the keys of an instance, the oldest first. */
export interface IngestionKeyListRequest {
  /** A GUID or a cloud resource name. */
  readonly instance: string;
  /** Absent: of both. */
  readonly type?: IngestionKeyType | undefined;
  readonly after?: readonly IndexValue[] | undefined;
  readonly limit: number;
}

/** A new key. */
export interface ChosenIngestionKey {
  /** A GUID or a cloud resource name. */
  readonly instance: string;
  readonly type: IngestionKeyType;
  readonly name: string;
}

/** What may be changed; an absent field stays as it is. */
export interface IngestionKeyChange {
  readonly name?: string | undefined;
  readonly disabled?: boolean | undefined;
  readonly locked?: boolean | undefined;
}

/** The keys of instances. Every function: @throws AccessDenied, NotFound (missing, or of another account or instance). */
export interface IngestionKeys {
  /** @throws Gone the instance was deleted @throws LimitReached @throws ParameterInvalid the instance takes no log lines */
  create(manager: KeyManager, chosen: ChosenIngestionKey): Promise<ShownIngestionKey>;
  list(
    manager: KeyManager,
    request: IngestionKeyListRequest,
  ): Promise<{ readonly rows: readonly ShownIngestionKey[]; readonly next: readonly IndexValue[] | undefined }>;
  get(manager: KeyManager, id: string): Promise<ShownIngestionKey>;
  /** Disabling ends it at once, also when it is locked. @throws EntityLocked */
  update(manager: KeyManager, id: string, change: IngestionKeyChange): Promise<ShownIngestionKey>;
  /** It is refused when this returns. @throws EntityLocked @throws EntityInUse it goes with a resource key */
  remove(manager: KeyManager, id: string): Promise<void>;
  /**
   * Makes a key in the place of another one, which ends after the overlap; without one it is refused when this returns.
   * @throws EntityExists it was rotated before @throws EntityLocked @throws Gone the instance was deleted @throws LimitReached
   */
  rotate(manager: KeyManager, id: string, overlapSeconds: number): Promise<RotatedIngestionKey>;
}

/** What the keys stand on. */
export interface IngestionKeysParts extends ApiKeyMakerParts {
  readonly store: Store;
  readonly access: Access;
  readonly clock: Clock;
}

/** @returns the keys of the instances in `store` */
export function ingestionKeysIn(parts: IngestionKeysParts): IngestionKeys {
  const { store, access, clock, sealing } = parts;
  const reader = store.read(INGESTION_KEYS);

  const named = async (manager: KeyManager, name: string, verb: KeyVerb): Promise<ResourceInstance> => {
    const instance = await instanceOf(store, manager.accountId, name);
    if (!mayBe(manager, instance)) throw notFound();
    await requireManaging(access, manager, instance, verb);
    return instance;
  };

  const existing = async (manager: KeyManager, id: string, verb: KeyVerb): Promise<KeyOfInstance> => {
    const row = await reader.get(id);
    // One answer for "missing" and "another account's": ids of other tenants cannot be probed. So for another instance's,
    // which is as much to the holder of a service key.
    if (row?.accountId !== manager.accountId || row.endsAt <= clock.now()) throw notFound();
    const instance = await store.read(RESOURCE_INSTANCES).get(row.instanceId);
    const [key] = await withApiKeys(store, [row]);
    if (instance === undefined || key === undefined || !mayBe(manager, instance)) throw notFound();
    await requireManaging(access, manager, instance, verb);
    return { ...key, instance };
  };

  const shown = (key: KeyOfInstance): ShownIngestionKey => ({ ...key, secret: secretOfKey(sealing, key) });

  return {
    create: (manager, { instance: instanceName, type, name }) =>
      untilUndisturbed(async () => {
        const instance = await named(manager, instanceName, 'create');
        refuseDeleted(instance);
        requireActive(instance);
        await requireRoomForOne(store, instance, type);
        const { ingestionKey, apiKey, secret, changes } = planIngestionKey(
          parts,
          { instance, type, name },
          manager,
          clock.now(),
        );
        await store.commit([touched(instance), ...changes]);
        return { instance, ingestionKey, apiKey, secret };
      }),

    async list(manager, { instance: instanceName, type, after, limit }) {
      const instance = await named(manager, instanceName, 'list');
      const now = clock.now();
      const matches = (row: IngestionKey) => row.endsAt > now && (type === undefined || row.type === type);
      const request = { equals: [instance.id], after, limit };
      const { rows, next } = await readListing({
        ...{ reader, collection: INGESTION_KEYS, index: 'ofInstance', request, matches },
      });
      return { rows: (await withApiKeys(store, rows)).map((key) => shown({ ...key, instance })), next };
    },

    get: async (manager, id) => shown(await existing(manager, id, 'list')),

    update: (manager, id, change) =>
      untilUndisturbed(async () => {
        const before = await existing(manager, id, 'update');
        refuseLockedKey(before.apiKey, change);
        const { name = before.apiKey.name, disabled = before.apiKey.disabled, locked = before.apiKey.locked } = change;
        const { instance } = before;
        const after = changedKey(before, { ingestionKey: { name }, apiKey: { name, disabled, locked } }, clock.now());
        const record = recordOfKey({ verb: 'update', instance, before, after, at: clock.now() }, manager);
        await store.commit([...replaced(before, after), record]);
        return shown({ ...after, instance });
      }),

    remove: (manager, id) =>
      untilUndisturbed(async () => {
        const key = await existing(manager, id, 'delete');
        refuseLockedKey(key.apiKey, {});
        refusePartOfResourceKey(manager, key);
        await store.commit(planRemoval(key.instance, [key], { caller: manager, at: clock.now() }));
      }),

    rotate: (manager, id, overlapSeconds) =>
      untilUndisturbed(async () => {
        // A rotation makes one and ends one.
        const before = await existing(manager, id, 'create');
        const { instance } = before;
        await requireManaging(access, manager, instance, 'delete');
        refuseLockedKey(before.apiKey, {});
        refuseDeleted(instance);
        requireActive(instance);
        const { next, endsAt, changes } = await planRotation(parts, before, manager, overlapSeconds);
        await store.commit([touched(instance), ...changes]);
        const { ingestionKey, apiKey, secret } = next;
        return { instance, ingestionKey, apiKey, secret, previous: { id, endsAt } };
      }),
  };
}

type KeyOfInstance = HeldIngestionKey & { readonly instance: ResourceInstance };

/** Whether the instance is one with whose keys the manager has to do. */
const mayBe = ({ instance: name }: KeyManager, instance: ResourceInstance): boolean =>
  name === undefined || name === instance.id || name === instanceCrn(instance);

/**
 * The console knows resource keys, and where they are deleted; the service's own configuration does not, and whoever finds a key in
 * wrong hands there must be able to take it away. One that was rotated only waits for its end: a bundle shows the next.
 */
function refusePartOfResourceKey({ way }: KeyManager, { ingestionKey }: HeldIngestionKey): void {
  const { resourceKeyId, successorId } = ingestionKey;
  if (way !== 'console' || resourceKeyId === undefined || successorId !== undefined) return;
  throw goesWithResourceKey(resourceKeyId);
}

const notFound = (): NotFound => new NotFound('The key could not be found.');
