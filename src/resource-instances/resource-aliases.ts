import { randomUUID } from 'node:crypto';
import type { Caller } from '../access/caller.ts';
import { LimitReached } from '../problems/entity-problems.ts';
import { ParameterInvalid } from '../problems/request-problems.ts';
import { changeEntity } from '../store/change-entity.ts';
import { insert } from '../store/changes.ts';
import { firstEntityTag } from '../store/entity-tag.ts';
import type { Page } from '../store/store.ts';
import { untilUndisturbed } from '../store/until-undisturbed.ts';
import { type AliasListRequest, listAliases } from './alias-list.ts';
import { type AliasRemovalParts, removeAlias } from './alias-removal.ts';
import { existingAlias, recordedAliasChange, refuseDeletedAlias } from './existing-alias.ts';
import { activeInstance, existingInstance, instanceOf } from './existing-instance.ts';
import { RESOURCE_ALIASES, type ResourceAlias } from './resource-alias.ts';
import { instanceTarget, type ResourceInstance } from './resource-instance.ts';
import { targetCrnOf } from './target-crn.ts';

/** How many aliases an instance may have at once. */
export const MOST_ALIASES_OF_INSTANCE = 500;

/** What the maker of an alias chooses. */
export interface NewResourceAlias {
  readonly name: string;
  /** The instance: its id or its CRN. */
  readonly source: string;
  /** A CRN of whatever cloud. */
  readonly target: string;
}

/**
 * What may be done with aliases, which are named by their id or their CRN. Every function: @throws AccessDenied, NotFound
 * (missing, or another account's).
 */
export interface ResourceAliases {
  /** @throws Gone the instance was deleted @throws ParameterInvalid the target is no CRN @throws LimitReached */
  create(caller: Caller, chosen: NewResourceAlias): Promise<ResourceAlias>;
  /** Also one that was removed. */
  get(caller: Caller, id: string): Promise<ResourceAlias>;
  /** Those that the caller may retrieve; a page may be short, even empty, and have a `next`. */
  list(caller: Caller, request: AliasListRequest): Promise<Page<ResourceAlias>>;
  /**
   * Those of one instance, which the caller may retrieve; also of a removed one, which has none.
   * @param source the instance: its id or its CRN
   */
  listOf(caller: Caller, source: string, page: Omit<AliasListRequest, 'instanceId'>): Promise<Page<ResourceAlias>>;
  /** @throws Gone it was deleted */
  rename(caller: Caller, id: string, name: string): Promise<ResourceAlias>;
  /** As `removeAlias`. */
  remove(caller: Caller, id: string, options: { readonly recursive: boolean }): Promise<void>;
}

/** @returns the aliases of the instances of `store` */
export function resourceAliasesIn(parts: AliasRemovalParts): ResourceAliases {
  const { store, clock } = parts;
  return {
    create: (caller, chosen) => untilUndisturbed(() => createOne(parts, caller, chosen)),

    get: (caller, id) => existingAlias(parts, caller, id, 'retrieve'),

    list: (caller, request) => listAliases(parts, caller, request),

    async listOf(caller, source, page) {
      const { id: instanceId } = await existingInstance(parts, caller, source, 'retrieve');
      return listAliases(parts, caller, { ...page, instanceId });
    },

    rename: (caller, id, name) =>
      changeEntity({
        ...{ store, collection: RESOURCE_ALIASES, ifMatch: '*' },
        read: () => existingAlias(parts, caller, id, 'update'),
        next(before) {
          refuseDeletedAlias(before);
          return { name, state: 'active', modifiedAt: clock.now(), modifiedBy: caller.iamId };
        },
        also: (before, after) => [recordedAliasChange(caller, { verb: 'update', before, after, at: clock.now() })],
      }),

    remove: (caller, id, { recursive }) => removeAlias(parts, caller, id, recursive),
  };
}

async function createOne(
  { store, access, clock }: AliasRemovalParts,
  caller: Caller,
  { name, source, target }: NewResourceAlias,
): Promise<ResourceAlias> {
  const { accountId } = caller;
  const known = await instanceOf(store, accountId, source);
  await access.require(caller, 'resource-controller.alias.create', instanceTarget(known));
  const targetCrn = targetCrnOf(target);
  if (targetCrn === undefined) throw new ParameterInvalid('target', 'must be a CRN');
  const { instance, expected } = await activeInstance(store, accountId, known.id);
  const ofInstance = [instance.id, false];
  if (
    (await store.read(RESOURCE_ALIASES).count('byInstance', ofInstance, MOST_ALIASES_OF_INSTANCE)) >=
    MOST_ALIASES_OF_INSTANCE
  ) {
    throw new LimitReached(`A resource instance may have ${MOST_ALIASES_OF_INSTANCE} aliases.`);
  }
  const alias = newAlias(instance, { name, targetCrn }, { by: caller.iamId, at: clock.now() });
  await store.commit([
    expected,
    insert(RESOURCE_ALIASES, alias),
    recordedAliasChange(caller, { verb: 'create', before: undefined, after: alias, at: clock.now() }),
  ]);
  return alias;
}

function newAlias(
  { id: instanceId, accountId, service, region, resourceGroupId }: ResourceInstance,
  chosen: Pick<ResourceAlias, 'name' | 'targetCrn'>,
  { by, at }: { readonly by: string; readonly at: number },
): ResourceAlias {
  return {
    ...{ id: randomUUID(), entityTag: firstEntityTag(), accountId, instanceId, service, region, resourceGroupId },
    ...{ ...chosen, state: 'active', gone: false },
    ...{ createdAt: at, createdBy: by, modifiedAt: at, modifiedBy: by },
  };
}
