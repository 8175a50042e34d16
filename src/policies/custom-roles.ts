import { randomBytes } from 'node:crypto';
import type { Access, Target } from '../access/access.ts';
import type { Caller } from '../access/caller.ts';
import { type AuditedChange, audited } from '../audit/audit-event.ts';
import type { Clock } from '../clock/clock.ts';
import { AccessDenied, EntityExists, EntityInUse, LimitReached, NotFound } from '../problems/entity-problems.ts';
import { ParameterInvalid } from '../problems/request-problems.ts';
import { serviceNamed } from '../resource-catalog/catalog.ts';
import { actionsOfService, rolesOf } from '../resource-catalog/roles.ts';
import type { ServiceDefinition } from '../resource-catalog/service-definition.ts';
import { changeEntity } from '../store/change-entity.ts';
import { insert } from '../store/changes.ts';
import { firstEntityTag } from '../store/entity-tag.ts';
import { removeUnused } from '../store/remove-unused.ts';
import type { Store } from '../store/store.ts';
import { AlreadyExists } from '../store/store-errors.ts';
import { CUSTOM_ROLES, type CustomRole, customRoleCrn } from './custom-role.ts';
import { CustomRoleExists } from './custom-role-problems.ts';
import { policyUsing } from './role-uses.ts';

/** How many custom roles an account may have: they are listed at once. */
export const MOST_CUSTOM_ROLES = 500;

/** What the maker of a custom role chooses; `name` and `service` never change. */
export interface NewCustomRole extends CustomRoleChange {
  readonly accountId: string;
  readonly service: string;
  readonly name: string;
}

/** What a custom role is made of. */
export interface CustomRoleChange {
  readonly displayName: string;
  /** Absent: none. */
  readonly description?: string | undefined;
  readonly actions: readonly string[];
}

/** What may be done with custom roles. Every function: @throws AccessDenied, NotFound (missing, or another account's). */
export interface CustomRoles {
  /**
   * Nobody makes a role of actions that they do not hold in the whole account (R34).
   * @throws ParameterInvalid  the service, or one of the actions, is unknown
   * @throws CustomRoleExists @throws LimitReached
   */
  create(caller: Caller, chosen: NewCustomRole): Promise<CustomRole>;
  get(caller: Caller, id: string): Promise<CustomRole>;
  /** Only those for services that the caller may give rights to, unless the caller may list all. @param services absent: all */
  list(caller: Caller, accountId: string, services?: readonly string[]): Promise<readonly CustomRole[]>;
  /** Who has the role has what it is now, so nobody adds what they do not hold (R34). @throws EntityTagStale, as `create` */
  replace(caller: Caller, id: string, change: CustomRoleChange, ifMatch: string): Promise<CustomRole>;
  /** @throws EntityInUse a policy gives it */
  remove(caller: Caller, id: string): Promise<void>;
}

/** What the custom roles stand on. */
export interface CustomRolesParts {
  readonly store: Store;
  readonly access: Access;
  readonly clock: Clock;
}

const SERVICE = 'iam-access-management';
const targetOf = (accountId: string, resource?: string): Target => ({
  ...{ accountId, service: SERVICE, resourceType: 'customRole' },
  ...(resource !== undefined && { resource }),
});

/** @returns the custom roles of `store` */
export function customRolesIn({ store, access, clock }: CustomRolesParts): CustomRoles {
  const roles = store.read(CUSTOM_ROLES);

  const existing = async (caller: Caller, id: string, verb: string): Promise<CustomRole> => {
    const role = await roles.get(id);
    // One answer for "missing" and "another account's": ids of other tenants cannot be probed.
    if (role?.accountId !== caller.accountId) throw new NotFound('The role could not be found.');
    await access.require(caller, `${SERVICE}.role.${verb}`, targetOf(role.accountId, id));
    return role;
  };

  /** Way up by a role of one's own: whoever gives it on, or has it already, would have what its maker never had. */
  const requireHeld = (caller: Caller, accountId: string, service: string, actions: readonly string[]) =>
    access.requireHeld(caller, accountId, actions.length === 0 ? [] : [heldEverywhere(service, actions)]);

  const record = (verb: string, before: CustomRole | undefined, after: CustomRole | undefined): AuditedChange => {
    const { accountId = '', name = '', id = '' } = after ?? before ?? {};
    return {
      at: clock.now(),
      action: `${SERVICE}.role.${verb}`,
      accountId,
      target: customRoleCrn({ accountId, name }),
      targetId: id,
      before: before && auditedRole(before),
      after: after && auditedRole(after),
    };
  };

  /** From then on no policy begins to name the role, or again may. */
  const setState = (caller: Caller, id: string, state: CustomRole['state']): Promise<CustomRole> =>
    changeEntity({
      store,
      collection: CUSTOM_ROLES,
      read: () => existing(caller, id, 'delete'),
      ifMatch: '*',
      next: () => ({ state }),
      also: () => [],
    });

  return {
    async create(caller, chosen) {
      const { accountId, service, name } = chosen;
      await access.require(caller, `${SERVICE}.role.create`, targetOf(accountId));
      checkContent(definedService(service), chosen);
      await requireHeld(caller, accountId, service, chosen.actions);
      // Rights by a name: a policy for several services gives a role also on those that get one of its name later.
      if ((await policyUsing(store, chosen)) !== undefined) {
        await access.require(caller, 'iam.policy.update', { accountId, service });
      }
      if ((await roles.count('byService', [accountId], MOST_CUSTOM_ROLES)) >= MOST_CUSTOM_ROLES) {
        throw new LimitReached(`An account may have ${MOST_CUSTOM_ROLES} custom roles.`);
      }
      const role = newCustomRole(chosen, caller.iamId, clock.now());
      try {
        await store.commit([insert(CUSTOM_ROLES, role), audited(caller, record('create', undefined, role))]);
      } catch (error) {
        const taken =
          error instanceof AlreadyExists ? await roles.find('byName', [accountId, service, name]) : undefined;
        throw taken === undefined ? error : new CustomRoleExists(taken);
      }
      return role;
    },

    get: (caller, id) => existing(caller, id, 'read'),

    async list(caller, accountId, services) {
      if (accountId !== caller.accountId) throw new AccessDenied('You are not authorized to perform this action.');
      const { rows } = await roles.page('byService', { equals: [accountId], limit: 2 * MOST_CUSTOM_ROLES });
      const wanted = rows.filter(({ service }) => services === undefined || services.includes(service));
      if (await access.allows(caller, `${SERVICE}.role.list`, targetOf(accountId))) return inCreationOrder(wanted);
      const named = [...new Set(wanted.map(({ service }) => service))];
      const may = await Promise.all(
        named.map((service) => access.allows(caller, 'iam.policy.read', { accountId, service })),
      );
      return inCreationOrder(wanted.filter(({ service }) => may[named.indexOf(service)] === true));
    },

    replace: (caller, id, change, ifMatch) =>
      changeEntity({
        store,
        collection: CUSTOM_ROLES,
        read: async () => {
          const before = await existing(caller, id, 'update');
          checkContent(definedService(before.service), change);
          const added = change.actions.filter((action) => !before.actions.includes(action));
          await requireHeld(caller, before.accountId, before.service, added);
          return before;
        },
        ifMatch,
        next: () => ({ ...contentOf(change), state: 'active', modifiedAt: clock.now(), modifiedBy: caller.iamId }),
        also: (before, after) => [audited(caller, record('update', before, after))],
      }),

    remove: (caller, id) =>
      removeUnused({
        store,
        collection: CUSTOM_ROLES,
        setEnding: (ending) => setState(caller, id, ending ? 'ending' : 'active'),
        async inUse(role) {
          const using = await policyUsing(store, role);
          const details = `Delete or change the policy ${using?.id} first.`;
          return using && new EntityInUse('A policy gives the role.', { details });
        },
        also: (role) => [audited(caller, record('delete', role, undefined))],
      }),
  };
}

/** What somebody holds who may do these actions of the service, in the whole account and at every time. */
const heldEverywhere = (service: string, actions: readonly string[]) => ({
  service,
  actions: new Set(actions),
  conditions: [],
});

function newCustomRole(chosen: NewCustomRole, by: string, now: number): CustomRole {
  const { accountId, service, name } = chosen;
  return {
    id: randomBytes(16).toString('hex'),
    entityTag: firstEntityTag(),
    ...{ accountId, service, name, ...contentOf(chosen) },
    state: 'active',
    createdAt: now,
    createdBy: by,
    modifiedAt: now,
    modifiedBy: by,
  };
}

const contentOf = ({ displayName, description = '', actions }: CustomRoleChange) => ({
  displayName,
  description,
  actions: [...new Set(actions)],
});

function definedService(name: string): ServiceDefinition {
  const service = serviceNamed(name);
  if (service === undefined) throw new ParameterInvalid('service_name', 'names an unknown service');
  return service;
}

function checkContent(service: ServiceDefinition, { displayName, actions }: CustomRoleChange): void {
  const known = actionsOfService(service);
  if (!actions.every((action) => known.has(action))) {
    throw new ParameterInvalid('actions', `must be actions of the service ${service.name}; its roles have them`);
  }
  // Mistaken identity: who gives rights chooses roles by the names they are shown under, and would give another one.
  const { systemRoles, serviceRoles } = rolesOf([service]);
  const shown = seenAs(displayName);
  if ([...systemRoles, ...serviceRoles].some((role) => seenAs(role.displayName) === shown)) {
    throw new EntityExists('The service has a role that is shown under this name.');
  }
}

/** What is equal of names that are read alike: without case, spaces, characters of no width, and wide forms. */
const seenAs = (name: string): string =>
  name
    .normalize('NFKC')
    .replace(/[\s\p{Cf}]/gu, '')
    .toLowerCase();

const inCreationOrder = (roles: readonly CustomRole[]): readonly CustomRole[] =>
  roles.toSorted((left, right) => left.createdAt - right.createdAt);

const auditedRole = ({ service, name, displayName, description, actions }: CustomRole) => ({
  service,
  name,
  displayName,
  description,
  actions,
});
