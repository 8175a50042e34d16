import type { Request, RequestHandler, Router } from 'express';
import type { CallerOf } from '../../http/api-answers.ts';
import { methods } from '../../http/methods.ts';
import { readJson } from '../../http/read-json.ts';
import { readQuery } from '../../http/read-query.ts';
import type { AccountUsage, Usage } from '../../reports/usage.ts';
import { MOST_IN_GROUP } from '../../service-ids/expect-group.ts';
import { MOST_SERVICE_ID_GROUPS } from '../../service-ids/service-id-groups.ts';
import { LIMITS_PATH } from './limit-operations.ts';
import { LIMIT_BODY, LIMIT_PARAMETERS, type LimitRequest, type LimitsRepresentation } from './limit-schemas.ts';

/** What the routes of account limits stand on. */
export interface LimitRouteParts {
  readonly usage: Usage;
  readonly callerOf: CallerOf;
}

/** `/v1/accounts/{id}/limits/identity` (IBM Cloud IAM Identity API, "Get account entity limits"). */
export function limitRoutes(router: Router, parts: LimitRouteParts): void {
  methods(router, LIMITS_PATH, {
    GET: answering(parts, async (request) => readQuery(request, LIMIT_PARAMETERS)),
    POST: answering(parts, (request) => readJson(request, LIMIT_BODY)),
  });
}

function answering(
  { usage, callerOf }: LimitRouteParts,
  readAsked: (request: Request<{ id: string }>) => Promise<LimitRequest>,
): RequestHandler<{ id: string }> {
  return async (request, response) => {
    const caller = await callerOf(request);
    const asked = await readAsked(request);
    const used = await usage.of(caller, request.params.id, {
      iamIds: asked.apikeys_per_identity ?? [],
      accessGroupIds: asked.claim_rules_per_group ?? [],
      serviceIdGroupIds: asked.serviceids_per_group ?? [],
    });
    response.json(limitsRepresentation(asked, used));
  };
}

/** IBM's clients want a number: the largest that every one of their languages has. */
const NO_LIMIT = 2_147_483_647;
const NONE = 0;

function limitsRepresentation(asked: LimitRequest, used: AccountUsage): LimitsRepresentation {
  const { apiKeys, groupRules, serviceIdGroups, serviceIdsInGroups } = used;
  const none = (isCounted: boolean) => ({ limit: NONE, ...(isCounted && { count: 0 }) });
  const listed = <Member extends string>(
    ids: readonly string[] | undefined,
    member: Member,
    countOf: (position: number) => number = () => 0,
  ) => ids?.map((id, position) => ({ [member]: id, count: countOf(position) }));
  return {
    serviceid_groups: {
      limit: MOST_SERVICE_ID_GROUPS,
      ...(asked.serviceid_groups && { count: serviceIdGroups }),
    },
    serviceids_per_group: {
      limit: MOST_IN_GROUP,
      serviceid_groups: listed(asked.serviceids_per_group, 'group_id', (position) => serviceIdsInGroups[position] ?? 0),
    },
    profiles: none(asked.profiles),
    apikeys_per_identity: {
      limit: NO_LIMIT,
      identities: listed(asked.apikeys_per_identity, 'iam_id', (position) => apiKeys[position] ?? 0),
    },
    profile_templates: none(asked.templates),
    account_settings_templates: none(asked.templates),
    template_versions_per_template: {
      limit: NONE,
      templates: listed(asked.template_versions_per_template, 'template_id'),
    },
    idps: none(asked.idps),
    claim_rules_per_group: {
      limit: NO_LIMIT,
      access_groups: listed(asked.claim_rules_per_group, 'group_id', (position) => groupRules[position] ?? 0),
    },
    claim_rules_per_profile: { limit: NONE, profiles: listed(asked.claim_rules_per_profile, 'profile_id') },
    cr_links: none(asked.cr_links),
    cr_links_per_profile: { limit: NONE, profiles: listed(asked.cr_links_per_profile, 'profile_id') },
    cr_rules: none(asked.cr_rules),
    cr_rules_per_profile: { limit: NONE, profiles: listed(asked.cr_rules_per_profile, 'profile_id') },
  };
}
