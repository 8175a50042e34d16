import { randomUUID } from 'node:crypto';
import type { Access } from '../access/access.ts';
import type { Caller } from '../access/caller.ts';
import { type AuditedChange, audited } from '../audit/audit-event.ts';
import type { Clock } from '../clock/clock.ts';
import { LimitReached, NotFound } from '../problems/entity-problems.ts';
import { changeEntity } from '../store/change-entity.ts';
import { expectUnchanged, insert, remove } from '../store/changes.ts';
import { firstEntityTag } from '../store/entity-tag.ts';
import type { Store } from '../store/store.ts';
import { untilUndisturbed } from '../store/until-undisturbed.ts';
import { ACCESS_GROUPS, accessGroupCrn } from './access-group.ts';
import { groupGate } from './existing-group.ts';
import { GROUP_RULES, type GroupRule, type RuleCondition } from './group-rule.ts';

/** How many rules a group may have: they are listed at once. */
export const MOST_RULES = 100;

/** What the maker of a rule chooses. */
export interface NewGroupRule {
  readonly name?: string | undefined;
  readonly expirationHours: number;
  readonly realmName: string;
  readonly conditions: readonly RuleCondition[];
}

/** What may be done with the rules of groups. Every function: @throws AccessDenied, NotFound (missing, or another account's). */
export interface GroupRules {
  /** Nobody lets others into a group that has what they do not hold themselves (R34). @throws LimitReached */
  create(caller: Caller, groupId: string, chosen: NewGroupRule): Promise<GroupRule>;
  list(caller: Caller, groupId: string): Promise<readonly GroupRule[]>;
  get(caller: Caller, groupId: string, id: string): Promise<GroupRule>;
  /** Replaces the whole rule. @param ifMatch an entity tag, or `*` @throws EntityTagStale */
  replace(caller: Caller, groupId: string, id: string, chosen: NewGroupRule, ifMatch: string): Promise<GroupRule>;
  remove(caller: Caller, groupId: string, id: string): Promise<void>;
}

/** What the rules stand on. */
export interface GroupRulesParts {
  readonly store: Store;
  readonly access: Access;
  readonly clock: Clock;
}

/** @returns the rules of the groups of `store` */
export function groupRulesIn({ store, access, clock }: GroupRulesParts): GroupRules {
  const { existing } = groupGate({ store, access });
  const rules = store.read(GROUP_RULES);

  const existingRule = async (caller: Caller, groupId: string, id: string, right: string): Promise<GroupRule> => {
    await existing(caller, groupId, right);
    const rule = await rules.get(id);
    if (rule?.groupId !== groupId) throw new NotFound('The access group has no such rule.');
    return rule;
  };

  const record = (verb: string, before: GroupRule | undefined, after: GroupRule | undefined): AuditedChange => {
    const { accountId = '', groupId = '' } = after ?? before ?? {};
    return {
      at: clock.now(),
      action: `iam-groups.rules.${verb}`,
      accountId,
      target: accessGroupCrn({ accountId, id: groupId }),
      targetId: groupId,
      before: before && auditedRule(before),
      after: after && auditedRule(after),
    };
  };

  return {
    create: (caller, groupId, chosen) =>
      untilUndisturbed(async () => {
        const group = await existing(caller, groupId, 'rules.create');
        // Way up by a rule: it lets in whoever has the claims, as adding a member does.
        await access.requireHeldBy(caller, group.accountId, groupId);
        if ((await rules.count('byGroup', [groupId], MOST_RULES)) >= MOST_RULES) {
          throw new LimitReached(`An access group may have ${MOST_RULES} rules.`);
        }
        const rule = newRule({ groupId, accountId: group.accountId }, chosen, caller.iamId, clock.now());
        const recorded = audited(caller, record('create', undefined, rule));
        await store.commit([expectUnchanged(ACCESS_GROUPS, group), insert(GROUP_RULES, rule), recorded]);
        return rule;
      }),

    async list(caller, groupId) {
      await existing(caller, groupId, 'rules.list');
      return (await rules.page('byGroup', { equals: [groupId], limit: 2 * MOST_RULES })).rows;
    },

    get: (caller, groupId, id) => existingRule(caller, groupId, id, 'rules.read'),

    replace: (caller, groupId, id, chosen, ifMatch) =>
      changeEntity({
        store,
        collection: GROUP_RULES,
        read: async () => {
          const rule = await existingRule(caller, groupId, id, 'rules.update');
          // Way up by a changed rule: as by a new one.
          await access.requireHeldBy(caller, rule.accountId, groupId);
          return rule;
        },
        ifMatch,
        next: () => ({ ...contentOf(chosen), modifiedAt: clock.now(), modifiedBy: caller.iamId }),
        also: (before, after) => [audited(caller, record('update', before, after))],
      }),

    remove: (caller, groupId, id) =>
      untilUndisturbed(async () => {
        const rule = await existingRule(caller, groupId, id, 'rules.delete');
        await store.commit([remove(GROUP_RULES, rule), audited(caller, record('delete', rule, undefined))]);
      }),
  };
}

function newRule(
  place: { accountId: string; groupId: string },
  chosen: NewGroupRule,
  by: string,
  now: number,
): GroupRule {
  return {
    id: `ClaimRule-${randomUUID()}`,
    entityTag: firstEntityTag(),
    ...place,
    ...contentOf(chosen),
    createdAt: now,
    createdBy: by,
    modifiedAt: now,
    modifiedBy: by,
  };
}

const contentOf = ({ name = '', expirationHours, realmName, conditions }: NewGroupRule) => ({
  name,
  expirationHours,
  realmName,
  conditions,
});

const auditedRule = ({ id, name, expirationHours, realmName, conditions }: GroupRule) => ({
  id,
  name,
  expirationHours,
  realmName,
  conditions: conditions.map(({ claim, operator, value }) => `${claim} ${operator} ${value}`),
});
