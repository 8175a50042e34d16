import type { RequestHandler, Router } from 'express';
import type { z } from 'zod';
import type { GroupRule } from '../../access-groups/group-rule.ts';
import type { GroupRules, NewGroupRule } from '../../access-groups/group-rules.ts';
import { type CallerOf, writeEntity, writeNothing } from '../../http/api-answers.ts';
import { requiredIfMatch } from '../../http/if-match.ts';
import { methods } from '../../http/methods.ts';
import { readJson } from '../../http/read-json.ts';
import { GROUP_RULE_PATHS } from './group-rule-operations.ts';
import { type GroupRuleRepresentation, NEW_GROUP_RULE } from './group-rule-schemas.ts';
import { dateOf } from './texts.ts';

/** What the routes of rules stand on. */
export interface GroupRuleRouteParts {
  readonly groupRules: GroupRules;
  readonly callerOf: CallerOf;
}

type OneRuleHandler = RequestHandler<{ id: string; rule_id: string }>;

/** `/v2/groups/{id}/rules` (IBM Cloud IAM Access Groups API, "Rule operations"). */
export function groupRuleRoutes(router: Router, parts: GroupRuleRouteParts): void {
  const { groupRules, callerOf } = parts;
  methods(router, GROUP_RULE_PATHS.all, {
    async GET(request, response) {
      const rules = await groupRules.list(await callerOf(request), request.params.id);
      response.json({ rules: rules.map(ruleRepresentation) });
    },
    async POST(request, response) {
      const caller = await callerOf(request);
      const chosen = chosenIn(await readJson(request, NEW_GROUP_RULE));
      const rule = await groupRules.create(caller, request.params.id, chosen);
      writeEntity(response, 201, rule.entityTag, ruleRepresentation(rule));
    },
  });
  methods(router, GROUP_RULE_PATHS.one, { GET: getRule(parts), PUT: replaceRule(parts), DELETE: deleteRule(parts) });
}

function getRule({ groupRules, callerOf }: GroupRuleRouteParts): OneRuleHandler {
  return async (request, response) => {
    const rule = await groupRules.get(await callerOf(request), request.params.id, request.params.rule_id);
    writeEntity(response, 200, rule.entityTag, ruleRepresentation(rule));
  };
}

function replaceRule({ groupRules, callerOf }: GroupRuleRouteParts): OneRuleHandler {
  return async (request, response) => {
    const caller = await callerOf(request);
    const ifMatch = requiredIfMatch(request);
    const chosen = chosenIn(await readJson(request, NEW_GROUP_RULE));
    const rule = await groupRules.replace(caller, request.params.id, request.params.rule_id, chosen, ifMatch);
    writeEntity(response, 200, rule.entityTag, ruleRepresentation(rule));
  };
}

function deleteRule({ groupRules, callerOf }: GroupRuleRouteParts): OneRuleHandler {
  return async (request, response) => {
    await groupRules.remove(await callerOf(request), request.params.id, request.params.rule_id);
    writeNothing(response);
  };
}

function chosenIn(body: z.output<typeof NEW_GROUP_RULE>): NewGroupRule {
  const { name, expiration, realm_name: realmName, conditions } = body;
  return { name, expirationHours: expiration, realmName, conditions };
}

function ruleRepresentation(rule: GroupRule): GroupRuleRepresentation {
  return {
    id: rule.id,
    name: rule.name,
    expiration: rule.expirationHours,
    realm_name: rule.realmName,
    access_group_id: rule.groupId,
    account_id: rule.accountId,
    conditions: rule.conditions.map(({ claim, operator, value }) => ({ claim, operator, value })),
    created_at: dateOf(rule.createdAt),
    created_by_id: rule.createdBy,
    last_modified_at: dateOf(rule.modifiedAt),
    last_modified_by_id: rule.modifiedBy,
  };
}
