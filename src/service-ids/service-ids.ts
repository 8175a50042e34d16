import type { Access } from '../access/access.ts';
import type { Caller } from '../access/caller.ts';
import { type AuditedChange, audited } from '../audit/audit-event.ts';
import type { Clock } from '../clock/clock.ts';
import { EntityLocked, NotFound } from '../problems/entity-problems.ts';
import { cutOff } from '../revocations/revocation.ts';
import { changeEntity } from '../store/change-entity.ts';
import { type Change, insert, replace } from '../store/changes.ts';
import type { IndexValue } from '../store/collection.ts';
import { nextEntityTag } from '../store/entity-tag.ts';
import { type Listing, readListing } from '../store/listing.ts';
import type { Store } from '../store/store.ts';
import { untilUndisturbed } from '../store/until-undisturbed.ts';
import { identitySubject } from '../token-format/revocation-subjects.ts';
import { expectGroup } from './expect-group.ts';
import { auditedServiceId, type NewServiceId, newServiceId, serviceIdCrn } from './new-service-id.ts';
import { SERVICE_ID_ORDERS, SERVICE_IDS, type ServiceId } from './service-id.ts';
import { requireServiceIdCreation } from './service-id-creation.ts';

/** What the owner may change later; an absent field stays as it is. */
export interface ServiceIdChange {
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly uniqueInstanceCrns?: readonly string[] | undefined;
}

/** One page of the service IDs of an account. */
export interface ServiceIdListRequest {
  readonly accountId: string;
  /** Only those of exactly this name. */
  readonly name?: string | undefined;
  /** Only those in this service ID group. */
  readonly groupId?: string | undefined;
  readonly order: keyof typeof SERVICE_ID_ORDERS;
  readonly descending: boolean;
  readonly after?: readonly IndexValue[] | undefined;
  readonly limit: number;
  /** Only service IDs of which this is true; absent: all. */
  readonly matches?: ((serviceId: ServiceId) => boolean) | undefined;
}

/** What may be done with service IDs. Every function: @throws AccessDenied, NotFound (missing, or another account's). */
export interface ServiceIds {
  create(caller: Caller, chosen: NewServiceId): Promise<ServiceId>;
  /** The changes that make a service ID, to be committed by who has more to commit with them. */
  plan(caller: Caller, chosen: NewServiceId): Promise<{ serviceId: ServiceId; changes: readonly Change[] }>;
  /** The changes that end a service ID, as `remove`, to be committed by who has more to commit with them. @throws EntityLocked */
  planRemoval(caller: Caller, id: string): Promise<readonly Change[]>;
  get(caller: Caller, id: string): Promise<ServiceId>;
  list(caller: Caller, request: ServiceIdListRequest): Promise<Listing<ServiceId>>;
  /** @param ifMatch an entity tag, or `*` @throws EntityTagStale @throws EntityLocked */
  update(caller: Caller, id: string, change: ServiceIdChange, ifMatch: string): Promise<ServiceId>;
  /** Ends the service ID, its keys and all their tokens at once. @throws EntityLocked */
  remove(caller: Caller, id: string): Promise<void>;
  setLocked(caller: Caller, id: string, locked: boolean): Promise<ServiceId>;
}

/** What the service IDs stand on. */
export interface ServiceIdsParts {
  readonly store: Store;
  readonly access: Access;
  readonly clock: Clock;
}

/** @returns the service IDs of `store` */
export function serviceIdsIn({ store, access, clock }: ServiceIdsParts): ServiceIds {
  const requireRight = (caller: Caller, verb: string, target: { accountId: string; id?: string }) =>
    access.require(caller, `iam-identity.serviceid.${verb}`, {
      accountId: target.accountId,
      service: 'iam-identity',
      resourceType: 'serviceid',
      ...(target.id !== undefined && { resource: target.id }),
    });

  const existing = async (caller: Caller, id: string, verb: string): Promise<ServiceId> => {
    const serviceId = await store.read(SERVICE_IDS).get(id);
    // One answer for "missing", "removed" and "another account's": ids of other tenants cannot be probed.
    if (serviceId?.accountId !== caller.accountId || serviceId.state === 'deleted') {
      throw new NotFound('The service ID could not be found.');
    }
    await requireRight(caller, verb, { accountId: serviceId.accountId, id });
    return serviceId;
  };

  const record = (verb: string, before: ServiceId | undefined, after: ServiceId): AuditedChange => ({
    at: clock.now(),
    action: `iam-identity.serviceid.${verb}`,
    accountId: after.accountId,
    target: serviceIdCrn(after),
    targetId: after.id,
    before: before && auditedServiceId(before),
    after: auditedServiceId(after),
  });

  const change = (
    caller: Caller,
    id: string,
    { verb, ifMatch = '*', next, cutsOff = false }: Edit,
  ): Promise<ServiceId> =>
    changeEntity({
      store,
      collection: SERVICE_IDS,
      read: () => existing(caller, id, verb),
      ifMatch,
      next: (before) => ({ ...next(before), modifiedAt: clock.now() }),
      also: (before, after) => [
        ...(cutsOff ? [cutOff(identitySubject(after.iamId), after.generation, after.accountId, clock.now())] : []),
        audited(caller, record(verb, before, after)),
      ],
    });

  const plan: ServiceIds['plan'] = async (caller, chosen) => {
    await requireServiceIdCreation({ store, access }, caller, chosen.accountId);
    const expected = await expectGroup(store, chosen.accountId, chosen.groupId);
    const serviceId = newServiceId(chosen, caller.iamId, clock.now());
    return {
      serviceId,
      changes: [...expected, insert(SERVICE_IDS, serviceId), audited(caller, record('create', undefined, serviceId))],
    };
  };

  return {
    plan,

    async planRemoval(caller, id) {
      const before = await existing(caller, id, 'delete');
      refuseLocked(before);
      const [now, generation] = [clock.now(), before.generation + 1];
      const entityTag = nextEntityTag(before.entityTag);
      const after: ServiceId = { ...before, entityTag, state: 'deleted', generation, modifiedAt: now };
      const ended = cutOff(identitySubject(after.iamId), generation, after.accountId, now);
      return [replace(SERVICE_IDS, after, before.entityTag), ended, audited(caller, record('delete', before, after))];
    },

    create: (caller, chosen) =>
      untilUndisturbed(async () => {
        const { serviceId, changes } = await plan(caller, chosen);
        await store.commit(changes);
        return serviceId;
      }),

    get: (caller, id) => existing(caller, id, 'get'),

    async list(caller, { accountId, matches, order, name, groupId, ...page }) {
      await requireRight(caller, 'list', { accountId });
      const { index, equals, isGroup } = placeOf({ order, name, groupId });
      const inGroup = (serviceId: ServiceId): boolean =>
        serviceId.groupId === groupId && (matches === undefined || matches(serviceId));
      return readListing({
        ...{ reader: store.read(SERVICE_IDS), collection: SERVICE_IDS, index },
        request: { ...page, equals: [accountId, 'active', ...equals] },
        matches: groupId === undefined || isGroup ? matches : inGroup,
      });
    },

    update: (caller, id, { name, description, uniqueInstanceCrns }, ifMatch) =>
      change(caller, id, {
        verb: 'update',
        ifMatch,
        next: (before) => {
          refuseLocked(before);
          return {
            name: name ?? before.name,
            description: description ?? before.description,
            uniqueInstanceCrns: uniqueInstanceCrns ?? before.uniqueInstanceCrns,
          };
        },
      }),

    async remove(caller, id) {
      await change(caller, id, {
        verb: 'delete',
        next: (before) => {
          refuseLocked(before);
          return { state: 'deleted', generation: before.generation + 1 };
        },
        // In the same commit: every token of every key of the service ID is refused from the answer on.
        cutsOff: true,
      });
    },

    setLocked: (caller, id, locked) =>
      change(caller, id, { verb: locked ? 'lock' : 'unlock', next: () => ({ locked }) }),
  };
}

/** @returns the index to read, and whether it has only those of the group */
function placeOf({ order, name, groupId }: Pick<ServiceIdListRequest, 'order' | 'name' | 'groupId'>) {
  if (name !== undefined) return { index: 'byName', equals: [name], isGroup: false } as const;
  if (groupId === undefined || order !== 'created_at') {
    return { index: SERVICE_ID_ORDERS[order], equals: [], isGroup: false } as const;
  }
  return { index: 'byGroup', equals: [groupId], isGroup: true } as const;
}

/** One change of a service ID. */
interface Edit {
  readonly verb: string;
  readonly ifMatch?: string;
  readonly next: (before: ServiceId) => Partial<ServiceId>;
  /** The change bumps the generation, and ends the tokens of the old one. */
  readonly cutsOff?: boolean;
}

function refuseLocked({ locked }: ServiceId): void {
  if (locked) throw new EntityLocked('The service ID is locked.', { details: 'Unlock it first.' });
}
