import type { Access } from '../access/access.ts';
import type { Caller } from '../access/caller.ts';
import type { Clock } from '../clock/clock.ts';
import { EntityLocked, EntityTagStale, LimitReached } from '../problems/entity-problems.ts';
import { ParameterInvalid } from '../problems/request-problems.ts';
import { expectActiveGroup } from '../resource-groups/expect-active-group.ts';
import { changeEntity } from '../store/change-entity.ts';
import { insert } from '../store/changes.ts';
import type { Page, Store } from '../store/store.ts';
import { untilUndisturbed } from '../store/until-undisturbed.ts';
import { existingInstance, recordedChange, refuseDeleted } from './existing-instance.ts';
import type { InstanceHooks } from './instance-hooks.ts';
import { type InstanceListRequest, listInstances } from './instance-list.ts';
import { type NewInstance, newInstance, planIn } from './new-instance.ts';
import { RESOURCE_INSTANCES, type ResourceInstance } from './resource-instance.ts';

/** How many instances an account may have, those that wait to be reclaimed among them. */
export const MOST_INSTANCES = 5_000;

/** How often the plan of one instance may be changed: all of them are kept and shown with it. */
export const MOST_PLAN_CHANGES = 100;

/** What may be changed later; an absent field stays as it is. */
export interface InstanceChange {
  readonly name?: string | undefined;
  readonly planId?: string | undefined;
  /** In the place of all that were there. */
  readonly parameters?: Readonly<Record<string, unknown>> | undefined;
  readonly allowCleanup?: boolean | undefined;
  readonly onetimeCredentials?: boolean | undefined;
}

/** What may be done with instances. Every function: @throws AccessDenied, NotFound (missing, or another account's). */
export interface ResourceInstances {
  /** @throws ParameterInvalid no such plan, region or resource group @throws LimitReached */
  create(caller: Caller, chosen: NewInstance): Promise<ResourceInstance>;
  /** Also a removed one. */
  get(caller: Caller, id: string): Promise<ResourceInstance>;
  /** Only those that the caller may retrieve: a page may be short, even empty, and have a `next`. */
  list(caller: Caller, request: InstanceListRequest): Promise<Page<ResourceInstance>>;
  /** @throws ParameterInvalid no such plan of the service @throws EntityLocked @throws Gone @throws LimitReached */
  update(caller: Caller, id: string, change: InstanceChange): Promise<ResourceInstance>;
  /** Locking what is locked, and the other way round, is done again. @throws Gone */
  setLocked(caller: Caller, id: string, locked: boolean): Promise<ResourceInstance>;
  /** Ends an operation that is under way: there is never one, because all of them end with their answer. @throws EntityTagStale */
  cancelOperation(caller: Caller, id: string): Promise<ResourceInstance>;
}

/** What the instances stand on. */
export interface ResourceInstancesParts {
  readonly store: Store;
  readonly access: Access;
  readonly clock: Clock;
  readonly hooks: Pick<InstanceHooks, 'alsoProvisioned'>;
  /** Default: `MOST_INSTANCES`. */
  readonly mostInstances?: number;
}

/** @returns the resource instances of `store` */
export function resourceInstancesIn(parts: ResourceInstancesParts): ResourceInstances {
  const { store, access, clock } = parts;

  const change = (caller: Caller, id: string, { verb, next }: Edit): Promise<ResourceInstance> =>
    changeEntity({
      store,
      collection: RESOURCE_INSTANCES,
      read: () => existingInstance(parts, caller, id, 'update'),
      ifMatch: '*',
      next: (before) => {
        refuseDeleted(before);
        return { ...next(before, clock.now()), modifiedAt: clock.now(), modifiedBy: caller.iamId };
      },
      also: (before, after) => [recordedChange(caller, clock, { verb, before, after })],
    });

  return {
    create: (caller, chosen) => untilUndisturbed(() => createOne(parts, caller, chosen)),

    get: (caller, id) => existingInstance(parts, caller, id, 'retrieve'),

    list: (caller, request) => listInstances({ store, access }, caller, request),

    update: (caller, id, asked) =>
      change(caller, id, { verb: 'update', next: (before, now) => changed(before, asked, { by: caller.iamId, now }) }),

    setLocked: (caller, id, locked) =>
      change(caller, id, {
        verb: locked ? 'lock' : 'unlock',
        next: (_before, at) => ({
          locked,
          lastOperation: { type: locked ? 'lock' : 'unlock', state: 'succeeded', at },
        }),
      }),

    async cancelOperation(caller, id) {
      refuseDeleted(await existingInstance(parts, caller, id, 'delete'));
      throw new EntityTagStale('The last operation cannot be canceled: it has ended.');
    },
  };
}

/** One change of an instance. */
interface Edit {
  readonly verb: 'update' | 'lock' | 'unlock';
  readonly next: (before: ResourceInstance, now: number) => Partial<ResourceInstance>;
}

async function createOne(
  { store, access, clock, hooks, mostInstances: most = MOST_INSTANCES }: ResourceInstancesParts,
  caller: Caller,
  chosen: NewInstance,
): Promise<ResourceInstance> {
  const { accountId, iamId } = caller;
  const { region, resourceGroupId } = chosen;
  // What there is to provision is no secret, and says of which service the right is asked for.
  const plan = planIn(chosen.planId, region);
  const target = { accountId, service: plan.service.name, resourceGroup: resourceGroupId, region };
  await access.require(caller, 'resource-controller.instance.create', target);
  const expected = await expectActiveGroup(store, accountId, resourceGroupId);
  const known = await store.read(RESOURCE_INSTANCES).count('byCreation', [accountId, false], most);
  if (known >= most) throw new LimitReached(`An account may have ${most} resource instances.`);
  const instance = newInstance(chosen, plan, { accountId, by: iamId, at: clock.now() });
  await store.commit([
    insert(RESOURCE_INSTANCES, instance),
    ...expected,
    recordedChange(caller, clock, { verb: 'create', before: undefined, after: instance }),
    ...hooks.alsoProvisioned(caller, instance),
  ]);
  return instance;
}

function changed(
  before: ResourceInstance,
  asked: InstanceChange,
  { by, now }: { readonly by: string; readonly now: number },
): Partial<ResourceInstance> {
  refuseLocked(before);
  const { name, planId = before.planId, parameters, allowCleanup, onetimeCredentials } = asked;
  if (planIn(planId, before.region).service.name !== before.service) {
    throw new ParameterInvalid('resource_plan_id', 'is a plan of another service');
  }
  const { planHistory } = before;
  if (planId !== before.planId && planHistory.length > MOST_PLAN_CHANGES) {
    throw new LimitReached(`The plan of an instance may be changed ${MOST_PLAN_CHANGES} times.`);
  }
  return {
    name: name ?? before.name,
    planId,
    planHistory: planId === before.planId ? planHistory : [...planHistory, { planId, startedAt: now, startedBy: by }],
    parameters: parameters ?? before.parameters,
    allowCleanup: allowCleanup ?? before.allowCleanup,
    onetimeCredentials: onetimeCredentials ?? before.onetimeCredentials,
    lastOperation: { type: 'update', subType: 'config', state: 'succeeded', at: now },
  };
}

/** @throws EntityLocked */
export function refuseLocked({ locked }: ResourceInstance): void {
  if (locked) throw new EntityLocked('The resource instance is locked.', { details: 'Unlock it first.' });
}
