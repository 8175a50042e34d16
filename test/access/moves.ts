import { commonRoleCrn, platformRoleCrn, serviceRoleCrn } from '../../src/resource-catalog/service-definition.ts';
import type { Answer } from '../harness/http-call.ts';
import type { Climb } from './given-climb.ts';

/** One thing that somebody does; the first number says as whom, the others of what. */
type Move = (climb: Climb, picks: readonly number[]) => Promise<Answer | undefined>;

const ANY_VERSION = { 'If-Match': '*' };
const DAY_MILLISECONDS = 86_400_000;

const pick = <T>(all: readonly T[], number = 0): T | undefined => all[number % all.length];

const ROLES = [
  serviceRoleCrn('logs', 'Sender'),
  commonRoleCrn('Sender'),
  commonRoleCrn('Reader'),
  commonRoleCrn('Writer'),
  commonRoleCrn('Manager'),
  serviceRoleCrn('logs', 'DataAccessReader'),
  platformRoleCrn('Viewer'),
  platformRoleCrn('Administrator'),
];

const RESOURCES: readonly (readonly (readonly [string, string, string?])[])[] = [
  [['serviceName', 'logs']],
  [
    ['serviceName', 'logs'],
    ['serviceInstance', 'one'],
  ],
  [
    ['serviceName', 'logs'],
    ['serviceInstance', '*', 'stringMatch'],
  ],
  [['serviceName', 'log*', 'stringMatch']],
  [['serviceType', 'service']],
  [['serviceName', 'iam-identity']],
  [['serviceName', 'user-management']],
];

/** Half of them for whoever has keys of the climber, half for anybody. */
function subject(climb: Climb, number = 0): readonly [string, string] {
  const among = number % 3 === 0 ? climb.mine : climb.iamIds;
  if (number % 4 === 1) return ['access_group_id', pick(climb.groupIds, number) ?? ''];
  return ['iam_id', pick(among, number) ?? ''];
}

function policyBody(climb: Climb, [, who, role, what]: readonly number[]) {
  const [name, value] = subject(climb, who);
  const chosen = pick([...ROLES, ...climb.roles.map(({ crn }) => crn)], role);
  return {
    type: 'access',
    subjects: [{ attributes: [{ name, value }] }],
    roles: [{ role_id: chosen }],
    resources: [
      {
        attributes: [
          { name: 'accountId', value: climb.accountId },
          ...(pick(RESOURCES, what) ?? []).map(([attribute, text, operator]) => ({
            ...{ name: attribute, value: text },
            ...(operator !== undefined && { operator }),
          })),
        ],
      },
    ],
  };
}

const roleActions = (number = 0): readonly string[] =>
  pick(
    [['logs.data-ingress.send'], ['logs.data-access.read'], ['logs.data-access.read', 'logs.data-ingress.send']],
    number,
  ) ?? [];

/** Everything that gives, or moves, rights or credentials. */
export const MOVES: Readonly<Record<string, Move>> = {
  createPolicy: (climb, picks) => climb.ask(picks[0] ?? 0, 'POST', '/v1/policies', { json: policyBody(climb, picks) }),
  replacePolicy: (climb, picks) =>
    climb.ask(picks[0] ?? 0, 'PUT', `/v1/policies/${pick(climb.policyIds, picks[4])}`, {
      ...{ json: policyBody(climb, picks), headers: ANY_VERSION },
    }),
  restorePolicy: (climb, [as = 0, which]) =>
    climb.ask(as, 'PATCH', `/v1/policies/${pick(climb.policyIds, which)}`, {
      ...{ json: { state: 'active' }, headers: ANY_VERSION },
    }),
  createGroup: (climb, [as = 0, name]) =>
    climb.ask(as, 'POST', `/v2/groups?account_id=${climb.accountId}`, {
      json: { name: `group ${name} ${climb.groupIds.length}` },
    }),
  addMember: (climb, [as = 0, which, who = 0]) =>
    climb.ask(as, 'PUT', `/v2/groups/${pick(climb.groupIds, which)}/members`, {
      json: { members: [{ iam_id: pick([...climb.mine, ...climb.iamIds], who), type: 'user' }] },
    }),
  createRole: (climb, [as = 0, which]) =>
    climb.ask(as, 'POST', '/v2/roles', {
      json: {
        ...{ name: `Role${climb.roles.length}`, display_name: 'A role', account_id: climb.accountId },
        ...{ service_name: 'logs', actions: roleActions(which) },
      },
    }),
  replaceRole: (climb, [as = 0, which, actions]) =>
    climb.ask(as, 'PUT', `/v2/roles/${pick(climb.roles, which)?.id}`, {
      ...{ json: { display_name: 'Changed', actions: roleActions(actions) }, headers: ANY_VERSION },
    }),
  createServiceId: (climb, [as = 0]) =>
    climb.ask(as, 'POST', '/v1/serviceids', {
      json: { account_id: climb.accountId, name: 'accomplice', apikey: { name: 'first' } },
    }),
  createKey: (climb, [as = 0, who]) =>
    climb.ask(as, 'POST', '/v1/apikeys', { json: { name: 'way up', iam_id: pick(climb.iamIds, who) } }),
  enableKey: (climb, [as = 0, which]) => climb.ask(as, 'DELETE', `/v1/apikeys/${pick(climb.keyIds, which)}/disable`),
  readKey: (climb, [as = 0, which]) => climb.ask(as, 'GET', `/v1/apikeys/${pick(climb.keyIds, which)}`),
  extendKey: (climb, [as = 0, which]) =>
    climb.ask(as, 'PUT', `/v1/apikeys/${pick(climb.keyIds, which)}`, {
      json: { expires_at: new Date(Date.now() + 400 * DAY_MILLISECONDS).toISOString() },
      headers: ANY_VERSION,
    }),
  async inviteAgain(climb, [as = 0, which]) {
    const path = `/v2/accounts/${climb.accountId}/users`;
    const invited = await climb.ask(as, 'POST', path, { json: { users: [{ email: pick(climb.emails, which) }] } });
    const code = invited.body.resources?.[0]?.activation_code;
    if (code === undefined) return invited;
    return climb.activate(code);
  },
  resumeUser: (climb, [as = 0, who]) =>
    climb.ask(as, 'PATCH', `/v2/accounts/${climb.accountId}/users/${pick(climb.iamIds, who)}`, {
      json: { state: 'ACTIVE' },
    }),
};
