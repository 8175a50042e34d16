import type { Operation } from '../../http/openapi.ts';
import { GROUP_PATH_PARAMETERS } from './access-group-schemas.ts';
import { failureAnswers } from './failure-answers.ts';
import { GROUP_RULE, GROUP_RULE_LIST, NEW_GROUP_RULE, RULE_PATH_PARAMETERS } from './group-rule-schemas.ts';
import { CHANGE_HEADERS } from './schemas.ts';

/** The paths of rules, as the routes declare them. */
export const GROUP_RULE_PATHS = {
  all: '/v2/groups/:id/rules',
  one: '/v2/groups/:id/rules/:rule_id',
} as const;

const COMMON = { tags: ['Access groups'], security: ['bearer'] } as const;
const OF_GROUP = { ...COMMON, path: GROUP_RULE_PATHS.all, parameters: { path: GROUP_PATH_PARAMETERS } } as const;
const ONE = { ...COMMON, path: GROUP_RULE_PATHS.one, parameters: { path: RULE_PATH_PARAMETERS } } as const;

/** The rows of rules; operation ids are those of IBM's generated clients. */
export const GROUP_RULE_OPERATIONS: readonly Operation[] = [
  {
    ...OF_GROUP,
    method: 'GET',
    operationId: 'listAccessGroupRules',
    requires: { action: 'iam-groups.rules.list' },
    summary: 'List the rules of an access group',
    answers: { 200: { description: 'All of them.', schema: GROUP_RULE_LIST }, ...failureAnswers(404) },
  },
  {
    ...OF_GROUP,
    method: 'POST',
    operationId: 'addAccessGroupRule',
    requires: { action: 'iam-groups.rules.create' },
    summary: 'Add a rule to an access group',
    description: 'Rules are kept and served; no identity here has claims that they could match.',
    body: { schema: NEW_GROUP_RULE },
    answers: { 201: { description: 'The rule.', schema: GROUP_RULE }, ...failureAnswers(404, 409, 413, 415) },
  },
  {
    ...ONE,
    method: 'GET',
    operationId: 'getAccessGroupRule',
    requires: { action: 'iam-groups.rules.read' },
    summary: 'Read a rule of an access group',
    answers: { 200: { description: 'The rule.', schema: GROUP_RULE }, ...failureAnswers(404) },
  },
  {
    ...ONE,
    method: 'PUT',
    operationId: 'replaceAccessGroupRule',
    requires: { action: 'iam-groups.rules.update' },
    summary: 'Replace a rule of an access group',
    parameters: { ...ONE.parameters, headers: CHANGE_HEADERS },
    body: { schema: NEW_GROUP_RULE },
    answers: {
      200: { description: 'The rule as it is now.', schema: GROUP_RULE },
      ...failureAnswers(404, 412, 413, 415),
    },
  },
  {
    ...ONE,
    method: 'DELETE',
    operationId: 'removeAccessGroupRule',
    requires: { action: 'iam-groups.rules.delete' },
    summary: 'Delete a rule of an access group',
    answers: { 204: { description: 'Done; no body.' }, ...failureAnswers(404) },
  },
];
