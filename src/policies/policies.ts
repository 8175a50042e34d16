import type { Access } from '../access/access.ts';
import type { Caller } from '../access/caller.ts';
import { type AuditedChange, audited } from '../audit/audit-event.ts';
import type { Clock } from '../clock/clock.ts';
import { NotFound } from '../problems/entity-problems.ts';
import { changeEntity } from '../store/change-entity.ts';
import { type Change, insert } from '../store/changes.ts';
import type { Listing } from '../store/listing.ts';
import type { Store } from '../store/store.ts';
import { AlreadyExists } from '../store/store-errors.ts';
import { untilUndisturbed } from '../store/until-undisturbed.ts';
import { checkPolicy } from './check-policy.ts';
import { type DescribedRoles, describedRoles } from './described-roles.ts';
import { expectationsOf, refuseTooMany } from './expectations.ts';
import {
  auditedPolicy,
  type NewPolicy,
  newPolicy,
  policyCrn,
  saidBy,
  samenessOf,
  samenessOfDeleted,
} from './new-policy.ts';
import { NEVER, POLICIES, type Policy } from './policy.ts';
import { listPolicies, type PolicyListRequest } from './policy-list.ts';
import { PolicyExists } from './policy-problems.ts';
import { policyRights } from './policy-rights.ts';
import type { PolicySets } from './policy-sets.ts';

/** What may be done with policies. Every function: @throws AccessDenied, NotFound (missing, or another account's). */
export interface Policies {
  /**
   * @throws ParameterInvalid  it says what could not be decided as it is meant
   * @throws PolicyExists      the account has the same one
   * @throws EntityLocked      it is for a locked service ID
   * @throws LimitReached      its subject has as many policies as it may
   */
  create(caller: Caller, chosen: NewPolicy): Promise<Policy>;
  /** The changes that make a policy, to be committed by who has more to commit with them. @throws as `create`, but PolicyExists */
  plan(caller: Caller, chosen: NewPolicy): Promise<{ policy: Policy; changes: readonly Change[] }>;
  /** Also of a deleted one, until it ends. */
  get(caller: Caller, id: string): Promise<Policy>;
  /** Only those that the caller may read: a page may be short, even empty, and have a `next`. */
  list(caller: Caller, request: PolicyListRequest): Promise<Listing<Policy>>;
  /** Puts `chosen` in its place. @param ifMatch an entity tag, or `*` @throws EntityTagStale, and as `create` */
  replace(caller: Caller, id: string, chosen: NewPolicy, ifMatch: string): Promise<Policy>;
  /** Makes a deleted one active again. @param ifMatch as of `replace` @throws EntityTagStale, and as `create` */
  restore(caller: Caller, id: string, ifMatch: string): Promise<Policy>;
  remove(caller: Caller, id: string): Promise<void>;
  /** What the roles of a policy that was read are called, and give. */
  describedRoles(policy: Policy): Promise<DescribedRoles>;
}

/** What the policies stand on. */
export interface PoliciesParts {
  readonly store: Store;
  readonly access: Access;
  readonly clock: Clock;
  readonly grantsOf: PolicySets['grantsOf'];
}

/** How long a deleted policy can be restored. */
const RESTORABLE_MILLISECONDS = 30 * 24 * 3_600_000;

/** @returns the policies of `store` */
export function policiesIn({ store, access, clock, grantsOf }: PoliciesParts): Policies {
  const rights = policyRights({ access, grantsOf });

  const inAccount = async ({ accountId }: Caller, id: string): Promise<Policy> => {
    const policy = await store.read(POLICIES).get(id);
    // One answer for "missing" and "another account's": ids of other tenants cannot be probed.
    if (policy?.accountId !== accountId) throw new NotFound('The policy could not be found.');
    return policy;
  };

  const record = (verb: string, before: Policy | undefined, after: Policy): AuditedChange => ({
    at: clock.now(),
    action: `iam.policy.${verb}`,
    accountId: after.accountId,
    target: policyCrn(after),
    targetId: after.id,
    before: before && auditedPolicy(before),
    after: auditedPolicy(after),
  });

  /** What must hold of a policy that begins to give something. */
  const mayGive = async (caller: Caller, verb: 'create' | 'update', chosen: NewPolicy): Promise<readonly Change[]> => {
    checkPolicy(caller.accountId, chosen);
    const policy = { accountId: caller.accountId, content: chosen.content };
    await rights.require(caller, verb, policy);
    const expected = await expectationsOf(store, caller.accountId, chosen);
    // Privilege growth: whoever manages rights could else give themselves, or a friend, any right to the service.
    await rights.requireHeld(caller, policy);
    return expected;
  };

  const plan: Policies['plan'] = async (caller, chosen) => {
    const expected = await mayGive(caller, 'create', chosen);
    await refuseTooMany(store, caller.accountId, chosen);
    const policy = newPolicy(caller.accountId, chosen, caller.iamId, clock.now());
    const changes = [insert(POLICIES, policy), ...expected, audited(caller, record('create', undefined, policy))];
    return { policy, changes };
  };

  /** Makes a change after which the policy is active; of two that would be the same, one is told of the other. */
  const beingUnique = async <T>(accountId: string, chosen: NewPolicy, change: () => Promise<T>): Promise<T> => {
    try {
      return await change();
    } catch (error) {
      if (!(error instanceof AlreadyExists)) throw error;
      const sameness = samenessOf(chosen.type, chosen.content);
      const existing = await store.read(POLICIES).find('bySameness', [accountId, sameness]);
      // Removed in between: as if it had been just before.
      if (existing === undefined) return beingUnique(accountId, chosen, change);
      throw new PolicyExists(existing);
    }
  };

  const edit = async (caller: Caller, id: string, { verb, ifMatch = '*', next, needs }: Edit): Promise<Policy> => {
    let expected: readonly Change[] = [];
    return changeEntity({
      store,
      collection: POLICIES,
      read: async () => {
        const before = await inAccount(caller, id);
        expected = await needs(before);
        return before;
      },
      ifMatch,
      next: (before) => ({ ...next(before), modifiedAt: clock.now(), modifiedBy: caller.iamId }),
      also: (before, after) => [...expected, audited(caller, record(verb, before, after))],
    });
  };

  return {
    plan,

    create: (caller, chosen) =>
      beingUnique(caller.accountId, chosen, () =>
        untilUndisturbed(async () => {
          const { policy, changes } = await plan(caller, chosen);
          await store.commit(changes);
          return policy;
        }),
      ),

    async get(caller, id) {
      const policy = await inAccount(caller, id);
      if (!(await rights.readerOf(caller)(policy))) await rights.require(caller, 'read', policy);
      return policy;
    },

    describedRoles: (policy) => describedRoles(store, policy),

    list: (caller, request) => listPolicies({ store, rights }, caller, request),

    replace: (caller, id, chosen, ifMatch) =>
      beingUnique(caller.accountId, chosen, () =>
        edit(caller, id, {
          verb: 'update',
          ifMatch,
          async needs(before) {
            refuseDeleted(before);
            await rights.require(caller, 'update', before);
            return mayGive(caller, 'update', chosen);
          },
          next: () => saidBy(chosen),
        }),
      ),

    async restore(caller, id, ifMatch) {
      const asItWas = await inAccount(caller, id);
      return beingUnique(caller.accountId, asItWas, () =>
        edit(caller, id, {
          verb: 'restore',
          ifMatch,
          async needs(before) {
            const expected = await mayGive(caller, 'update', before);
            if (before.state === 'deleted') await refuseTooMany(store, caller.accountId, before);
            return expected;
          },
          next: (before) => ({ ...saidBy(before), state: 'active', endsAt: NEVER }),
        }),
      );
    },

    async remove(caller, id) {
      await edit(caller, id, {
        verb: 'delete',
        async needs(before) {
          refuseDeleted(before);
          await rights.require(caller, 'delete', before);
          return [];
        },
        next: () => ({
          state: 'deleted',
          sameness: samenessOfDeleted(id),
          endsAt: clock.now() + RESTORABLE_MILLISECONDS,
        }),
      });
    },
  };
}

/** One change of a policy. */
interface Edit {
  readonly verb: string;
  readonly ifMatch?: string;
  /** Refuses who may not; @returns what the commit expects to be unchanged. */
  readonly needs: (before: Policy) => Promise<readonly Change[]>;
  readonly next: (before: Policy) => Partial<Policy>;
}

function refuseDeleted({ state }: Policy): void {
  if (state === 'deleted') throw new NotFound('The policy could not be found.', { details: 'It was deleted.' });
}
