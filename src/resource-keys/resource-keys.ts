import type { Caller } from '../access/caller.ts';
import { Gone, LimitReached, NotFound } from '../problems/entity-problems.ts';
import { ParameterInvalid } from '../problems/request-problems.ts';
import { RESOURCE_INSTANCES, type ResourceInstance } from '../resource-instances/resource-instance.ts';
import { replace } from '../store/changes.ts';
import { nextEntityTag } from '../store/entity-tag.ts';
import { staleWhenTaken } from '../store/overtaken.ts';
import type { Page } from '../store/store.ts';
import { untilUndisturbed } from '../store/until-undisturbed.ts';
import { type Credentials, credentialsFor, type ShowCredentials } from './credentials.ts';
import { type KeyListRequest, type KnownKey, listKeys } from './key-list.ts';
import { type KeyVerb, requireKeyRight } from './key-rights.ts';
import { sourceNamed } from './key-source.ts';
import { RECORDS } from './made-parts.ts';
import { type KeyMakerParts, type NewResourceKey, planResourceKey } from './plan-key.ts';
import { MOST_KEYS_OF_INSTANCE, planKeyRemoval } from './remove-key.ts';
import { type CredentialKind, RESOURCE_KEYS, type ResourceKey } from './resource-key.ts';

/** A key as somebody sees it. */
export interface ShownKey {
  readonly key: ResourceKey;
  readonly instance: ResourceInstance;
  readonly credentials: Credentials;
}

/** What may be done with resource keys, and bindings. Every function: @throws AccessDenied, NotFound (missing, or another account's). */
export interface ResourceKeys {
  /**
   * Makes a key with everything that belongs to it, all or none.
   * @param sourceId that of an instance, or of an alias
   * @returns it with its values, whatever is shown of them later
   * @throws Gone  the source was deleted @throws LimitReached @throws ParameterInvalid, EntityLocked as of `planResourceKey`
   */
  create(caller: Caller, sourceId: string, chosen: NewResourceKey): Promise<ShownKey>;
  /** Also a removed one, without its values. */
  get(caller: Caller, kind: CredentialKind, id: string): Promise<ShownKey>;
  /** Only those that the caller may retrieve: a page may be short, even empty, and have a `next`. */
  list(caller: Caller, request: KeyListRequest): Promise<Page<ShownKey>>;
  /** The same of one instance or alias. */
  listOf(caller: Caller, sourceId: string, request: KeyListRequest): Promise<Page<ShownKey>>;
  /** @throws Gone  it was removed */
  rename(
    caller: Caller,
    kind: CredentialKind,
    change: { readonly id: string; readonly name: string },
  ): Promise<ShownKey>;
  /** Removes all that was made with it; its tokens are refused when this returns. @throws Gone  it was removed before */
  remove(caller: Caller, kind: CredentialKind, id: string): Promise<void>;
}

/** @returns the resource keys of `store` */
export function resourceKeysIn(parts: KeyMakerParts): ResourceKeys {
  const { store, access, clock } = parts;

  const existing = async (caller: Caller, { kind, id, verb }: NamedKey): Promise<KnownKey> => {
    const key = await store.read(RESOURCE_KEYS).get(id);
    const instance = key && (await store.read(RESOURCE_INSTANCES).get(key.instanceId));
    // One answer for "missing" and "another account's": ids of other tenants cannot be probed.
    if (key?.accountId !== caller.accountId || key.kind !== kind || instance === undefined) {
      throw new NotFound(`${WORDS[kind]} could not be found.`);
    }
    await requireKeyRight(access, caller, verb, instance);
    if (verb !== 'retrieve' && key.state === 'removed') throw new Gone(`${WORDS[kind]} was deleted before.`);
    return { key, instance };
  };

  const shownBy =
    (show: ShowCredentials) =>
    async ({ key, instance }: KnownKey): Promise<ShownKey> => ({
      ...{ key, instance },
      credentials: await show(key, instance),
    });

  const list: ResourceKeys['list'] = async (caller, request) => {
    const { rows, next } = await listKeys(parts, caller, request);
    return { rows: await Promise.all(rows.map(shownBy(credentialsFor(parts, caller)))), next };
  };

  return {
    create: (caller, sourceId, chosen) => untilUndisturbed(() => createOne(parts, caller, sourceId, chosen)),

    get: async (caller, kind, id) =>
      shownBy(credentialsFor(parts, caller))(await existing(caller, { kind, id, verb: 'retrieve' })),

    list: (caller, request) => list(caller, request),

    async listOf(caller, sourceId, request) {
      const { instance } = await sourceNamed(store, caller, sourceId);
      await requireKeyRight(access, caller, 'retrieve', instance);
      return list(caller, { ...request, sourceId });
    },

    rename: (caller, kind, { id, name }) =>
      untilUndisturbed(async () => {
        const { key: before, instance } = await existing(caller, { kind, id, verb: 'update' });
        const now = clock.now();
        const after: ResourceKey = {
          ...{ ...before, entityTag: nextEntityTag(before.entityTag), name },
          ...{ modifiedAt: now, modifiedBy: caller.iamId },
        };
        await store.commit([
          replace(RESOURCE_KEYS, after, before.entityTag),
          RECORDS.key({ caller, now }, instance, { verb: 'update', before, after }),
        ]);
        return shownBy(credentialsFor(parts, caller))({ key: after, instance });
      }),

    remove: (caller, kind, id) =>
      untilUndisturbed(async () => {
        const known = await existing(caller, { kind, id, verb: 'delete' });
        await store.commit(await planKeyRemoval({ store, ...known, doing: { caller, now: clock.now() } }));
      }),
  };
}

interface NamedKey {
  readonly kind: CredentialKind;
  readonly id: string;
  readonly verb: KeyVerb;
}

const WORDS: Readonly<Record<CredentialKind, string>> = { key: 'The resource key', binding: 'The resource binding' };

async function createOne(
  parts: KeyMakerParts,
  caller: Caller,
  sourceId: string,
  chosen: NewResourceKey,
): Promise<ShownKey> {
  const { store, access } = parts;
  const source = await sourceNamed(store, caller, sourceId);
  const { instance } = source;
  await requireKeyRight(access, caller, 'create', instance);
  if (chosen.kind === 'binding' && source.alias === undefined) {
    throw new ParameterInvalid('source', 'must name a resource alias');
  }
  const ofInstance = [instance.id, 'active'];
  if (
    (await store.read(RESOURCE_KEYS).count('byInstance', ofInstance, MOST_KEYS_OF_INSTANCE)) >= MOST_KEYS_OF_INSTANCE
  ) {
    throw new LimitReached(`A resource instance may have ${MOST_KEYS_OF_INSTANCE} keys and bindings.`);
  }
  const { key, bundle, changes } = await planResourceKey(parts, caller, chosen, source);
  // Another key may begin at this moment to give the same service ID the same role: the next attempt finds its policy.
  await staleWhenTaken(() => store.commit(changes));
  return { key, instance, credentials: { shown: true, bundle } };
}
